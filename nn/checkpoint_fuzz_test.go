package nn

import (
	"bytes"
	"testing"

	"colonnade/nn/safetensors"
)

// FuzzLoadCheckpoint: no file makes loading panic. What loads can be saved and loads again as the
// same.
func FuzzLoadCheckpoint(f *testing.F) {
	good, stacked := encodeCheckpoint(f, tiny(f), nil), encodeCheckpoint(f, tinyStack(f), nil)
	f.Add(good)
	f.Add(stacked)
	f.Add(stacked[:len(stacked)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		c, digest, err := decodeCheckpoint(b)
		if err != nil {
			return
		}
		again, digest2, err := decodeCheckpoint(encodeCheckpoint(t, c, nil))
		if err != nil || digest2 != digest || !sameBits(again.Theta, c.Theta) {
			t.Fatalf("saved and loaded again: digest %s, was %s; error %v", digest2, digest, err)
		}
	})
}

// FuzzCheckpointMetadata reaches what the digests hide from FuzzLoadCheckpoint: files whose digests
// are right and whose description and tensors are anything. A network that loads is small enough to
// be used, and to be stacked on.
func FuzzCheckpointMetadata(f *testing.F) {
	single, stacked := tiny(f), tinyStack(f)
	for _, c := range []*Checkpoint{single, stacked} {
		file, err := c.File()
		if err != nil {
			f.Fatal(err)
		}
		m := file.Metadata
		f.Add(len(c.Network.columns) > 1, m[keyArchitecture], m[keyScaling], m[keyFrozen], m[keyVersion], 0, 1)
		f.Add(len(c.Network.columns) > 1, m[keyArchitecture], m[keyScaling], m[keyFrozen], m[keyVersion], 127, 1)
	}
	f.Add(false, `{"columns":[{"proprioception":1,"encoder":1,"choices":[2]}]}`, `[{}]`, "", "1", 4, 2)
	f.Add(true, `{"columns":[{"proprioception":1,"encoder":1,"choices":[2]},{"proprioception":1,"encoder":1,"choices":[2],"laterals_from":[1]}]}`,
		`[{},{}]`, `[null]`, "2", 4, 2)
	f.Fuzz(func(t *testing.T, stack bool, arch, scaling, frozen, version string, tensor, length int) {
		c := single
		if stack {
			c = stacked
		}
		file, err := c.File()
		if err != nil {
			t.Fatal(err)
		}
		file.Metadata[keyArchitecture], file.Metadata[keyScaling], file.Metadata[keyVersion] = arch, scaling, version
		if frozen != "" {
			file.Metadata[keyFrozen] = frozen
		}
		if i := tensor & 127; i < len(file.Tensors) {
			v := make([]float32, length&255)
			file.Tensors[i] = safetensors.Float32s(file.Tensors[i].Name, []int{len(v)}, v)
		}
		var b bytes.Buffer
		if _, err := safetensors.Encode(&b, file); err != nil {
			return // the texts are not UTF-8
		}
		got, _, err := decodeCheckpoint(b.Bytes())
		if err != nil {
			return
		}
		batch := got.Network.NewBatch(1, 1)
		got.Network.Forward(got.Theta, batch, 0, 1)
		if n, err := Stack(got.Network.Arch(), got.Network.Scaling(), got); err == nil {
			n.Forward(make([]float32, n.Parameters()), n.NewBatch(1, 1), 0, 1)
		}
	})
}
