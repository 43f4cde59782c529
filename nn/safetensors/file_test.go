package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// sample has every element type, a scalar, an empty tensor, and metadata that JSON must escape.
func sample() *File {
	return &File{
		Metadata: map[string]string{"config": `{"a":"<b>\"\n"}`, "unicode": "30 °C\u2028\x00", "": "empty key"},
		Tensors: []Tensor{
			Uint8s("bytes", []int{3}, []uint8{1, 2, 255}),
			Float32s("column1.fc.weight", []int{2, 3}, []float32{1, -2, 0.5, float32(math.Inf(1)),
				math.Float32frombits(0x7fc00001), float32(math.Copysign(0, -1))}),
			Int64s("scalar", nil, []int64{math.MinInt64}),
			Float32s("empty", []int{4, 0}, nil),
			Uint64s("counters", []int{1, 2}, []uint64{7, math.MaxUint64}),
		},
	}
}

func encode(t testing.TB, f *File) ([]byte, string) {
	t.Helper()
	var b bytes.Buffer
	digest, err := Encode(&b, f)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), digest
}

func decode(b []byte) (*File, string, error) {
	return Decode(bytes.NewReader(b), int64(len(b)), nil)
}

func TestRoundTrip(t *testing.T) {
	for name, f := range map[string]*File{"sample": sample(), "nothing": {}} {
		t.Run(name, func(t *testing.T) {
			b, digest := encode(t, f)
			got, gotDigest, err := decode(b)
			if err != nil {
				t.Fatal(err)
			}
			if gotDigest != digest || len(digest) != 64 {
				t.Errorf("digest %s, written was %s", gotDigest, digest)
			}
			if !maps.Equal(got.Metadata, f.Metadata) {
				t.Errorf("metadata %q, want %q", got.Metadata, f.Metadata)
			}
			if len(got.Tensors) != len(f.Tensors) {
				t.Fatalf("%d tensors, want %d", len(got.Tensors), len(f.Tensors))
			}
			for _, want := range f.Tensors {
				tensor, err := got.Tensor(want.Name)
				if err != nil {
					t.Fatal(err)
				}
				if tensor.Type != want.Type || !slices.Equal(tensor.Shape, want.Shape) ||
					!bytes.Equal(tensor.Data, want.Data) {
					t.Errorf("%+v, want %+v", tensor, want)
				}
			}
			again, _ := encode(t, got)
			if !bytes.Equal(again, b) {
				t.Error("written again, the file has other bytes")
			}
		})
	}
}

// TestFormat holds the bytes of a file: written out here from the format's definition, with the
// digests as the package doc defines them, so that neither changes by accident.
func TestFormat(t *testing.T) {
	f := &File{Metadata: map[string]string{"k": "v"}, Tensors: []Tensor{Uint8s("b", []int{2}, []uint8{5, 6}),
		Float32s("a.w", []int{1, 1}, []float32{1})}}
	table := `"a.w":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}`
	data := "\x00\x00\x80\x3f\x05\x06"
	sum := func(text string) string {
		h := newHash()
		io.WriteString(h, text)
		return hex.EncodeToString(h.Sum(nil))
	}
	digest := sum("{" + table + "}" + data)
	header := `{"__metadata__":{"digest":"` + digest + `","k":"v","metadata_digest":"` +
		sum("\x01\x00\x00\x00\x00\x00\x00\x00k\x01\x00\x00\x00\x00\x00\x00\x00v") + `"},` + table + "}"
	header += strings.Repeat(" ", -len(header)&7)
	want := string(binary.LittleEndian.AppendUint64(nil, uint64(len(header)))) + header + data
	got, gotDigest := encode(t, f)
	if string(got) != want {
		t.Errorf("the file is\n%q, want\n%q", got, want)
	}
	// HighwayHash-256 with the zero key as of github.com/minio/highwayhash v1.0.4.
	const golden = "78af778624de2721472d8750bbe49b221397adce800c11ded83614f49cb4448d"
	if gotDigest != digest || digest != golden {
		t.Errorf("digest %s, want %s and %s", gotDigest, digest, golden)
	}
}

