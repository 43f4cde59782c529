package safetensors

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// TestHeaders: the strict parser, header by header, each with 8 bytes of data.
func TestHeaders(t *testing.T) {
	const a = `"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}`
	tensor := func(name string, from, to int) string {
		return fmt.Sprintf(`%q:{"dtype":"U8","shape":[%d],"data_offsets":[%d,%d]}`, name, to-from, from, to)
	}
	for _, c := range []struct{ name, header, want string }{ // want: part of the error; empty: accepted
		{"plain", `{` + a + `}`, ""},
		{"padded", `{` + a + `}    `, ""},
		{"with spaces", `{ "a" : {"shape":[ 2 ], "data_offsets" : [0 ,8],` + "\n\t" + `"dtype":"F32"} }`, ""},
		{"padded with a line end", `{` + a + "}\n", ""},
		{"metadata last", `{` + a + `,"__metadata__":{"k":"v"}}`, ""},
		{"other order", `{` + tensor("b", 3, 8) + `,` + tensor("a", 0, 3) + `}`, ""},
		{"empty between", `{` + tensor("b", 3, 8) + `,` + tensor("e", 3, 3) + `,` + tensor("a", 0, 3) + `}`, ""},
		{"scalar", `{"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}`, ""},

		{"nothing", ``, "begin with {"},
		{"array", `[]`, "begin with {"},
		{"space first", ` {` + a + `}`, "begin with {"},
		{"something behind", `{` + a + `}{}`, "not JSON"},
		{"comma at the end", `{` + a + `,}`, "not JSON"},
		{"not UTF-8", "{\"\xff\":0}", "not UTF-8"},
		{"deep", strings.Repeat(`{"a":`, 20000), "not JSON"},
		{"deep metadata", `{"__metadata__":` + strings.Repeat(`[`, 9000) + strings.Repeat(`]`, 9000) + `}`,
			"__metadata__ is not an object"},
		{"metadata not text", `{"__metadata__":{"k":1}}`, "not text"},
		{"metadata null", `{"__metadata__":null}`, "not an object"},
		{"metadata twice", `{"__metadata__":{},` + a + `,"__metadata__":{}}`, "twice"},
		{"key twice in metadata", `{"__metadata__":{"k":"1","k":"2"},` + a + `}`, "twice"},
		{"tensor twice", `{` + a + `,` + a + `}`, "twice"},
		{"field twice", `{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, "twice"},
		{"twice by escape", `{` + a + `,"\u0061":{}}`, "twice"},
		{"unknown field", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":0}}`, "unknown key"},
		{"upper case", `{"a":{"DType":"F32","shape":[2],"data_offsets":[0,8]}}`, "unknown key"},
		{"no dtype", `{"a":{"shape":[2],"data_offsets":[0,8]}}`, "lacks"},
		{"no shape", `{"a":{"dtype":"F32","data_offsets":[0,8]}}`, "lacks"},
		{"no offsets", `{"a":{"dtype":"F32","shape":[2]}}`, "lacks"},
		{"not an object", `{"a":[]}`, "not an object"},
		{"dtype a number", `{"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}`, "not text"},
		{"dtype unknown", `{"a":{"dtype":"BF16","shape":[4],"data_offsets":[0,8]}}`, `type "BF16"`},
		{"shape a number", `{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}`, "not an array"},
		{"shape of text", `{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}`, "not a number"},
		{"negative", `{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}`, "not a size"},
		{"fraction", `{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}`, "not a size"},
		{"exponent", `{"a":{"dtype":"F32","shape":[2e0],"data_offsets":[0,8]}}`, "not a size"},
		{"huge", `{"a":{"dtype":"F32","shape":[18446744073709551618],"data_offsets":[0,8]}}`, "not a size"},
		{"product overflows", `{"a":{"dtype":"U8","shape":[4294967296,4294967296,8],"data_offsets":[0,8]}}`,
			"larger than any file"},
		{"product overflows to fit", `{"a":{"dtype":"U8","shape":[140737488355327,140737488355327],"data_offsets":[0,8]}}`, "larger than any file"},
		{"nine dimensions", `{"a":{"dtype":"F32","shape":[2,1,1,1,1,1,1,1,1],"data_offsets":[0,8]}}`, "more than 8"},
		{"one offset", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[8]}}`, "not two"},
		{"three offsets", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}`, "more than 2"},
		{"backwards", `{"a":{"dtype":"F32","shape":[0],"data_offsets":[8,0]}}`, "lies at"},
		{"behind the end", `{` + tensor("a", 0, 9) + `}`, "lies at"},
		{"far behind the end", `{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,140737488355327]}}`, "lies at"},
		{"shape too small", `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}`, "needs 4 bytes"},
		{"shape too large", `{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`, "needs 12 bytes"},
		{"gap", `{` + tensor("a", 0, 3) + `,` + tensor("b", 4, 8) + `}`, "lies at"},
		{"gap at the begin", `{` + tensor("a", 1, 8) + `}`, "lies at"},
		{"gap at the end", `{` + tensor("a", 0, 7) + `}`, "7 bytes of data, the file 8"},
		{"overlap", `{` + tensor("a", 0, 5) + `,` + tensor("b", 4, 8) + `}`, "lies at"},
		{"the same place", `{` + tensor("a", 0, 8) + `,` + tensor("b", 0, 8) + `}`, "lies at"},
		{"no tensors", `{}`, "0 bytes of data, the file 8"},
		{"bad name", `{"a b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, "other characters"},
		{"empty name", `{"":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, "name of 0 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := parseHeader([]byte(c.header), 8)
			switch {
			case c.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
	var many strings.Builder
	for i := range MaxTensors + 1 {
		fmt.Fprintf(&many, `,"t%d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`, i)
	}
	if _, _, err := parseHeader([]byte("{"+many.String()[1:]+"}"), 0); err == nil ||
		!strings.Contains(err.Error(), "more than 65536") {
		t.Errorf("many tensors: error %v", err)
	}
}

// FuzzHeader: whatever the parser accepts covers the data without gap or overlap and, written
// again, parses to the same.
func FuzzHeader(f *testing.F) {
	for _, s := range []*File{sample(), {}} {
		b, _ := encode(f, s)
		n := int(b[0]) | int(b[1])<<8
		f.Add(b[8:8+n], int64(len(b)-8-n))
	}
	f.Add([]byte(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"\ud800":"\u0000"}}`), int64(8))
	f.Fuzz(func(t *testing.T, header []byte, dataLen int64) {
		metadata, table, err := parseHeader(header, dataLen)
		if err != nil {
			return
		}
		at := int64(0)
		for _, e := range table {
			elements := int64(1)
			for _, d := range e.Shape {
				elements *= int64(d)
			}
			if e.begin != at || e.end-e.begin != elements*int64(e.Type.size()) {
				t.Fatalf("%+v after %d bytes", e, at)
			}
			at = e.end
		}
		if at != dataLen || at > MaxFile {
			t.Fatalf("the tensors have %d bytes of %d", at, dataLen)
		}
		again, err := encodeHeader(metadata, table)
		if err != nil {
			return // escapes can make an accepted header longer than the limit
		}
		metadata2, table2, err := parseHeader(again[8:], dataLen)
		if err != nil {
			t.Fatalf("written again it is refused: %v", err)
		}
		third, err := encodeHeader(metadata2, table2)
		if err != nil || !bytes.Equal(again, third) {
			t.Fatalf("written a third time it differs: %v", err)
		}
	})
}

// FuzzDecode: no file makes Decode panic, and what it accepts can be written and read again with
// the same digest.
func FuzzDecode(f *testing.F) {
	for _, s := range []*File{sample(), {}} {
		b, _ := encode(f, s)
		f.Add(b)
		f.Add(b[:len(b)-1])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, digest, err := decode(b)
		if err != nil {
			return
		}
		again, _ := encode(t, file)
		if _, digest2, err := decode(again); err != nil || digest2 != digest {
			t.Fatalf("digest %s after writing again, was %s; error %v", digest2, digest, err)
		}
	})
}
