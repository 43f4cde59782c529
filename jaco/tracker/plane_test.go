package tracker

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colonnade/sim"
)

// exact are points of a known homography.
func exact(tables ...[2]float64) (points []Point) {
	for _, t := range tables {
		w := 1 + 0.5*t[1] + 0.1*t[0]
		points = append(points, Point{t, [2]float64{(32 + 70*t[0]) / w, (20 - 40*t[1] + 5*t[0]) / w}})
	}
	return points
}

var corners = [][2]float64{{-0.2, -0.6}, {0.2, -0.6}, {0.2, -0.3}, {-0.2, -0.3}}

func TestFitFindsTheHomography(t *testing.T) {
	p, err := Fit(exact(corners...))
	if err != nil {
		t.Fatal(err)
	}
	if !math.IsNaN(p.Error()) {
		t.Errorf("four points claim an error of %g m", p.Error())
	}
	for _, at := range append([][2]float64{{0, -0.45}, {0.1, -0.33}, {-0.3, -0.7}}, corners...) {
		want := exact(at)[0].Pixel
		if got := p.Pixel(at); math.Hypot(got[0]-want[0], got[1]-want[1]) > 1e-6 {
			t.Errorf("%v is seen at %v, want %v", at, got, want)
		}
		if back := p.Table(want); math.Hypot(back[0]-at[0], back[1]-at[1]) > 1e-8 {
			t.Errorf("pixel %v is %v, want %v", want, back, at)
		}
	}
}

func TestFitTellsItsError(t *testing.T) {
	points := exact(append([][2]float64{{0, -0.45}, {0.1, -0.4}}, corners...)...)
	points[0].Pixel[0] += 0.5
	p, err := Fit(points)
	if err != nil {
		t.Fatal(err)
	}
	if e := p.Error(); e < 0.0005 || e > 0.01 {
		t.Errorf("a point that is half a pixel off gives an error of %g m", e)
	}
	if p, err = Fit(exact(append([][2]float64{{0, -0.45}}, corners...)...)); err != nil || p.Error() > 1e-6 {
		t.Errorf("exact points: error %v, %v", p, err)
	}
}

func TestFitRefuses(t *testing.T) {
	moved := exact(append([][2]float64{{0, -0.45}, {0.1, -0.4}}, corners...)...)
	moved[1].Pixel[1] += 12
	notANumber := exact(corners...)
	notANumber[2].Pixel[0] = math.NaN()
	folded := exact(corners...)
	folded[0].Pixel, folded[1].Pixel = folded[1].Pixel, folded[0].Pixel
	for name, points := range map[string][]Point{
		"three points":    exact(corners[:3]...),
		"three in a line": exact(corners[0], corners[1], [2]float64{0, -0.6}, corners[2]),
		"all in a line": exact([2]float64{0, -0.3}, [2]float64{0, -0.4}, [2]float64{0, -0.5}, [2]float64{0, -0.6},
			[2]float64{0, -0.35}),
		"one spot":           exact(corners[0], corners[0], corners[0], corners[0]),
		"two spots":          exact(corners[0], corners[0], corners[1], corners[1]),
		"a mistaken point":   moved,
		"no number":          notANumber,
		"two points swapped": folded,
		"one pixel": {{corners[0], [2]float64{3, 3}}, {corners[1], [2]float64{3, 3}},
			{corners[2], [2]float64{3, 3}}, {corners[3], [2]float64{3, 3}}},
	} {
		if p, err := Fit(points); !errors.Is(err, ErrDegenerate) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

// A camera that looks at a table from above does not see it in a mirror; from any side of it is
// well.
func TestFitRefusesMirrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(p *Point)
		well   bool
	}{
		{"as it is", func(p *Point) {}, true},
		{"x negated", func(p *Point) { p.Table[0] = -p.Table[0] }, false},
		{"y negated", func(p *Point) { p.Table[1] = -0.9 - p.Table[1] }, false},
		{"x and y exchanged", func(p *Point) { p.Table[0], p.Table[1] = p.Table[1], p.Table[0] }, false},
		{"pixels flipped", func(p *Point) { p.Pixel[0] = Side - p.Pixel[0] }, false},
		{"rows flipped", func(p *Point) { p.Pixel[1] = Side - p.Pixel[1] }, false},
		{"pixels exchanged", func(p *Point) { p.Pixel[0], p.Pixel[1] = p.Pixel[1], p.Pixel[0] }, false},
		{"from the other side", func(p *Point) { p.Pixel[0], p.Pixel[1] = Side-p.Pixel[0], Side-p.Pixel[1] }, true},
	} {
		points := exact(append([][2]float64{{0, -0.45}, {0.1, -0.4}}, corners...)...)
		for i := range points {
			c.change(&points[i])
		}
		p, err := Fit(points)
		if c.well != (err == nil) || err != nil &&
			(!errors.Is(err, ErrDegenerate) || !strings.Contains(err.Error(), "mirror")) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err == nil {
			if at, ok := p.Camera(); ok && at[2] <= 0 {
				t.Errorf("%s: the camera stands at %v", c.name, at)
			}
		}
	}
}

func TestSaveAndLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table.json")
	p, err := Fit(exact(append([][2]float64{{0, -0.45}}, corners...)...))
	if err != nil {
		t.Fatal(err)
	}
	p.SetView("640x480, crop 80,0,560,480")
	zeros := [sim.NumJoints]float64{0.01, 0, -0.02}
	p.SetZeros(zeros)
	if err := p.Save(path); err != nil {
		t.Fatal(err)
	}
	q, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := p.Pixel([2]float64{0.1, -0.4}), q.Pixel([2]float64{0.1, -0.4}); a != b {
		t.Errorf("loaded as another plane: %v, %v", a, b)
	}
	if q.View() != p.View() {
		t.Errorf("the view is %q", q.View())
	}
	if q.Zeros() != zeros {
		t.Errorf("the zeros are %v", q.Zeros())
	}
	if err := p.Save(filepath.Join(path, "x")); err == nil {
		t.Error("saved below a file")
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".table-*")); left != nil {
		t.Errorf("left over: %v", left)
	}
	for _, text := range []string{"", "{}", `{"schema":"jaco-table/1"}`, `{"schema":"jaco-table/1","picture":[64,64]}`,
		`{"schema":"jaco-table/1","picture":[640,480],"points":[]}`} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); err == nil {
			t.Errorf("%q is loaded", text)
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

// No text may do more than be refused, and what is accepted has finite places in the picture's
// middle.
func FuzzParse(f *testing.F) {
	f.Add(
		[]byte(
			`{"schema":"jaco-table/1","picture":[64,64],"points":[{"table":[-0.2,-0.6],"pixel":[10,50]},{"table":[0.2,-0.6],"pixel":[50,50]},{"table":[0.2,-0.3],"pixel":[45,20]},{"table":[-0.2,-0.3],"pixel":[15,20]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := parse(text)
		if err != nil {
			return
		}
		for _, point := range p.Points() {
			if at := p.Table(point.Pixel); !(math.Abs(at[0]-point.Table[0]) < 0.1 &&
				math.Abs(at[1]-point.Table[1]) < 0.1) {
				t.Errorf("%v is placed at %v", point, at)
			}
		}
	})
}
