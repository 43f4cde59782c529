package nn

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"colonnade/nn/safetensors"
)

// encodeCheckpoint returns the bytes of a checkpoint's file.
func encodeCheckpoint(t testing.TB, c *Checkpoint, change func(*safetensors.File)) []byte {
	t.Helper()
	f, err := c.File()
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(f)
	}
	var b bytes.Buffer
	if _, err := safetensors.Encode(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// decodeCheckpoint is LoadCheckpoint on bytes.
func decodeCheckpoint(b []byte) (*Checkpoint, string, error) {
	return loadCheckpoint(func(accept func(*safetensors.File) error) (*safetensors.File, string, error) {
		return safetensors.Decode(bytes.NewReader(b), int64(len(b)), accept)
	})
}

// tiny is the smallest network with all layers: its checkpoint is short enough to try every damage.
func tiny(t testing.TB) *Checkpoint {
	a := Arch{Pixels: [3]int{24, 24, 1}, Proprioception: 1, Encoder: 1, Conv1: 1, Conv2: 1, FC: 1, LSTM: 1,
		Choices: []int{2}}
	n, theta := testNetwork(t, a, rand.New(rand.NewPCG(21, 22)))
	return &Checkpoint{Network: n, Theta: theta, Metadata: map[string]string{"task": "reach"}}
}

// TestCheckpointRoundTrip: all bits of all parameters, the description and the caller's metadata
// come back.
func TestCheckpointRoundTrip(t *testing.T) {
	archs := small()
	archs["recurrent wide"], archs["feedforward wide"] = ReachArch(true, true), ReachArch(false, true)
	for name, a := range archs {
		t.Run(name, func(t *testing.T) {
			n, theta := testNetwork(t, a, rand.New(rand.NewPCG(23, 24)))
			theta[0], theta[1] = float32(math.Copysign(0, -1)), math.SmallestNonzeroFloat32
			theta[2], theta[3] = math.MaxFloat32, -math.MaxFloat32
			c := &Checkpoint{Network: n, Theta: theta, Metadata: map[string]string{"steps": "1000",
				"config": `{"a": 1}`}}
			path := filepath.Join(t.TempDir(), "latest.safetensors")
			written, err := SaveCheckpoint(path, c)
			if err != nil {
				t.Fatal(err)
			}
			got, digest, err := LoadCheckpoint(path)
			if err != nil {
				t.Fatal(err)
			}
			if !sameBits(got.Theta, theta) {
				t.Error("the parameters differ")
			}
			if digest != written || !maps.Equal(got.Metadata, c.Metadata) {
				t.Errorf("digest %s, want %s; metadata %v, want %v", digest, written, got.Metadata, c.Metadata)
			}
			s, want := got.Network.Scaling(), n.Scaling()
			if err := got.Network.Matches(n); err != nil || !slices.Equal(s.Mean, want.Mean) ||
				!slices.Equal(s.Scale, want.Scale) {
				t.Errorf("%v; scaling %v, want %v", err, s, want)
			}
			if again, err := SaveCheckpoint(path, got); err != nil || again != written {
				t.Errorf("saved again: digest %s, want %s; error %v", again, written, err)
			}
		})
	}
}

// TestCheckpointLayout reads a file's tensors with the safetensors package alone and finds single
// weights where PyTorch expects them: conv (O,C,R,S), fc columns in the order (C,H,W), other
// weights (out,in).
func TestCheckpointLayout(t *testing.T) {
	n, err := New(ReachArch(true, true), testScaling(ReachArch(true, true)))
	if err != nil {
		t.Fatal(err)
	}
	theta := make([]float32, n.Parameters())
	for i := range theta {
		theta[i] = float32(i) // exact: below 2^24
	}
	f, _, err := safetensors.Decode(func() (*bytes.Reader, int64, func(*safetensors.File) error) {
		b := encodeCheckpoint(t, &Checkpoint{Network: n, Theta: theta}, nil)
		return bytes.NewReader(b), int64(len(b)), nil
	}())
	if err != nil {
		t.Fatal(err)
	}
	checkPlaces(t, n, f, "column1.", []place{
		{"conv1.weight", []int{16, 3, 8, 8}, ((7*3+2)*8+5)*8 + 3, ((5*8+3)*3+2)*16 + 7},
		// o 7, c 2, r 5, s 3
		{"conv2.weight", []int{32, 16, 5, 5}, ((30*16+9)*5+1)*5 + 4, ((1*5+4)*16+9)*32 + 30},
		// o 30, c 9, r 1, s 4
		{"fc.weight", []int{128, 1152}, 100*1152 + (21*6+2)*6 + 5, ((2*6+5)*32+21)*128 + 100},
		// out 100, c 21, h 2, w 5
		{"lstm.weight_ih", []int{512, 128}, 300*128 + 17, 17*512 + 300},
		// gate row 300, input 17
		{"lstm.weight_hh", []int{512, 128}, 511*128 + 1, 1*512 + 511}, //
		{"lstm.bias", []int{512}, 130, 130},                           //
		{"output.weight", []int{28, 128}, 27*128 + 64, 64*28 + 27},
		// the value's row
		{"output.bias", []int{28}, 27, 27},                                                              //
		{"conv1.bias", []int{16}, 3, 3}, {"conv2.bias", []int{32}, 3, 3}, {"fc.bias", []int{128}, 3, 3}, //
	})
	if len(f.Tensors) != 11 {
		t.Errorf("%d tensors, want 11", len(f.Tensors))
	}
}

// place is where one element of a tensor stands.
type place struct {
	name            string
	shape           []int
	outside, inside int // its index in the file and in the vector's tensor
}

// checkPlaces compares elements of a file with the parameters of n, each of which is its own index
// in the vector.
func checkPlaces(t *testing.T, n *Network, f *safetensors.File, column string, places []place) {
	t.Helper()
	offset := map[string]int{}
	for _, tensor := range n.Tensors() {
		offset[tensor.Name] = tensor.Offset
	}
	for _, p := range places {
		tensor, err := f.Tensor(column + p.name)
		if err != nil {
			t.Fatal(err)
		}
		v, err := tensor.Float32s()
		if err != nil {
			t.Fatal(err)
		}
		if want := float32(offset[column+p.name] + p.inside); v[p.outside] != want ||
			!slices.Equal(tensor.Shape, p.shape) {
			t.Errorf("%s %v [%d] is %v, want %v at shape %v", p.name, tensor.Shape, p.outside, v[p.outside], want,
				p.shape)
		}
	}
}

// TestDamagedCheckpoint flips a bit of every byte and cuts at every length: an error each time,
// never a panic. That every bit counts is shown in package safetensors.
func TestDamagedCheckpoint(t *testing.T) {
	good := encodeCheckpoint(t, tiny(t), nil)
	want, _, err := decodeCheckpoint(good)
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		b := slices.Clone(good)
		b[i] ^= 1 << (i % 8)
		if got, _, err := decodeCheckpoint(b); err == nil && !(sameBits(got.Theta, want.Theta) &&
			maps.Equal(got.Metadata, want.Metadata)) {
			t.Errorf("bit %d of byte %d flipped: not noticed", i%8, i)
		}
	}
	for i := range good {
		if _, _, err := decodeCheckpoint(good[:i]); !errors.Is(err, safetensors.ErrFormat) {
			t.Errorf("cut to %d bytes: error %v", i, err)
		}
	}
}

