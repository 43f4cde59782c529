package nn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"colonnade/nn/safetensors"
)

// Keys of the metadata that describe the network itself; all others are the caller's.
const (
	keyFormat       = "format"             // "pt": tensors are laid out as PyTorch does
	keyVersion      = "checkpoint_version" // checkpointVersion
	keyArchitecture = "architecture"       // {"columns":[Arch]}
	keyScaling      = "input_scaling"      // [InputScaling], one for each column
)

// checkpointVersion changes when an older program could no longer read new files.
const checkpointVersion = "1"

// Checkpoint is a network with its parameters.
type Checkpoint struct {
	Network *Network
	Theta   []float32
	// Metadata holds further texts to keep with the parameters, such as what the network was trained on.
	Metadata map[string]string
}

// architecture is the JSON text under keyArchitecture.
type architecture struct {
	Columns []Arch `json:"columns"`
}

// SaveCheckpoint writes a checkpoint as a safetensors file that PyTorch users can open, and returns the digest of its
// tensors. The file at path is replaced as a whole or not at all. Parameters that are not finite are refused, so that a
// good checkpoint is never replaced by a broken one.
//
// SaveCheckpoint panics if the length of Theta is not the network's.
func SaveCheckpoint(path string, c *Checkpoint) (digest string, err error) {
	f, err := c.file()
	if err == nil {
		digest, err = safetensors.Write(path, f)
	}
	if err != nil {
		return "", fmt.Errorf("save checkpoint %s: %w", path, err)
	}
	return digest, nil
}

// file returns the checkpoint as the content of a file.
func (c *Checkpoint) file() (*safetensors.File, error) {
	if len(c.Theta) != c.Network.parameters {
		panic(panicTheta)
	}
	if err := c.Network.checkFinite(c.Theta); err != nil {
		return nil, err
	}
	arch, err := json.Marshal(architecture{[]Arch{c.Network.column.arch}})
	if err != nil {
		return nil, err
	}
	scaling, err := json.Marshal([]InputScaling{c.Network.scaling})
	if err != nil {
		return nil, err
	}
	f := &safetensors.File{Metadata: map[string]string{
		keyFormat: "pt", keyVersion: checkpointVersion, keyArchitecture: string(arch), keyScaling: string(scaling),
	}}
	for key, text := range c.Metadata {
		if _, used := f.Metadata[key]; used {
			return nil, fmt.Errorf("the metadata key %s is the network's own", key)
		}
		f.Metadata[key] = text
	}
	for _, t := range c.Network.tensors {
		v := make([]float32, t.Length)
		t.export(v, t.View(c.Theta))
		f.Tensors = append(f.Tensors, safetensors.Float32s(t.Name, t.Shape, v))
	}
	return f, nil
}

// LoadCheckpoint reads a checkpoint and returns it with the digest of its tensors. Anything wrong with the file is an
// error that says what it is and what to do; nothing in a file makes LoadCheckpoint panic or allocate more than a small
// multiple of the file's size.
func LoadCheckpoint(path string) (c *Checkpoint, digest string, err error) {
	c, digest, err = loadCheckpoint(func(accept func(*safetensors.File) error) (*safetensors.File, string, error) {
		return safetensors.Read(path, accept)
	})
	switch {
	case err == nil:
		return c, digest, nil
	case errors.Is(err, safetensors.ErrFormat) || errors.Is(err, safetensors.ErrDigest):
		return nil, "", fmt.Errorf("load checkpoint %s: %w; copy the file again or use an earlier checkpoint", path, err)
	}
	return nil, "", fmt.Errorf("load checkpoint %s: %w", path, err)
}

// loadCheckpoint takes a checkpoint from whatever read reads.
func loadCheckpoint(read func(accept func(*safetensors.File) error) (*safetensors.File, string, error)) (*Checkpoint, string, error) {
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

// accept builds the network from the metadata of a file and refuses tensors that are not the network's.
func (c *Checkpoint) accept(f *safetensors.File) error {
	for _, key := range []string{keyFormat, keyVersion, keyArchitecture, keyScaling} {
		if _, ok := f.Metadata[key]; !ok {
			return fmt.Errorf("the metadata has no %s: this safetensors file is not a checkpoint of Colonnade", key)
		}
	}
	if v := f.Metadata[keyVersion]; v != checkpointVersion {
		return fmt.Errorf("%s is %.20q, this program reads %s: use the program that wrote the file", keyVersion, v, checkpointVersion)
	}
	var arch architecture
	var scaling []InputScaling
	if err := unmarshalStrict(f.Metadata[keyArchitecture], &arch); err != nil {
		return fmt.Errorf("metadata %s: %w", keyArchitecture, err)
	}
	if err := unmarshalStrict(f.Metadata[keyScaling], &scaling); err != nil {
		return fmt.Errorf("metadata %s: %w", keyScaling, err)
	}
	if len(arch.Columns) != 1 || len(scaling) != 1 {
		return fmt.Errorf("%d columns and %d input scalings; this program reads networks of one column", len(arch.Columns), len(scaling))
	}
	n, err := New(arch.Columns[0], scaling[0])
	if err != nil {
		return err
	}
	c.Network = n
	if len(f.Tensors) != len(n.tensors) {
		return fmt.Errorf("%d tensors, the architecture (%v) has %d", len(f.Tensors), n.column.arch, len(n.tensors))
	}
	for _, want := range n.tensors {
		t, err := f.Tensor(want.Name)
		if err != nil {
			return fmt.Errorf("%w, which the architecture (%v) has", err, n.column.arch)
		}
		if t.Type != safetensors.F32 || !slices.Equal(t.Shape, want.Shape) {
			return fmt.Errorf("tensor %s is %s %v, the architecture (%v) wants F32 %v", t.Name, t.Type, t.Shape, n.column.arch, want.Shape)
		}
	}
	return nil
}

// fill takes parameters and metadata from an accepted file.
func (c *Checkpoint) fill(f *safetensors.File) error {
	c.Theta = make([]float32, c.Network.parameters)
	for _, want := range c.Network.tensors {
		t, err := f.Tensor(want.Name)
		if err != nil {
			return err
		}
		v, err := t.Float32s()
		if err != nil {
			return err
		}
		want.restore(want.View(c.Theta), v)
	}
	c.Metadata = f.Metadata
	for _, key := range []string{keyFormat, keyVersion, keyArchitecture, keyScaling} {
		delete(c.Metadata, key)
	}
	return c.Network.checkFinite(c.Theta)
}

// checkFinite returns an error that names the first tensor with a NaN or an infinity.
func (n *Network) checkFinite(theta []float32) error {
	for i, v := range theta {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("tensor %s holds %v: the training that wrote it had diverged", n.TensorAt(i).Name, f)
		}
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
