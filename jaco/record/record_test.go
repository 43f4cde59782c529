package record

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"colonnade/jaco/robot"
	"colonnade/sim"
	"colonnade/sim/domain"
)

func robotWorld(t *testing.T) *domain.World {
	t.Helper()
	d, err := domain.Load("robot")
	if err != nil {
		t.Fatal(err)
	}
	w := new(domain.World)
	d.Draw(nil, w)
	return w
}

// recorded plays episodes on the emulated arm and records them.
func recorded(t *testing.T, path string, steps int) {
	t.Helper()
	cell, err := robot.Emulate(robot.Emulation{World: robotWorld(t)})
	if err != nil {
		t.Fatal(err)
	}
	w, err := Append(path)
	if err != nil {
		t.Fatal(err)
	}
	env, err := robot.New(robot.Options{Workcell: cell.Workcell, Record: w.Write})
	if err != nil {
		t.Fatal(err)
	}
	action, rng, over := make([]int, sim.NumJoints), rand.New(rand.NewPCG(1, 1)), true
	for step := range steps {
		if over {
			if err := env.Reset(uint64(step), nil, nil); err != nil {
				t.Fatal(err)
			}
		}
		if step%5 == 0 {
			for i := range action {
				action[i] = rng.IntN(3)
			}
		}
		_, terminated, truncated, err := env.Step(action, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		over = terminated || truncated
	}
	if err := errors.Join(env.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
}

// all reads a file to its end and returns what ended it.
func all(t *testing.T, text []byte) (moments []robot.Moment, err error) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	for {
		var m robot.Moment
		if err := r.Next(&m); err != nil {
			return moments, err
		}
		moments = append(moments, m)
	}
}

// What was recorded comes back, and the simulator does with the actions what the arm did.
func TestReplay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "episodes")
	const steps = 200
	recorded(t, path, steps)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	moments, err := all(t, text)
	if err != io.EOF || len(moments) < steps+4 {
		t.Fatalf("%d moments, %v", len(moments), err)
	}
	frames := map[string]bool{}
	for i, m := range moments {
		if i > 0 && m.Clock < moments[i-1].Clock || m.Taken > m.Clock || m.Measured > m.Clock {
			t.Errorf("moment %d: clock %v, frame of %v, joints of %v", i, m.Clock, m.Taken, m.Measured)
		}
		frames[string(m.Frame)] = true
	}
	if len(frames) != len(moments) {
		t.Errorf("%d frames in %d moments", len(frames), len(moments))
	}
	r, err := NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	d, err := Replay(r, robotWorld(t).Motion, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", d)
	if played := len(moments) - d.Episodes; d.Steps+d.Skipped != played {
		t.Errorf("%d steps were played and %d skipped, of %d", d.Steps, d.Skipped, played)
	}
	if d.Steps < steps*2/3 || d.Palm > 0.08 {
		t.Errorf("of %d steps %d were played, the palm is %.0f mm off", steps, d.Steps, 1000*d.Palm)
	}
	r, _ = NewReader(bytes.NewReader(text))
	still := robotWorld(t).Motion
	still.Speed = [sim.NumJoints]float64{-0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5}
	if slow, err := Replay(r, still, nil); err != nil || slow.Palm < 2*d.Palm {
		t.Errorf("an arm of half the speed is %.0f mm off instead of %.0f, %v", 1000*slow.Palm, 1000*d.Palm, err)
	}
}

func sample(n int) *robot.Moment {
	m := &robot.Moment{Episode: 3, Step: n, Seed: 1 << 63, Clock: 5, Taken: -4, Measured: 3, Reward: 1,
		Truncated: n == 2, Confidence: 0.5}
	m.Action[8], m.Q[8], m.V[0], m.Target[1] = 2, 1.5, -0.25, -0.45
	m.Frame = bytes.Repeat([]byte{byte(n), 7}, 20)
	return m
}

// after is sample 9 behind so many others.
func after(others int) *robot.Moment {
	m := sample(9)
	if others > 0 {
		m.Episode += sample(0).Episode
	}
	return m
}

// A file that ends anywhere, as after kill -9, loses the torn record and no other; recording goes
// on behind the rest.
func TestTornAnywhere(t *testing.T) {
	var text []byte
	text = append(text, header...)
	var ends []int
	for n := range 3 {
		text = appendRecord(text, sample(n))
		ends = append(ends, len(text))
	}
	path := filepath.Join(t.TempDir(), "torn")
	for cut := 0; cut <= len(text); cut++ {
		if cut > len(header)+10 && cut%11 != 0 && !slices.Contains(ends, cut) && !slices.Contains(ends, cut+1) {
			continue
		}
		if err := os.WriteFile(path, text[:cut], 0o666); err != nil {
			t.Fatal(err)
		}
		whole := 0
		for _, end := range ends {
			if cut >= end {
				whole++
			}
		}
		w, err := Append(path)
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if err := errors.Join(w.Write(sample(9)), w.Close()); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		moments, err := all(t, got)
		if err != io.EOF || len(moments) != whole+1 || !reflect.DeepEqual(&moments[whole], after(whole)) {
			t.Fatalf("cut at %d: %d moments, want %d; %v", cut, len(moments), whole+1, err)
		}
		for n := range whole {
			if !reflect.DeepEqual(&moments[n], sample(n)) {
				t.Fatalf("cut at %d: moment %d is %+v", cut, n, moments[n])
			}
		}
	}
}

