package nn

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"colonnade/nn/safetensors"
)

// TestStackRoundTrip: a file keeps all columns: parameters, laterals, scaling and metadata; and a
// column goes on top of what is loaded as on what was saved.
func TestStackRoundTrip(t *testing.T) {
	for name, network := range stacks() {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(45, 46))
			c := network(t, rng)
			c.Metadata = map[string]string{"world": "top"}
			for _, k := range c.Network.frozen() {
				k.metadata = map[string]string{"world": k.own("world")}
			}
			path := filepath.Join(t.TempDir(), "latest.safetensors")
			digest, err := SaveCheckpoint(path, c)
			if err != nil {
				t.Fatal(err)
			}
			got, again, err := LoadCheckpoint(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := got.Network.Matches(c.Network); err != nil || again != digest || !sameBits(got.Theta, c.Theta) ||
				got.Metadata["world"] != "top" {
				t.Errorf("%v; digest %s, want %s; metadata %v", err, again, digest, got.Metadata)
			}
			for i, k := range got.Network.frozen() {
				want := c.Network.columns[i]
				if !sameBits(k.theta, want.theta) || k.metadata["world"] != k.own("world") ||
					!slices.Equal(k.scaling.Mean, want.scaling.Mean) {
					t.Errorf("column %d differs", k.number)
				}
			}
			a := c.Network.Arch()
			one, two := testStack(t, a, rand.New(rand.NewPCG(1, 1)), c), testStack(t, a, rand.New(rand.NewPCG(1, 1)),
				got)
			if !sameBits(one.Theta, two.Theta) ||
				two.Network.Columns()[len(c.Network.columns)-1].Metadata["world"] != "top" {
				t.Error("a column on what was loaded is another")
			}
		})
	}
}

// tinyStack is the smallest network of two columns with all laterals.
func tinyStack(t testing.TB) *Checkpoint {
	below := tiny(t)
	below.Metadata = map[string]string{"world": "first"}
	return testStack(t, below.Network.Arch(), rand.New(rand.NewPCG(47, 48)), below)
}

// TestHostileStack: files of several columns with good digests and bad content. The error names
// what is wrong and, where two columns disagree, both.
func TestHostileStack(t *testing.T) {
	base := tinyStack(t)
	set := func(key, text string) func(*safetensors.File) {
		return func(f *safetensors.File) { f.Metadata[key] = text }
	}
	redesign := func(change func(columns []design)) func(*safetensors.File) {
		return func(f *safetensors.File) {
			var a architecture
			if err := json.Unmarshal([]byte(f.Metadata[keyArchitecture]), &a); err != nil {
				t.Fatal(err)
			}
			change(a.Columns)
			text, err := json.Marshal(a)
			if err != nil {
				t.Fatal(err)
			}
			f.Metadata[keyArchitecture] = string(text)
		}
	}
	index := func(f *safetensors.File, name string) int {
		i := slices.IndexFunc(f.Tensors, func(t safetensors.Tensor) bool { return t.Name == name })
		if i < 0 {
			t.Fatalf("no tensor %s", name)
		}
		return i
	}
	for _, c := range []struct {
		name   string
		wants  []string
		change func(*safetensors.File)
	}{
		{"missing earlier column", []string{"no tensor column1.conv1.weight", "2 columns; column 1"},
			func(f *safetensors.File) {
				f.Tensors = slices.DeleteFunc(f.Tensors, func(t safetensors.Tensor) bool {
					return strings.HasPrefix(t.Name, "column1.")
				})
			}},
		{"laterals from nowhere", []string{"column 2: ", "laterals from column 2, but below it there are columns 1 " +
			"to 1"}, redesign(func(c []design) { c[1].LateralsFrom[0] = 2 })},
		{"laterals from column 0", []string{"laterals from column 0"},
			redesign(func(c []design) { c[1].LateralsFrom[0] = 0 })},
		{"laterals twice", []string{"laterals from columns [1 1]"},
			redesign(func(c []design) { c[1].LateralsFrom = []int{1, 1} })},
		{"laterals into the first", []string{"column 1: ", "laterals from column 1"},
			redesign(func(c []design) { c[0].LateralsFrom = []int{1} })},
		{"laterals denied", []string{"tensor column2.conv2.adapter1.weight is unknown"},
			redesign(func(c []design) { c[1].LateralsFrom = nil })},
		{"another observation", []string{"its pictures are 28x24x1", "column 1's 24x24x1"},
			redesign(func(c []design) { c[1].Pixels[0] = 28 })},
		{"another action", []string{"factors of [3] choices", "column 1's of [2]"},
			redesign(func(c []design) { c[1].Choices = []int{3} })},
		{"another width below", []string{"column1.lstm.weight_ih is F32 [4 2]", "lstm 2"},
			redesign(func(c []design) { c[0].LSTM = 2 })},
		{"one column more", []string{"2 input scalings"}, func(f *safetensors.File) {
			f.Metadata[keyArchitecture] = strings.Replace(f.Metadata[keyArchitecture], `[{`,
				`[{"proprioception":1,"encoder":1,"choices":[2]},{`, 1)
		}},
		{"unknown tensor", []string{"tensor column2.fc.lateral2.weight is unknown"}, func(f *safetensors.File) {
			f.Tensors = append(f.Tensors, safetensors.Float32s("column2.fc.lateral2.weight", []int{1}, []float32{1}))
		}},
		{"shape of a lateral", []string{"column2.lstm.lateral1.fc.weight is F32 [8 1]", "wants F32 [4 2]"},
			func(f *safetensors.File) {
				f.Tensors[index(f, "column2.lstm.lateral1.fc.weight")].Shape = []int{8, 1}
			}},
		{"frozen column diverged", []string{"column1.fc.bias holds NaN"}, func(f *safetensors.File) {
			i := index(f, "column1.fc.bias")
			f.Tensors[i] = safetensors.Float32s(f.Tensors[i].Name, f.Tensors[i].Shape, []float32{float32(math.NaN())})
		}},
		{"first version", []string{"2 columns in a file of checkpoint_version 1"}, set(keyVersion, "1")},
		{"no metadata of frozen columns", []string{"no frozen"},
			func(f *safetensors.File) { delete(f.Metadata, keyFrozen) }},
		{"metadata of too many", []string{"2 frozen columns"}, set(keyFrozen, `[{},{}]`)},
		{"metadata no texts", []string{"metadata frozen"}, set(keyFrozen, `[{"steps":1}]`)},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := decodeCheckpoint(encodeCheckpoint(t, base, c.change))
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range c.wants {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
		})
	}
}

