package domain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

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
