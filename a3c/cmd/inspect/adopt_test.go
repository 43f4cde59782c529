package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colonnade/a3c/cmd/cmdtest"
	"colonnade/nn"
)

// resave changes the JSON header and the data of a safetensors file, as other software does that
// knows no digests.
func resave(t *testing.T, from string, change func(header map[string]any, data []byte)) string {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	n := binary.LittleEndian.Uint64(text)
	var header map[string]any
	if err := json.Unmarshal(text[8:8+n], &header); err != nil {
		t.Fatal(err)
	}
	data := text[8+n:]
	change(header, data)
	changed, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	changed = append(changed, bytes.Repeat([]byte(" "), (8-len(changed)%8)%8)...)
	path := filepath.Join(t.TempDir(), "resaved.safetensors")
	out := append(binary.LittleEndian.AppendUint64(nil, uint64(len(changed))), changed...)
	if err := os.WriteFile(path, append(out, data...), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestAdopt: a checkpoint that was saved again without digests, or with old ones, is refused with
// the way back, and adopted with its new values; one that is not the network's, or not finite, is
// not.
func TestAdopt(t *testing.T) {
	original := cmdtest.Column(t, nn.ReachArch(false, true), 1, nil)
	value := func(v float32) func(map[string]any, []byte) {
		return func(_ map[string]any, data []byte) { binary.LittleEndian.PutUint32(data, math.Float32bits(v)) }
	}
	metadata := func(header map[string]any) map[string]any { return header["__metadata__"].(map[string]any) }
	for _, c := range []struct {
		name   string
		change func(header map[string]any, data []byte)
		want   string // in the error; empty: it is adopted
	}{
		{"new values", value(0.25), ""},
		{"no digests", func(header map[string]any, data []byte) {
			value(0.25)(header, data)
			delete(metadata(header), "digest")
			delete(metadata(header), "metadata_digest")
		}, ""},
		{"no metadata", func(header map[string]any, _ []byte) { delete(header, "__metadata__") },
			"its metadata must be saved with it"},
		{"another name", func(header map[string]any, _ []byte) {
			header["mine"] = header["column1.fc.bias"]
			delete(header, "column1.fc.bias")
		}, "no tensor column1.fc.bias"},
		{"not finite", value(float32(math.NaN())), "NaN"},
	} {
		path := resave(t, original, c.change)
		if err := run(context.Background(), []string{"-checkpoint", path}, io.Discard, io.Discard); err == nil ||
			c.want == "" && !strings.Contains(err.Error(), "inspect -checkpoint "+path+" -adopt NEW.safetensors") {
			t.Errorf("%s: without -adopt: %v", c.name, err)
		}
		adopted := filepath.Join(t.TempDir(), "adopted.safetensors")
		err := run(context.Background(), []string{"-checkpoint", path, "-adopt", adopted}, io.Discard, io.Discard)
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: got %v, want %q", c.name, err, c.want)
			}
			if _, err := os.Stat(adopted); err == nil {
				t.Errorf("%s: it was written", c.name)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		before, _, beforeErr := nn.LoadCheckpoint(original)
		after, _, afterErr := nn.LoadCheckpoint(adopted)
		if beforeErr != nil || afterErr != nil {
			t.Fatal(beforeErr, afterErr)
		}
		changed := 0
		for i := range after.Theta {
			if after.Theta[i] != before.Theta[i] {
				changed++
			}
		}
		if changed != 1 || after.Metadata["reward_scale"] != before.Metadata["reward_scale"] {
			t.Errorf("%s: %d parameters changed, metadata %v", c.name, changed, after.Metadata)
		}
		if err := run(context.Background(), []string{"-checkpoint", path, "-adopt", adopted}, io.Discard,
			io.Discard); err == nil || !strings.Contains(err.Error(), "there already") {
			t.Errorf("%s: over a file: %v", c.name, err)
		}
	}
}
