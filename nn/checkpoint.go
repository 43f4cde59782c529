package nn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"colonnade/nn/safetensors"
)

// Keys of the metadata that describe the network itself; all others are the caller's.
const (
	keyFormat       = "format"             // "pt": tensors are laid out as PyTorch does
	keyVersion      = "checkpoint_version" // checkpointVersion
	keyArchitecture = "architecture"       // {"columns":[design]}
	keyScaling      = "input_scaling"      // [InputScaling], one for each column
	keyFrozen       = "frozen"             // [metadata], one for each frozen column; only in version 2
)

// Versions of the format. They change when an older program could no longer read new files; a file
// of one column is still written as the first, which knew no others.
const (
	versionSingle  = "1"
	versionStacked = "2"
)

// Checkpoint is a network with its parameters.
type Checkpoint struct {
	Network *Network  // with the frozen columns and theirs
	Theta   []float32 // of the trained column
	// Metadata holds further texts to keep with the parameters, such as what the trained column was
	// trained on. Once a new column is stacked on it, they stay with the column.
	Metadata map[string]string
}

var ownKeys = []string{keyFormat, keyVersion, keyArchitecture, keyScaling, keyFrozen}

// architecture is the JSON text under keyArchitecture.
type architecture struct {
	Columns []design `json:"columns"`
}

// SaveCheckpoint writes a checkpoint as a safetensors file that PyTorch users can open, and returns
// the digest of its tensors. The file at path is replaced as a whole or not at all. Parameters that
// are not finite are refused, so that a good checkpoint is never replaced by a broken one.
//
// SaveCheckpoint panics if the length of Theta is not the network's.
func SaveCheckpoint(path string, c *Checkpoint) (digest string, err error) {
	f, err := c.File()
	if err == nil {
		digest, err = safetensors.Write(path, f)
	}
	if err != nil {
		return "", fmt.Errorf("save checkpoint %s: %w", path, err)
	}
	return digest, nil
}

// check panics if Theta has the wrong length, and returns an error if it holds a NaN or an
// infinity.
func (c *Checkpoint) check() error {
	if len(c.Theta) != c.Network.column.parameters {
		panic(panicTheta)
	}
	return c.Network.column.checkFinite(c.Theta)
}

// File returns the checkpoint as the content of a file: the tensors of all columns, frozen ones
// too, in PyTorch's order and under their names, and the metadata. Parameters that are not finite
// are an error.
//
// File panics if the length of Theta is not the network's.
func (c *Checkpoint) File() (*safetensors.File, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	var arch architecture
	var scalings []InputScaling
	var frozen []map[string]string
	f := &safetensors.File{}
	for _, k := range c.Network.columns {
		arch.Columns = append(arch.Columns, k.design())
		scalings = append(scalings, k.scaling)
		theta := c.Theta
		if k != c.Network.column {
			frozen = append(frozen, k.metadata)
			theta = k.theta
		}
		for _, t := range k.tensors {
			v := make([]float32, t.Length)
			t.export(v, t.View(theta))
			f.Tensors = append(f.Tensors, safetensors.Float32s(t.Name, t.Shape, v))
		}
	}
	f.Metadata = map[string]string{keyFormat: "pt", keyVersion: versionSingle}
	texts := map[string]any{keyArchitecture: arch, keyScaling: scalings}
	if len(frozen) > 0 {
		f.Metadata[keyVersion], texts[keyFrozen] = versionStacked, frozen
	}
	for key, v := range texts {
		text, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		f.Metadata[key] = string(text)
	}
	for key, text := range c.Metadata {
		if slices.Contains(ownKeys, key) {
			return nil, fmt.Errorf("the metadata key %s is the network's own", key)
		}
		f.Metadata[key] = text
	}
	return f, nil
}

// LoadCheckpoint reads a checkpoint and returns it with the digest of its tensors. Anything wrong
// with the file is an error that says what it is and what to do; nothing in a file makes
// LoadCheckpoint panic or allocate more than a small multiple of the file's size.
func LoadCheckpoint(path string) (c *Checkpoint, digest string, err error) {
	c, digest, err = loadCheckpoint(func(accept func(*safetensors.File) error) (*safetensors.File, string, error) {
		return safetensors.Read(path, accept)
	})
	switch {
	case err == nil:
		return c, digest, nil
	case errors.Is(err, safetensors.ErrDigest):
		return nil, "",
			fmt.Errorf("load checkpoint %s: %w; copy the file again or use an earlier checkpoint; if other "+
				"software saved it, give it a digest: inspect -checkpoint %[1]s -adopt NEW.safetensors", path, err)
	case errors.Is(err, safetensors.ErrFormat):
		return nil, "", fmt.Errorf("load checkpoint %s: %w; copy the file again or use an earlier checkpoint", path,
			err)
	}
	return nil, "", fmt.Errorf("load checkpoint %s: %w", path, err)
}

