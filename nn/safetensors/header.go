package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/minio/highwayhash"
)

const (
	metadataName      = "__metadata__"
	digestKey         = "digest"
	metadataDigestKey = "metadata_digest"
)

// entry is a tensor of the header: its place in the data, and the tensor itself, still without
// data.
type entry struct {
	Tensor
	begin, end int64
}

// appendTable appends the canonical tensor table: the entries as compact JSON, without the
// enclosing braces.
func appendTable(b []byte, table []entry) []byte {
	for i, e := range table {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, e.Name...)
		b = append(b, `":{"dtype":"`...)
		b = append(b, e.Type...)
		b = append(b, `","shape":[`...)
		for j, d := range e.Shape {
			if j > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendInt(b, int64(d), 10)
		}
		b = append(b, `],"data_offsets":[`...)
		b = strconv.AppendInt(b, e.begin, 10)
		b = append(b, ',')
		b = strconv.AppendInt(b, e.end, 10)
		b = append(b, `]}`...)
	}
	return b
}

// newDigest returns the hash of a file's content after its table; the data is written to it next.
func newDigest(table []entry) hash.Hash {
	h := newHash()
	b := appendTable([]byte{'{'}, table)
	h.Write(append(b, '}'))
	return h
}

// metadataDigest returns the digest of all metadata but the digests themselves.
func metadataDigest(metadata map[string]string) string {
	h := newHash()
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		if key == digestKey || key == metadataDigestKey {
			continue
		}
		for _, s := range []string{key, metadata[key]} {
			h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(s))))
			h.Write([]byte(s))
		}
	}
	return hexSum(h)
}

func newHash() hash.Hash {
	h, err := highwayhash.New(make([]byte, highwayhash.Size))
	if err != nil {
		panic("safetensors: " + err.Error()) // only a key of another length is an error
	}
	return h
}

func hexSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// encodeHeader returns the first bytes of a file, up to its data.
func encodeHeader(metadata map[string]string, table []entry) ([]byte, error) {
	text, err := json.Marshal(metadata) // keys in ascending order
	if err != nil {
		return nil, err
	}
	b := append(make([]byte, 8, 4096), `{"`+metadataName+`":`...)
	b = append(b, text...)
	if len(table) > 0 {
		b = append(b, ',')
	}
	b = append(appendTable(b, table), '}')
	for len(b)%8 != 0 {
		b = append(b, ' ')
	}
	if len(b)-8 > MaxHeader {
		return nil, fmt.Errorf("the header has %d bytes, the limit is %d", len(b)-8, MaxHeader)
	}
	binary.LittleEndian.PutUint64(b, uint64(len(b)-8))
	return b, nil
}

// parseHeader parses the JSON header of a file with the given bytes of data. It returns the tensors
// in the order of their data. It accepts what the format allows and nothing else: no second value
// for a key, no gap or overlap in the data, no type or name that this package does not know.
func parseHeader(header []byte, dataLen int64) (map[string]string, []entry, error) {
	header = bytes.TrimRight(header, " ")
	switch {
	case len(header) == 0 || header[0] != '{':
		return nil, nil, errors.New("the header does not begin with {")
	case !utf8.Valid(header):
		return nil, nil, errors.New("the header is not UTF-8")
	case !json.Valid(header):
		return nil, nil, errors.New("the header is not JSON")
	}
	// The grammar is checked; what is left for the walk are the kinds of the values.
	w := walker{json.NewDecoder(bytes.NewReader(header))}
	w.UseNumber()
	var table []entry
	metadata := map[string]string{}
	err := w.object("the header", func(key string) error {
		if key == metadataName {
			return w.object(metadataName, func(key string) (err error) {
				metadata[key], err = w.text()
				return err
			})
		}
		if len(table) == MaxTensors {
			return fmt.Errorf("more than %d tensors", MaxTensors)
		}
		if err := checkName(key); err != nil {
			return err
		}
		e, err := w.tensor(key)
		table = append(table, e)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	slices.SortStableFunc(table, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	next := int64(0)
	for _, e := range table {
		if e.begin != next || e.end < e.begin || e.end > dataLen {
			return nil, nil, fmt.Errorf("tensor %s lies at bytes %d to %d of the data, want a begin at %d and an end "+
				"within %d", e.Name, e.begin, e.end, next, dataLen)
		}
		if err := e.check(e.end - e.begin); err != nil {
			return nil, nil, err
		}
		next = e.end
	}
	if next != dataLen {
		return nil, nil, fmt.Errorf("the tensors have %d bytes of data, the file %d", next, dataLen)
	}
	return metadata, table, nil
}

// walker reads the values of valid JSON one by one.
type walker struct{ *json.Decoder }

// object reads an object and calls value for each key, which must read its value.
func (w walker) object(name string, value func(key string) error) error {
	if t, err := w.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("%s is not an object", name)
	}
	seen := map[string]bool{}
	for w.More() {
		t, err := w.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return fmt.Errorf("%s has a key that is not text", name)
		}
		if seen[key] {
			return fmt.Errorf("%s has the key %.40q twice", name, key)
		}
		seen[key] = true
		if err := value(key); err != nil {
			return err
		}
	}
	_, err := w.Token()
	return err
}

// text reads a string.
func (w walker) text() (string, error) {
	t, err := w.Token()
	s, ok := t.(string)
	if err != nil || !ok {
		return "", fmt.Errorf("a value in %s is not text", metadataName)
	}
	return s, nil
}

// integers reads an array of at most limit non-negative integers.
func (w walker) integers(limit int) ([]int64, error) {
	if t, err := w.Token(); err != nil || t != json.Delim('[') {
		return nil, errors.New("not an array")
	}
	v := []int64{}
	for w.More() {
		t, err := w.Token()
		number, ok := t.(json.Number)
		if err != nil || !ok {
			return nil, errors.New("an element is not a number")
		}
		i, err := strconv.ParseUint(number.String(), 10, 47) // far above MaxFile, far below overflow
		if err != nil {
			return nil, fmt.Errorf("%.40s is not a size", number)
		}
		if len(v) == limit {
			return nil, fmt.Errorf("more than %d elements", limit)
		}
		v = append(v, int64(i))
	}
	_, err := w.Token()
	return v, err
}

// tensor reads the entry of one tensor.
func (w walker) tensor(name string) (entry, error) {
	e := entry{Tensor: Tensor{Name: name}}
	fields := 0
	err := w.object("tensor "+name, func(key string) error {
		fields++
		switch key {
		case "dtype":
			s, err := w.text()
			if err != nil {
				return fmt.Errorf("dtype of tensor %s is not text", name)
			}
			e.Type = DType(s)
		case "shape":
			shape, err := w.integers(maxRank)
			if err != nil {
				return fmt.Errorf("shape of tensor %s: %w", name, err)
			}
			e.Shape = make([]int, len(shape))
			for i, d := range shape {
				e.Shape[i] = int(min(d, MaxFile+1)) // larger is refused all the same
			}
		case "data_offsets":
			at, err := w.integers(2)
			if err == nil && len(at) != 2 {
				err = errors.New("not two of them")
			}
			if err != nil {
				return fmt.Errorf("data_offsets of tensor %s: %w", name, err)
			}
			e.begin, e.end = at[0], at[1]
		default:
			return fmt.Errorf("tensor %s has the unknown key %.40q", name, key)
		}
		return nil
	})
	if err == nil && fields != 3 {
		err = fmt.Errorf("tensor %s lacks one of dtype, shape and data_offsets", name)
	}
	return e, err
}
