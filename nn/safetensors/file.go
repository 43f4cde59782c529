package safetensors

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"unicode/utf8"

	"colonnade/nn/atomicfile"
)

// ErrFormat is wrapped by the error for a file that is truncated, damaged, or no safetensors file
// at all.
var ErrFormat = errors.New("not a whole safetensors file")

// ErrDigest is wrapped by the error for a file whose content is not what its digests promise.
var ErrDigest = errors.New("the content does not match its digest")

// File is the content of a safetensors file: texts and tensors, both named.
type File struct {
	Metadata map[string]string // without the digests
	Tensors  []Tensor
}

// Tensor returns the tensor of that name, or an error that names it.
func (f *File) Tensor(name string) (Tensor, error) {
	for _, t := range f.Tensors {
		if t.Name == name {
			return t, nil
		}
	}
	return Tensor{}, fmt.Errorf("there is no tensor %s", name)
}

// Encode writes f and returns its digest. Tensors with larger elements go first, so that all are
// aligned; otherwise they keep their order.
//
// The error says whether f itself is at fault (a name, a shape, metadata that is not UTF-8, a
// reserved key) or wraps w's.
func Encode(w io.Writer, f *File) (digest string, err error) {
	table, err := layout(f)
	if err != nil {
		return "", err
	}
	metadata := maps.Clone(f.Metadata)
	if metadata == nil {
		metadata = map[string]string{}
	}
	for key, text := range metadata {
		if key == digestKey || key == metadataDigestKey {
			return "", fmt.Errorf("the metadata key %s is reserved", key)
		}
		if !utf8.ValidString(key) || !utf8.ValidString(text) {
			return "", fmt.Errorf("the metadata %.40q is not UTF-8", key)
		}
	}
	h := newDigest(table)
	for _, e := range table {
		h.Write(e.Data)
	}
	digest = hexSum(h)
	metadata[digestKey], metadata[metadataDigestKey] = digest, metadataDigest(metadata)
	header, err := encodeHeader(metadata, table)
	if err != nil {
		return "", err
	}
	if _, err := w.Write(header); err != nil {
		return "", err
	}
	for _, e := range table {
		if _, err := w.Write(e.Data); err != nil {
			return "", err
		}
	}
	return digest, nil
}

// layout gives each tensor its place in the data.
func layout(f *File) ([]entry, error) {
	if len(f.Tensors) > MaxTensors {
		return nil, fmt.Errorf("%d tensors, the limit is %d", len(f.Tensors), MaxTensors)
	}
	table := make([]entry, 0, len(f.Tensors))
	names := map[string]bool{}
	for _, t := range f.Tensors {
		if err := t.check(int64(len(t.Data))); err != nil {
			return nil, err
		}
		if names[t.Name] {
			return nil, fmt.Errorf("two tensors are called %s", t.Name)
		}
		names[t.Name] = true
		table = append(table, entry{Tensor: t})
	}
	slices.SortStableFunc(table, func(a, b entry) int { return b.Type.size() - a.Type.size() })
	at := int64(0)
	for i := range table {
		table[i].begin = at
		at += int64(len(table[i].Data))
		table[i].end = at
	}
	if at > MaxFile-8-MaxHeader {
		return nil, fmt.Errorf("%d bytes of data, the limit is %d", at, MaxFile-8-MaxHeader)
	}
	return table, nil
}

// Decode reads a file of the given size and checks its digests. Before any data is read, accept,
// unless nil, sees the metadata and the tensors without their data, and refuses the file by
// returning an error.
//
// The error wraps ErrFormat, ErrDigest, accept's or r's.
func Decode(r io.Reader, size int64, accept func(*File) error) (f *File, digest string, err error) {
	return decodeFile(r, size, accept, true)
}

