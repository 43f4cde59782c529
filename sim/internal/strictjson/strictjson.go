// Package strictjson reads JSON files that people write. Package json takes a misspelt member for
// one that is not there, a missing one for 0, a list that is too short for one of zeros, and of a
// member given twice the last. In a file that describes an arm or a world each of these is a
// mistake that nothing else would show.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Unmarshal reads text, exactly one JSON value, into what v points to, as json.Unmarshal does, but
// returns an error for
//
//   - a member that the struct does not have, or has in other letters (json: "VALUE" is taken for
//     "value")
//   - a member given twice, in a struct or a map
//   - a member that is missing, unless its field is a pointer or has the option omitempty or
//     omitzero
//   - null, except for a pointer
//   - a list whose length is not that of the array
//
// The error names the path to the value. Types with a method UnmarshalJSON are left to that;
// embedded structs count as their fields.
func Unmarshal(text []byte, v any) error {
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil {
		return err
	}
	return read(bytes.TrimSpace(text), reflect.ValueOf(v).Elem(), "")
}

// read reads valid JSON into v, which can be set. path is where text stands in the file.
func read(text []byte, v reflect.Value, path string) error {
	if string(text) == "null" {
		if v.Kind() != reflect.Pointer {
			return at(path, errors.New("is null"))
		}
		v.SetZero()
		return nil
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		return read(text, v.Elem(), path)
	}
	if u, ok := v.Addr().Interface().(json.Unmarshaler); ok {
		return at(path, u.UnmarshalJSON(text))
	}
	switch v.Kind() {
	case reflect.Struct:
		return readStruct(text, v, path)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		return members(text, path, func(name string, text []byte) error {
			element := reflect.New(v.Type().Elem()).Elem()
			err := read(text, element, join(path, name))
			v.SetMapIndex(reflect.ValueOf(name).Convert(v.Type().Key()), element)
			return err
		})
	case reflect.Slice, reflect.Array:
		return readList(text, v, path)
	}
	return at(path, json.Unmarshal(text, v.Addr().Interface()))
}

func readStruct(text []byte, v reflect.Value, path string) error {
	fields, required := make(map[string]reflect.Value), []string(nil)
	for _, f := range reflect.VisibleFields(v.Type()) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || !f.IsExported() {
			continue
		}
		if name == "" {
			name = f.Name
		}
		fields[name] = v.FieldByIndex(f.Index)
		if f.Type.Kind() != reflect.Pointer && options == "" {
			required = append(required, name)
		}
	}
	given := make(map[string]bool)
	err := members(text, path, func(name string, text []byte) error {
		field, known := fields[name]
		if !known {
			return at(path, fmt.Errorf("unknown field %q", name))
		}
		given[name] = true
		return read(text, field, join(path, name))
	})
	if err != nil {
		return err
	}
	for _, name := range required {
		if !given[name] {
			return at(path, fmt.Errorf("there is no %q", name))
		}
	}
	return nil
}

// members calls f for each member of an object.
func members(text []byte, path string, f func(name string, text []byte) error) error {
	if text[0] != '{' {
		return at(path, fmt.Errorf("want an object, have %.20s", text))
	}
	seen := make(map[string]bool)
	d := json.NewDecoder(bytes.NewReader(text))
	d.Token()
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return at(path, err)
		}
		name, _ := token.(string) // text is valid JSON, so it is one
		if seen[name] {
			return at(path, fmt.Errorf("%s is given twice", name))
		}
		seen[name] = true
		var member json.RawMessage
		if err := d.Decode(&member); err != nil {
			return at(join(path, name), err)
		}
		if err := f(name, member); err != nil {
			return err
		}
	}
	return nil
}

func readList(text []byte, v reflect.Value, path string) error {
	var list []json.RawMessage
	if err := json.Unmarshal(text, &list); err != nil {
		return at(path, err)
	}
	if v.Kind() == reflect.Slice {
		v.Set(reflect.MakeSlice(v.Type(), len(list), len(list)))
	} else if len(list) != v.Len() {
		return at(path, fmt.Errorf("has %d elements, want %d", len(list), v.Len()))
	}
	for i, element := range list {
		if err := read(element, v.Index(i), fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// at puts the path before an error.
func at(path string, err error) error {
	if err == nil || path == "" {
		return err
	}
	return fmt.Errorf("%s: %w", path, err)
}