// TestDigest: the digest names tensors and data and nothing else.
func TestDigest(t *testing.T) {
	_, base := encode(t, sample())
	for name, c := range map[string]struct {
		same   bool
		change func(*File)
	}{
		"metadata": {true, func(f *File) { f.Metadata["step"] = "9" }},
		"data":     {false, func(f *File) { f.Tensors[0].Data[0] ^= 1 }},
		"name":     {false, func(f *File) { f.Tensors[0].Name += "x" }},
		"shape":    {false, func(f *File) { f.Tensors[1].Shape = []int{3, 2} }},
		"type":     {false, func(f *File) { f.Tensors[2].Type = U64 }},
		"fewer":    {false, func(f *File) { f.Tensors = f.Tensors[1:] }},
	} {
		f := sample()
		c.change(f)
		if _, digest := encode(t, f); (digest == base) != c.same {
			t.Errorf("%s: same digest: %v, want %v", name, digest == base, c.same)
		}
	}
}

// TestDamage flips every bit of a file, cuts it at every length and lengthens it: each is an error,
// none a panic. Only a flip that leaves the content as it was, as from \u003c to \u003C, may pass.
func TestDamage(t *testing.T) {
	good, _ := encode(t, sample())
	content, _, err := decode(good)
	if err != nil {
		t.Fatal(err)
	}
	expect := func(what string, at int, b []byte) {
		t.Helper()
		f, _, err := decode(b)
		if err == nil && what == "flipped bit" && reflect.DeepEqual(f, content) {
			return
		}
		if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrDigest) {
			t.Errorf("%s %d: error %v", what, at, err)
		}
	}
	for i := range 8 * len(good) {
		b := slices.Clone(good)
		b[i/8] ^= 1 << (i % 8)
		expect("flipped bit", i, b)
	}
	for i := range good {
		expect("cut to", i, good[:i])
		// A file that became shorter after its size was asked.
		if _, _, err := Decode(bytes.NewReader(good[:i]), int64(len(good)), nil); !errors.Is(err, ErrFormat) {
			t.Errorf("short by %d: error %v", len(good)-i, err)
		}
	}
	expect("longer by", 1, append(slices.Clone(good), 0))
	expect("zeros", 0, make([]byte, 100))
	expect("ones", 0, bytes.Repeat([]byte{255}, 100))
}

func TestAccept(t *testing.T) {
	b, _ := encode(t, sample())
	refused := errors.New("refused")
	called := false
	_, _, err := Decode(bytes.NewReader(b), int64(len(b)), func(f *File) error {
		called = true
		if f.Metadata["config"] == "" || len(f.Tensors) != 5 || f.Tensors[0].Data != nil {
			t.Errorf("accept sees %+v", f)
		}
		return refused
	})
	if !called || !errors.Is(err, refused) {
		t.Errorf("called %v, error %v", called, err)
	}
}

