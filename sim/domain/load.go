package domain

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"
)

//go:embed *.json
var presets embed.FS

// Names returns the names of the presets.
func Names() []string {
	return []string{"sim", "color-small", "color-large", "view-small", "view-large", "robot", "robot-far", "random", "transfer-search"}
}

// maxFile is the largest domain file that is read, bytes.
const maxFile = 1 << 20

// Load returns a domain: a preset by its name, or one of the same format from the file of that path. The format is
// in the package documentation. An error names the file and what is wrong with it.
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
	Name       string          `json:"name"`
	About      string          `json:"about"`
	Quantities json.RawMessage `json:"quantities"`
}

// entry is one quantity of a file: value, or low and high.
type entry struct {
	Unit  string   `json:"unit"`
	Value *float64 `json:"value,omitempty"`
	Low   *float64 `json:"low,omitempty"`
	High  *float64 `json:"high,omitempty"`
	From  string   `json:"from"`
}

// parse reads a domain and checks each quantity by itself.
func parse(text []byte) (*Domain, error) {
	var f file
	if err := decode(text, &f); err != nil {
		return nil, err
	}
	if f.Name == "" {
		return nil, errors.New(`there is no "name"`)
	}
	if len(f.Quantities) == 0 {
		return nil, errors.New(`there are no "quantities"; {} is the world of preset sim`)
	}
	given, err := parseQuantities(f.Quantities)
	if err != nil {
		return nil, err
	}
	d := &Domain{name: f.Name, about: f.About}
	for i := range keys {
		q, ok := given[i]
		if !ok {
			continue
		}
		d.quantities = append(d.quantities, q)
		d.settings = append(d.settings, setting{low: q.Low, span: q.High - q.Low, set: keys[i].set})
		d.ranged = d.ranged || q.High > q.Low
	}
	return d, nil
}

// decode reads exactly one JSON value without unknown fields.
func decode(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("not a domain in JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("not a domain in JSON: there is something after its end")
	}
	return nil
}

// parseQuantities returns the quantities by position of their key. It walks the object by hand because the json
// package lets a second entry of the same key replace the first.
func parseQuantities(text []byte) (map[int]Quantity, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, errors.New(`"quantities" is not an object of quantities by key`)
	}
	given := make(map[int]Quantity)
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("not a domain in JSON: %w", err)
		}
		name := fmt.Sprint(token)
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		at, ok := position[name]
		if !ok {
			return nil, fmt.Errorf("unknown quantity %q (did you mean %s?)", name, nearest(name))
		}
		if _, twice := given[at]; twice {
			return nil, fmt.Errorf("%s is given twice", name)
		}
		q, err := parseQuantity(&keys[at], raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		given[at] = q
	}
	return given, nil
}

func parseQuantity(k *key, raw []byte) (Quantity, error) {
	var e entry
	if err := decode(raw, &e); err != nil {
		return Quantity{}, err
	}
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
		if math.IsNaN(x) || x < k.low || x > k.high {
			return q, fmt.Errorf("%g %s is out of range: want %g to %g", x, k.unit, k.low, k.high)
		}
	}
	return q, nil
}