// A changed byte is noticed wherever it is.
func TestDamage(t *testing.T) {
	text := appendRecord(appendRecord([]byte(header), sample(0)), sample(1))
	path := filepath.Join(t.TempDir(), "damaged")
	for i := range text {
		bad := bytes.Clone(text)
		bad[i] ^= 0x10
		if moments, err := all(t, bad); err == nil || err == io.EOF {
			t.Fatalf("byte %d changed: %d moments, %v", i, len(moments), err)
		}
	}
	text[len(text)-1] ^= 1
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Append(path); !errors.Is(err, ErrDamaged) {
		t.Errorf("a damaged file is recorded into: %v", err)
	}
	if _, err := Append(t.TempDir()); err == nil {
		t.Error("a folder is recorded into")
	}
}

// Zeros at the end, which power loss leaves, are cut off back to the last whole record.
func TestZerosBehind(t *testing.T) {
	text := appendRecord(appendRecord([]byte(header), sample(0)), sample(1))
	path := filepath.Join(t.TempDir(), "zeros")
	// of a third record that was written
	for _, part := range []int{0, 7, 8, 40, len(appendRecord(nil, sample(2))) - zeroTail} {
		for _, zeros := range []int{1, 8, 100, 4096, 1 << 20} {
			bad := append(bytes.Clone(text), appendRecord(nil, sample(2))[:part]...)
			bad = append(bad, make([]byte, max(zeros, zeroTail))...)
			if moments, err := all(t, bad); len(moments) != 2 || !errors.Is(err, ErrTorn) {
				t.Fatalf("%d bytes of a record and %d zeros: %d moments, %v", part, zeros, len(moments), err)
			}
			if err := os.WriteFile(path, bad, 0o666); err != nil {
				t.Fatal(err)
			}
			w, err := Append(path)
			if err != nil {
				t.Fatalf("%d bytes of a record and %d zeros: %v", part, zeros, err)
			}
			if cut := w.Cut(); cut != int64(len(bad)-len(text)) {
				t.Errorf("%d bytes were cut off, want %d", cut, len(bad)-len(text))
			}
			if err := errors.Join(w.Write(sample(2)), w.Close()); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if moments, err := all(t, got); len(moments) != 3 || err != io.EOF {
				t.Errorf("then %d moments, %v", len(moments), err)
			}
		}
	}
	for _, bad := range [][]byte{
		append(append(bytes.Clone(text), make([]byte, 100)...), 1),
		append(append(bytes.Clone(text), make([]byte, 100)...), appendRecord(nil, sample(2))...),
	} {
		if _, err := all(t, bad); !errors.Is(err, ErrDamaged) {
			t.Errorf("records behind zeros: %v", err)
		}
	}
}

// One recorder at a time has a file, and the next one counts its episodes on.
func TestOneRecorder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shared")
	first, err := Append(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Append(path); !errors.Is(err, ErrBusy) {
		t.Errorf("a second recorder: %v", err)
	}
	m := sample(0)
	if err := errors.Join(first.Write(m), first.Close()); err != nil || m.Episode != 3 {
		t.Fatal(m.Episode, err)
	}
	second, err := Append(path)
	if err != nil {
		t.Fatal(err)
	}
	m.Episode = 1
	if err := errors.Join(second.Write(m), second.Close()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if moments, err := all(t, text); err != io.EOF || len(moments) != 2 || moments[0].Episode != 3 ||
		moments[1].Episode != 4 {
		t.Errorf("%v, %v", moments, err)
	}
}

// A file of something else is left alone, however short it is.
func TestForeignFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "foreign")
	for _, text := range []string{"\n", "a note\n", "jaco-record/2\n", header[:5] + "X",
		"a longer text than any header\n"} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Append(path); err == nil || !strings.Contains(err.Error(), "no file of records") {
			t.Errorf("%q is recorded into: %v", text, err)
		}
		if kept, err := os.ReadFile(path); err != nil || string(kept) != text {
			t.Errorf("%q became %q, %v", text, kept, err)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add(appendRecord([]byte(header), sample(0)))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := NewReader(bytes.NewReader(text))
		if err != nil {
			return
		}
		for {
			var m robot.Moment
			if r.Next(&m) != nil {
				return
			}
		}
	})
}