// TestStackLayout finds single weights of laterals where PyTorch expects them: conv (O,C,R,S), fc
// columns in the order (C,H,W), other weights (out,in).
func TestStackLayout(t *testing.T) {
	below := tower(t, rand.New(rand.NewPCG(49, 50)), ReachArch(true, true))
	n, err := Stack(ReachArch(true, false), testScaling(ReachArch(true, false)), below)
	if err != nil {
		t.Fatal(err)
	}
	theta := make([]float32, n.Parameters())
	for i := range theta {
		theta[i] = float32(i) // exact: below 2^24
	}
	file, err := (&Checkpoint{Network: n, Theta: theta}).File()
	if err != nil {
		t.Fatal(err)
	}
	checkPlaces(t, n, file, "column2.", []place{
		{"conv2.adapter1.weight", []int{8, 16, 1, 1}, 5*16 + 9, 9*8 + 5},
		// o 5, c 9
		{"conv2.lateral1.weight", []int{8, 8, 5, 5}, ((7*8+2)*5+3)*5 + 4, ((3*5+4)*8+2)*8 + 7},
		// o 7, c 2, r 3, s 4
		{"fc.adapter1.weight", []int{8, 32, 1, 1}, 1*32 + 30, 30*8 + 1},
		// o 1, c 30
		{"fc.lateral1.weight", []int{16, 288}, 11*288 + (6*6+2)*6 + 5, ((2*6+5)*8+6)*16 + 11},
		// out 11, c 6, h 2, w 5
		{"lstm.lateral1.fc.weight", []int{64, 128}, 40*128 + 99, 99*64 + 40},
		// gate row 40, input 99
		{"lstm.lateral1.lstm.weight", []int{64, 128}, 63*128 + 1, 1*64 + 63},
		//
		{"output.lateral1.weight", []int{28, 128}, 27*128 + 64, 64*28 + 27},
		// the value's row
		{"conv2.adapter1.bias", []int{8}, 3, 3}, {"fc.adapter1.bias", []int{8}, 3, 3}, {"output.bias", []int{28}, 27,
			27}, //
	})
	if len(file.Tensors) != 11+11+9 {
		t.Errorf("%d tensors, want 31", len(file.Tensors))
	}
}