// TestEncodeRefuses: what could not be read back is not written.
func TestEncodeRefuses(t *testing.T) {
	many := make([]Tensor, MaxTensors+1)
	for name, f := range map[string]*File{
		"reserved key":        {Metadata: map[string]string{"digest": "x"}},
		"other reserved key":  {Metadata: map[string]string{"metadata_digest": "x"}},
		"text not UTF-8":      {Metadata: map[string]string{"k": "\xff"}},
		"key not UTF-8":       {Metadata: map[string]string{"\xff": "v"}},
		"large metadata":      {Metadata: map[string]string{"k": strings.Repeat("x", MaxHeader)}},
		"two of a name":       {Tensors: []Tensor{Uint8s("a", []int{0}, nil), Uint8s("a", []int{0}, nil)}},
		"no name":             {Tensors: []Tensor{Uint8s("", []int{0}, nil)}},
		"quoted name":         {Tensors: []Tensor{Uint8s(`a"b`, []int{0}, nil)}},
		"long name":           {Tensors: []Tensor{Uint8s(strings.Repeat("n", maxName+1), []int{0}, nil)}},
		"metadata as name":    {Tensors: []Tensor{Uint8s("__metadata__", []int{0}, nil)}},
		"unknown type":        {Tensors: []Tensor{{"a", "F16", []int{1}, []byte{0, 0}}}},
		"wrong length":        {Tensors: []Tensor{Float32s("a", []int{2}, []float32{1})}},
		"negative shape":      {Tensors: []Tensor{Uint8s("a", []int{-1, -1}, []byte{0})}},
		"overflowing shape":   {Tensors: []Tensor{Uint8s("a", []int{1 << 30, 1 << 30, 16}, nil)}},
		"too many dimensions": {Tensors: []Tensor{Uint8s("a", slices.Repeat([]int{1}, maxRank+1), []byte{0})}},
		"too many tensors":    {Tensors: many},
	} {
		if _, err := Encode(io.Discard, f); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestElements(t *testing.T) {
	f := sample()
	get := func(name string) Tensor {
		tensor, err := f.Tensor(name)
		if err != nil {
			t.Fatal(err)
		}
		return tensor
	}
	if v, err := get("column1.fc.weight").Float32s(); err != nil || math.Float32bits(v[4]) != 0x7fc00001 ||
		math.Float32bits(v[5]) != 1<<31 {
		t.Errorf("F32: %v, %v", v, err)
	}
	if v, err := get("bytes").Uint8s(); err != nil || !slices.Equal(v, []uint8{1, 2, 255}) {
		t.Errorf("U8: %v, %v", v, err)
	}
	if v, err := get("scalar").Int64s(); err != nil || !slices.Equal(v, []int64{math.MinInt64}) {
		t.Errorf("I64: %v, %v", v, err)
	}
	if v, err := get("counters").Uint64s(); err != nil || !slices.Equal(v, []uint64{7, math.MaxUint64}) {
		t.Errorf("U64: %v, %v", v, err)
	}
	_, err1 := get("bytes").Float32s()
	_, err2 := get("scalar").Uint8s()
	_, err3 := get("counters").Int64s()
	_, err4 := get("scalar").Uint64s()
	_, err5 := f.Tensor("nothing")
	for i, err := range []error{err1, err2, err3, err4, err5} {
		if err == nil {
			t.Errorf("request %d: no error", i+1)
		}
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f.safetensors")
	want, err := Write(path, sample())
	if err != nil {
		t.Fatal(err)
	}
	f, digest, err := Read(path, nil)
	if err != nil || digest != want || len(f.Tensors) != 5 {
		t.Errorf("digest %s, want %s; error %v", digest, want, err)
	}
	if _, _, err := Read(filepath.Join(dir, "none"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: error %v", err)
	}
	if _, _, err := Read(dir, nil); !errors.Is(err, ErrFormat) {
		t.Errorf("a folder: error %v", err)
	}
	// A file of 2 GiB that takes no space, with a header that makes one tensor of it.
	large := filepath.Join(dir, "large")
	if err := os.WriteFile(large, []byte("\xf8\x00\x00\x00\x00\x00\x00\x00{"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, 2<<30); err != nil {
		t.Skipf("no sparse files here: %v", err)
	}
	if _, _, err := Read(large, nil); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "limit") {
		t.Errorf("2 GiB: error %v", err)
	}
}

func TestFileHasNoHiddenState(t *testing.T) {
	f, want := sample(), sample()
	encode(t, f)
	if !reflect.DeepEqual(f, want) {
		t.Error("Encode changed the file it was given")
	}
}

// TestDeviceFull writes to a device that is always full: the system's own error comes back from
// every place where a write can fail.
func TestDeviceFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("no /dev/full here: %v", err)
	}
	defer full.Close()
	b, _ := encode(t, sample())
	for limit := range len(b) {
		if _, err := Encode(&shortWriter{room: limit, then: full}, sample()); !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("full after %d bytes: error %v", limit, err)
		}
	}
	if _, err := Encode(&shortWriter{room: len(b), then: full}, sample()); err != nil {
		t.Errorf("room for all: error %v", err)
	}
}

// shortWriter has room for some bytes; what does not fit goes to another writer.
type shortWriter struct {
	room int
	then io.Writer
}

func (w *shortWriter) Write(p []byte) (int, error) {
	if len(p) <= w.room {
		w.room -= len(p)
		return len(p), nil
	}
	n, err := w.then.Write(p[w.room:])
	return w.room + n, err
}
