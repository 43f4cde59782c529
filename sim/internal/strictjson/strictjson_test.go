package strictjson_test

import (
	"encoding/json"
	"strings"
	"testing"

	_ "colonnade/sim/internal/simtest"
	"colonnade/sim/internal/strictjson"
)

type inner struct {
	Name string `json:"name"`
	Note string `json:"note,omitempty"`
}

type outer struct {
	inner
	Point [3]float64       `json:"point"`
	List  []inner          `json:"list"`
	ByKey map[string]inner `json:"by-key"`
	Maybe *inner           `json:"maybe"`
	Raw   json.RawMessage  `json:"raw,omitempty"`
}

func TestUnmarshal(t *testing.T) {
	var v outer
	text := ` {"name": "a", "note": "b", "point": [1, 2, 3], "list": [{"name": "c"}], "by-key": {"x": {"name": "d"}}, "maybe": {"name": "e"}, "raw": [1]} `
	if err := strictjson.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	if v.Name != "a" || v.Note != "b" || v.Point != [3]float64{1, 2, 3} || v.List[0].Name != "c" ||
		v.ByKey["x"].Name != "d" || v.Maybe.Name != "e" || string(v.Raw) != "[1]" {
		t.Errorf("read %+v", v)
	}
	if err := strictjson.Unmarshal([]byte(`{"name": "a", "point": [1, 2, 3], "list": [], "by-key": {}, "maybe": null}`),
		&v); err != nil || v.Maybe != nil {
		t.Errorf("without what may be missing: %v, %+v", err, v)
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	const rest = `"point": [1, 2, 3], "list": [], "by-key": {}`
	for text, want := range map[string]string{
		``:                             "unexpected end",
		`{"name": "a", ` + rest + `}1`: "after top-level value",
		`[]`:                           "want an object",
		`{` + rest + `}`:               `there is no "name"`,
		`{"name": "a", "naem": "b", ` + rest + `}`:                                  `unknown field "naem"`,
		`{"name": "a", "NAME": "b", ` + rest + `}`:                                  `unknown field "NAME"`,
		`{"name": "a", "name": "a", ` + rest + `}`:                                  "name is given twice",
		`{"name": null, ` + rest + `}`:                                              "name: is null",
		`{"name": 3, ` + rest + `}`:                                                 "name: json: cannot unmarshal number",
		`{"name": "a", "point": [1, 2], "list": [], "by-key": {}}`:                  "point: has 2 elements, want 3",
		`{"name": "a", "point": [1, 2, 3, 4], "list": [], "by-key": {}}`:            "point: has 4 elements, want 3",
		`{"name": "a", "point": [1, 2, null], "list": [], "by-key": {}}`:            "point[2]: is null",
		`{"name": "a", "point": [1, 2, 1e999], "list": [], "by-key": {}}`:           "point[2]",
		`{"name": "a", "point": {}, "list": [], "by-key": {}}`:                      "point",
		`{"name": "a", "point": [1, 2, 3], "list": [{"nam": 1}], "by-key": {}}`:     `list[0]: unknown field "nam"`,
		`{"name": "a", "point": [1, 2, 3], "list": [], "by-key": {"x":{}}}`:         `by-key.x: there is no "name"`,
		`{"name": "a", "point": [1, 2, 3], "list": [], "by-key": {"x":{},"x":{}}}`:  `by-key.x: there is no "name"`,
		`{"name": "a", "point": [1, 2, 3], "list": [], "by-key": {}, "maybe": {}}`:  `maybe: there is no "name"`,
		`{"name": "a", "point": [1, 2, 3], "list": [], "by-key": {}, "by-key": {}}`: "by-key is given twice",
	} {
		if err := strictjson.Unmarshal([]byte(text), new(outer)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
}
