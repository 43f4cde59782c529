package cli

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// appendTOML adds a line of a configuration file below its description.
func appendTOML(text []byte, name, about string, value any) []byte {
	switch v := value.(type) {
	case time.Duration:
		value = v.String()
	case uint64:
		if v > math.MaxInt64 { // more than TOML's integers hold
			value = fmt.Sprint(v)
		}
	}
	line, err := toml.Marshal(map[string]any{name: value})
	if err != nil {
		panic(fmt.Sprintf("cli: -%s: %v", name, err)) // of a type that no flag has
	}
	text = fmt.Appendf(text, "# %s\n", strings.ReplaceAll(about, "\n", " "))
	return append(append(text, line...), '\n')
}

// plainValue returns a flag's value as one of Go's own types: text, unless the flag tells.
func plainValue(v flag.Value) any {
	if getter, ok := v.(flag.Getter); ok {
		return getter.Get()
	}
	return v.String()
}

// ReadTOML reads a configuration file. An error names the file, and the line.
func ReadTOML(path string) (map[string]any, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var values map[string]any
	if err := toml.Unmarshal(data, &values); err != nil {
		var at *toml.DecodeError
		if errors.As(err, &at) {
			line, _ := at.Position()
			return nil, fmt.Errorf("%s: line %d: %w", path, line, err)
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return values, nil
}