// TestHostileCheckpoint: files with good digests and bad content.
func TestHostileCheckpoint(t *testing.T) {
	base := tiny(t)
	change := func(f func(*Arch)) func(*safetensors.File) {
		return func(file *safetensors.File) {
			a := base.Network.Arch()
			f(&a)
			text, err := json.Marshal(architecture{[]design{{Arch: a}}})
			if err != nil {
				t.Fatal(err)
			}
			file.Metadata[keyArchitecture] = string(text)
		}
	}
	set := func(key, text string) func(*safetensors.File) {
		return func(f *safetensors.File) { f.Metadata[key] = text }
	}
	for _, c := range []struct {
		name, want string
		change     func(*safetensors.File)
	}{
		{"no architecture", "no architecture", func(f *safetensors.File) { delete(f.Metadata, keyArchitecture) }},
		{"no scaling", "no input_scaling", func(f *safetensors.File) { delete(f.Metadata, keyScaling) }},
		{"newer", `checkpoint_version is "3", this program reads 1 and 2`, set(keyVersion, "3")},
		{"no metadata of frozen columns", "no frozen", set(keyVersion, "2")},
		{"architecture no JSON", "metadata architecture", set(keyArchitecture, "{")},
		{"architecture null", "0 columns", set(keyArchitecture, "null")},
		{"unknown field", "unknown field", set(keyArchitecture, `{"columns":[],"laterals":1}`)},
		{"two values", "follows", set(keyArchitecture, `{"columns":[]}{}`)},
		{"no columns", "0 columns", set(keyArchitecture, `{"columns":[]}`)},
		{"number too large", "metadata architecture", set(keyArchitecture, `{"columns":[{"fc":1e400}]}`)},
		{"scaling of another size", "input scaling", set(keyScaling, `[{"mean":[1,2],"scale":[1,2]}]`)},
		{"scale zero", "input scaling", set(keyScaling, `[{"mean":[1],"scale":[0]}]`)},
		{"scale not finite", "metadata input_scaling", set(keyScaling, `[{"mean":[1],"scale":[1e39]}]`)},
		{"two scalings", "1 columns, 2 input scalings",
			set(keyScaling, `[{"mean":[1],"scale":[1]},{"mean":[1],"scale":[1]}]`)},
		{"gigantic", "architecture", change(func(a *Arch) { a.FC, a.LSTM = math.MaxInt, math.MaxInt })},
		{"gigantic picture", "architecture", change(func(a *Arch) { a.Pixels = [3]int{4096, 4096, 4096} })},
		{"large beyond the file", "wants F32", change(func(a *Arch) { a.FC = 60000 })},
		{"negative", "architecture", change(func(a *Arch) { a.Conv1 = -1 })},
		{"other network", "no tensor column1.lstm.weight_hh", func(f *safetensors.File) { f.Tensors = f.Tensors[:9] }},
		{"other name", "no tensor column1.conv1.weight", func(f *safetensors.File) { f.Tensors[0].Name = "x" }},
		{"other shape", "column1.conv1.weight is F32 [8 8 1 1]",
			func(f *safetensors.File) { f.Tensors[0].Shape = []int{8, 8, 1, 1} }},
		{"other type", "is U8", func(f *safetensors.File) {
			f.Tensors[1] = safetensors.Uint8s(f.Tensors[1].Name, f.Tensors[1].Shape, []uint8{0})
		}},
		{"NaN", "column1.fc.bias holds NaN", func(f *safetensors.File) {
			f.Tensors[5] = safetensors.Float32s(f.Tensors[5].Name, f.Tensors[5].Shape, []float32{float32(math.NaN())})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := decodeCheckpoint(encodeCheckpoint(t, base, c.change)); err == nil ||
				!strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// TestCheckpointErrors: what people see names the file and says what to do.
func TestCheckpointErrors(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "latest.safetensors")
	if _, _, err := LoadCheckpoint(path); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("no file: %v", err)
	}
	good := encodeCheckpoint(t, tiny(t), nil)
	if err := os.WriteFile(path, good[:len(good)-4], 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := LoadCheckpoint(path); !errors.Is(err, safetensors.ErrFormat) ||
		!strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "use an earlier checkpoint") {
		t.Errorf("truncated: %v", err)
	}
	if _, _, err := LoadCheckpoint(dir); !errors.Is(err, safetensors.ErrFormat) {
		t.Errorf("a folder: %v", err)
	}

	// What must not replace a good file.
	if err := os.WriteFile(path, good, 0o666); err != nil {
		t.Fatal(err)
	}
	c := tiny(t)
	c.Theta[len(c.Theta)-1] = float32(math.Inf(1))
	if _, err := SaveCheckpoint(path, c); err == nil ||
		!strings.Contains(err.Error(), "column1.output.bias holds +Inf") {
		t.Errorf("infinite parameter: %v", err)
	}
	c = tiny(t)
	c.Metadata["architecture"] = "mine"
	if _, err := SaveCheckpoint(path, c); err == nil || !strings.Contains(err.Error(), "the network's own") {
		t.Errorf("reserved key: %v", err)
	}
	if _, err := SaveCheckpoint(filepath.Join(dir, "none", "f"), tiny(t)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, good) {
		t.Errorf("the good checkpoint is not there any more: %v", err)
	}
	defer func() {
		if got := recover(); got != panicTheta {
			t.Errorf("short theta: panic %v", got)
		}
	}()
	SaveCheckpoint(path, &Checkpoint{Network: c.Network, Theta: c.Theta[1:]})
}
