package domain

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"colonnade/sim/internal/strictjson"
)

//go:embed *.json
var presets embed.FS

// Names returns the names of the presets.
func Names() []string {
	return []string{"sim", "color-small", "color-large", "view-small", "view-large", "robot", "robot-far", "random",
		"transfer-search"}
}

// maxFile is the largest domain file that is read, bytes.
const maxFile = 1 << 20

// Load returns a domain: a preset by its name, or one of the same format from the file of that
// path. The format is in the package documentation. An error names the file and what is wrong with
// it.
func Load(nameOrFile string) (*Domain, error) {
	if slices.Contains(Names(), nameOrFile) {
		text, err := presets.ReadFile(nameOrFile + ".json")
		if err != nil {
			return nil, fmt.Errorf("domain %s: %w", nameOrFile, err)
		}
		return loadText(nameOrFile, text)
	}
	text, err := readFile(nameOrFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("domain %q is neither a preset (%s) nor a file", nameOrFile, strings.Join(Names(), ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("domain: %w", err)
	}
	return loadText(nameOrFile, text)
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("%s is larger than %d bytes, so no domain", path, maxFile)
	}
	return text, nil
}

func loadText(source string, text []byte) (*Domain, error) {
	d, err := parse(text)
	if err == nil {
		err = d.validate()
	}
	if err != nil {
		return nil, fmt.Errorf("domain %s: %w", source, err)
	}
	return d, nil
}

// file is the format of a domain.
type file struct {
	Name       string            `json:"name"`
	About      string            `json:"about,omitempty"`
	Quantities *map[string]entry `json:"quantities"`
}

// entry is one quantity of a file: value, or low and high.
type entry struct {
	Unit  string   `json:"unit,omitempty"`
	Value *float64 `json:"value,omitempty"`
	Low   *float64 `json:"low,omitempty"`
	High  *float64 `json:"high,omitempty"`
	From  string   `json:"from,omitempty"`
}

// parse reads a domain and checks each quantity by itself.
func parse(text []byte) (*Domain, error) {
	var f file
	if err := strictjson.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("not a domain in JSON: %w", err)
	}
	if f.Name == "" {
		return nil, errors.New(`there is no "name"`)
	}
	if f.Quantities == nil {
		return nil, errors.New(`there are no "quantities"; {} is the world of preset sim`)
	}
	for _, name := range slices.Sorted(maps.Keys(*f.Quantities)) {
		if !known[name] {
			return nil, fmt.Errorf("unknown quantity %q (did you mean %s?)", name, nearest(name))
		}
	}
	d := &Domain{name: f.Name, about: f.About}
	for i := range keys {
		k := &keys[i]
		e, ok := (*f.Quantities)[k.name]
		if !ok {
			continue
		}
		q, err := e.quantity(k)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.name, err)
		}
		d.quantities = append(d.quantities, q)
		d.settings = append(d.settings, setting{low: q.Low, high: q.High, set: k.set})
		d.ranged = d.ranged || q.High > q.Low
	}
	return d, nil
}

// quantity returns what an entry says of a key.
func (e *entry) quantity(k *key) (Quantity, error) {
	q := Quantity{Key: k.name, Unit: k.unit, From: e.From}
	switch {
	case e.Unit != k.unit:
		return q, fmt.Errorf("unit is %q, want %q", e.Unit, k.unit)
	case strings.TrimSpace(e.From) == "":
		return q, errors.New(`"from" is empty: say where the number comes from`)
	case e.Value != nil && e.Low == nil && e.High == nil:
		q.Low, q.High = *e.Value, *e.Value
	case e.Value == nil && e.Low != nil && e.High != nil:
		q.Low, q.High = *e.Low, *e.High
	default:
		return q, errors.New(`want either "value" or "low" and "high"`)
	}
	if q.Low > q.High {
		return q, fmt.Errorf("low %g is above high %g", q.Low, q.High)
	}
	for _, x := range [...]float64{q.Low, q.High} {
		if !(x >= k.low && x <= k.high) {
			return q, fmt.Errorf("%g %s is out of range: want %g to %g", x, k.unit, k.low, k.high)
		}
	}
	return q, nil
}

// Write writes a domain file with a name, a sentence for people, and quantities, one a line in
// their order. It refuses what Load would refuse, and then has written nothing.
func Write(w io.Writer, name, about string, quantities []Quantity) error {
	var text bytes.Buffer
	fmt.Fprintf(&text, "{\n  \"name\": %s,\n  \"about\": %s,\n  \"quantities\": {", quote(name), quote(about))
	for i, q := range quantities {
		if i > 0 {
			text.WriteByte(',')
		}
		e := entry{Unit: q.Unit, From: q.From}
		if q.Low == q.High {
			e.Value = &q.Low
		} else {
			e.Low, e.High = &q.Low, &q.High
		}
		line, err := marshal(e)
		if err != nil {
			return fmt.Errorf("domain %s: %s: %w", name, q.Key, err)
		}
		fmt.Fprintf(&text, "\n    %s: %s", quote(q.Key), line)
	}
	text.WriteString("\n  }\n}\n")
	if _, err := loadText(name, text.Bytes()); err != nil {
		return err
	}
	_, err := w.Write(text.Bytes())
	return err
}

// quote returns a string as JSON; there is none that cannot be.
func quote(s string) []byte {
	text, _ := marshal(s)
	return text
}

// marshal is json.Marshal without the escapes that only pages of HTML need.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}