// LoadUnverified reads a checkpoint whose digests are missing or out of date, as other software
// leaves them. Names, types and shapes of its tensors must be the network's, and its parameters
// finite, as in LoadCheckpoint; damage beyond that is not found. SaveCheckpoint gives what it
// returns new digests.
func LoadUnverified(path string) (*Checkpoint, error) {
	c, _, err := loadCheckpoint(func(accept func(*safetensors.File) error) (*safetensors.File, string, error) {
		f, err := safetensors.ReadUnverified(path, accept)
		return f, "", err
	})
	if err != nil {
		return nil, fmt.Errorf("load checkpoint %s: %w", path, err)
	}
	return c, nil
}

// loadCheckpoint takes a checkpoint from whatever read reads.
func loadCheckpoint(read func(accept func(*safetensors.File) error) (*safetensors.File, string, error)) (*Checkpoint,
	string, error) {
	var c Checkpoint
	f, digest, err := read(c.accept)
	if err != nil {
		return nil, "", err
	}
	if err := c.fill(f); err != nil {
		return nil, "", err
	}
	return &c, digest, nil
}

// accept builds the network from the metadata of a file and refuses tensors that are not the
// network's.
func (c *Checkpoint) accept(f *safetensors.File) error {
	designs, frozen, err := describe(f.Metadata)
	if err != nil {
		return err
	}
	if c.Network, err = build(designs); err != nil {
		return err
	}
	for i, m := range frozen {
		c.Network.columns[i].metadata = m
	}
	return c.Network.checkTensors(f)
}

// describe reads what the metadata say of the columns.
func describe(metadata map[string]string) (designs []design, frozen []map[string]string, err error) {
	version := metadata[keyVersion]
	for _, key := range ownKeys {
		if _, ok := metadata[key]; !ok && !(key == keyFrozen && version != versionStacked) {
			return nil, nil, fmt.Errorf("the metadata has no %s: this safetensors file is not a checkpoint of "+
				"Colonnade; if one was saved again, its metadata must be saved with it", key)
		}
	}
	if version != versionSingle && version != versionStacked {
		return nil, nil, fmt.Errorf("%s is %.20q, this program reads %s and %s: use the program that wrote the file",
			keyVersion, version, versionSingle, versionStacked)
	}
	var arch architecture
	var scalings []InputScaling
	texts := []struct {
		key  string
		into any
	}{{keyArchitecture, &arch}, {keyScaling, &scalings}, {keyFrozen, &frozen}}
	if version == versionSingle {
		texts = texts[:2]
	}
	for _, text := range texts {
		if err := unmarshalStrict(metadata[text.key], text.into); err != nil {
			return nil, nil, fmt.Errorf("metadata %s: %w", text.key, err)
		}
	}
	n := len(arch.Columns)
	switch {
	case version == versionSingle && n != 1:
		return nil, nil, fmt.Errorf("%d columns in a file of %s %s, which has 1", n, keyVersion, version)
	case n < 1 || len(scalings) != n || len(frozen) != n-1:
		return nil, nil, fmt.Errorf("%d columns, %d input scalings and metadata of %d frozen columns, want as many "+
			"scalings as columns and one less of the last",
			n, len(scalings), len(frozen))
	}
	for i := range arch.Columns {
		arch.Columns[i].scaling = scalings[i]
	}
	return arch.Columns, frozen, nil
}

// checkTensors returns an error unless the file's tensors are the network's, each with its shape.
func (n *Network) checkTensors(f *safetensors.File) error {
	known := map[string]bool{}
	for _, k := range n.columns {
		for _, want := range k.tensors {
			known[want.Name] = true
			t, err := f.Tensor(want.Name)
			if err != nil {
				return fmt.Errorf("%w, which the architecture (%v) has", err, n)
			}
			if t.Type != safetensors.F32 || !slices.Equal(t.Shape, want.Shape) {
				return fmt.Errorf("tensor %s is %s %v, the architecture (%v) wants F32 %v", t.Name, t.Type, t.Shape, n,
					want.Shape)
			}
		}
	}
	for _, t := range f.Tensors {
		if !known[t.Name] {
			return fmt.Errorf("tensor %.80s is unknown to the architecture (%v)", t.Name, n)
		}
	}
	return nil
}

// fill takes parameters and metadata from an accepted file.
func (c *Checkpoint) fill(f *safetensors.File) error {
	for _, k := range c.Network.columns {
		theta := make([]float32, k.parameters)
		for _, want := range k.tensors {
			t, err := f.Tensor(want.Name)
			if err != nil {
				return err
			}
			v, err := t.Float32s()
			if err != nil {
				return err
			}
			want.restore(want.View(theta), v)
		}
		if err := k.checkFinite(theta); err != nil {
			return err
		}
		if k == c.Network.column {
			c.Theta = theta
		} else {
			k.theta = theta
		}
	}
	c.Metadata = f.Metadata
	for _, key := range ownKeys {
		delete(c.Metadata, key)
	}
	return nil
}

// unmarshalStrict decodes one JSON value and refuses unknown fields and anything behind it.
func unmarshalStrict(text string, v any) error {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the JSON value")
	}
	return nil
}