// decodeFile is Decode; unless verify, it takes whatever digests there are, or none, for right.
func decodeFile(r io.Reader, size int64, accept func(*File) error, verify bool) (f *File, digest string, err error) {
	f, table, digest, err := decodeHeader(r, size, verify)
	if err != nil {
		return nil, "", err
	}
	if accept != nil {
		if err := accept(f); err != nil {
			return nil, "", err
		}
	}
	data := make([]byte, dataLen(table))
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, "", truncated(err)
	}
	h := newDigest(table)
	h.Write(data)
	if got := hexSum(h); verify && got != digest {
		return nil, "", fmt.Errorf("%w: tensors and data have %s, the file says %.80q", ErrDigest, got, digest)
	}
	for i, e := range table {
		f.Tensors[i].Data = data[e.begin:e.end:e.end]
	}
	return f, digest, nil
}

// decodeHeader reads a file up to its data. What it returns is consistent with the file's size, and
// the metadata with its digest if verify is set.
func decodeHeader(r io.Reader, size int64, verify bool) (f *File, table []entry, digest string, err error) {
	if size > MaxFile {
		return nil, nil, "", fmt.Errorf("%w: %d bytes, the limit is %d", ErrFormat, size, MaxFile)
	}
	var prefix [8]byte
	if _, err := io.ReadFull(r, prefix[:]); err != nil {
		return nil, nil, "", truncated(err)
	}
	n := binary.LittleEndian.Uint64(prefix[:])
	switch {
	case n > MaxHeader:
		return nil, nil, "", fmt.Errorf("%w: the header should have %d bytes, the limit is %d", ErrFormat, n, MaxHeader)
	case int64(n) > size-8:
		return nil, nil, "", fmt.Errorf("%w: the header should have %d bytes, %d are left in the file", ErrFormat, n,
			size-8)
	}
	header := make([]byte, n)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, nil, "", truncated(err)
	}
	metadata, table, err := parseHeader(header, size-8-int64(n))
	if err != nil {
		return nil, nil, "", fmt.Errorf("%w: %w", ErrFormat, err)
	}
	digest, want := metadata[digestKey], metadata[metadataDigestKey]
	if verify && (digest == "" || want == "") {
		return nil, nil, "", fmt.Errorf("%w: the metadata has no %s or no %s", ErrDigest, digestKey, metadataDigestKey)
	}
	if got := metadataDigest(metadata); verify && got != want {
		return nil, nil, "", fmt.Errorf("%w: the metadata has %s, the file says %.80q", ErrDigest, got, want)
	}
	delete(metadata, digestKey)
	delete(metadata, metadataDigestKey)
	f = &File{Metadata: metadata, Tensors: make([]Tensor, len(table))}
	for i, e := range table {
		f.Tensors[i] = e.Tensor
	}
	return f, table, digest, nil
}

func dataLen(table []entry) int64 {
	if len(table) == 0 {
		return 0
	}
	return table[len(table)-1].end
}

// truncated makes the end of a file an ErrFormat and leaves other errors as they are.
func truncated(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it ends too early", ErrFormat)
	}
	return err
}

// Read reads a file as Decode does.
func Read(path string, accept func(*File) error) (f *File, digest string, err error) {
	return readFile(path, accept, true)
}

// ReadUnverified reads a file as Read does, but does not ask for digests: one that other software
// wrote, or changed.
func ReadUnverified(path string, accept func(*File) error) (*File, error) {
	f, _, err := readFile(path, accept, false)
	return f, err
}

func readFile(path string, accept func(*File) error, verify bool) (f *File, digest string, err error) {
	// Asked before opening: to open a pipe would wait for its other end.
	info, err := os.Stat(path)
	if err != nil {
		return nil, "", err
	}
	if !info.Mode().IsRegular() {
		return nil, "", fmt.Errorf("%w: it is no regular file", ErrFormat)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil {
		return nil, "", err
	}
	return decodeFile(file, info.Size(), accept, verify)
}

// Write writes f to path and returns its digest. After an error the file that was at path is still
// there, unless the error is the folder's sync, the very last thing done.
func Write(path string, f *File) (digest string, err error) {
	err = atomicfile.Write(path, func(w io.Writer) error {
		b := bufio.NewWriterSize(w, 1<<16)
		if digest, err = Encode(b, f); err != nil {
			return err
		}
		return b.Flush()
	})
	if err != nil {
		return "", err
	}
	return digest, nil
}
