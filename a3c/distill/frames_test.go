package distill

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var testShape = shape{Factors: 2, Pixels: 12, Proprioception: 1, Outputs: 3, Features: 2, State: 2, Teacher: "a"}

// numbered returns a frame all of whose parts say which one it is.
func numbered(n int) *frame {
	f := testShape.newFrame()
	f.first, f.sure, f.byTeacher, f.reward = n%2 == 0, n%3 == 0, n%5 == 0, float32(n)
	for i := range f.action {
		f.action[i] = uint8(n + i)
	}
	for i := range f.pixels {
		f.pixels[i] = uint8(3*n + i)
	}
	for k, list := range f.lists() {
		for i := range list {
			list[i] = float32(n) + float32(10*k+i)/64
		}
	}
	return f
}

func filled(t *testing.T, n int) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "frames")
	f, err := openFrames(path, testShape, true)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := f.append(numbered(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func reopened(t *testing.T, path string) *frames {
	t.Helper()
	f, err := openFrames(path, testShape, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestFramesRoundTrip(t *testing.T) {
	f := reopened(t, filled(t, 9))
	buffer := make([]byte, 4*f.size)
	if err := f.read(3, 4, buffer); err != nil || f.Len() != 9 {
		t.Fatal(f.Len(), err)
	}
	for i := range 4 {
		got := testShape.newFrame()
		got.decode(buffer[int64(i)*f.size+checksumSize+numberSize:])
		if want := numbered(3 + i); !reflect.DeepEqual(got, want) {
			t.Errorf("frame %d is %+v, want %+v", 3+i, got, want)
		}
	}
}

// TestFramesTorn: a step that was being written when the program died is left out, and the next one
// takes its place.
func TestFramesTorn(t *testing.T) {
	path := filled(t, 5)
	for _, lost := range []int64{1, 10, int64(testShape.size()) - 1} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, info.Size()-lost); err != nil {
			t.Fatal(err)
		}
		f := reopened(t, path)
		if f.Len() != 4 || f.Damaged() != 0 {
			t.Fatalf("%d bytes lost: %d frames, %d damaged, want 4 whole ones", lost, f.Len(), f.Damaged())
		}
		if err := f.append(numbered(4)); err != nil {
			t.Fatal(err)
		}
		if again := reopened(t, path); again.Len() != 5 || again.Damaged() != 0 {
			t.Errorf("%d frames, %d damaged after going on", again.Len(), again.Damaged())
		}
	}
}

// TestFramesDamaged: a changed byte is noticed, when a file is opened and while it is in use, and
// windows avoid the frame.
func TestFramesDamaged(t *testing.T) {
	path := filled(t, 9)
	open := reopened(t, path)
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteAt([]byte{77}, headSize+4*int64(testShape.size())+30); err != nil {
		t.Fatal(err)
	}
	if err := open.read(3, 3, make([]byte, 3*open.size)); err == nil || !strings.Contains(err.Error(), "frame 4") {
		t.Errorf("reading a damaged frame: %v", err)
	}
	f := reopened(t, path)
	if f.Len() != 9 || f.Damaged() != 1 || f.usable(2, 3) || !f.usable(2, 2) || !f.usable(5, 4) {
		t.Errorf("%d frames, %d damaged", f.Len(), f.Damaged())
	}
	if err := f.cut(4); err != nil || f.Len() != 4 || f.Damaged() != 0 {
		t.Errorf("%d frames, %d damaged after the cut, %v", f.Len(), f.Damaged(), err)
	}
}

func TestFramesRefuse(t *testing.T) {
	path := filled(t, 2)
	other := testShape
	other.Teacher = "b"
	if _, err := openFrames(path, other, false); err == nil || !strings.Contains(err.Error(),
		"another student or teacher") {
		t.Errorf("another teacher: %v", err)
	}
	if err := os.WriteFile(path, make([]byte, 2000), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := openFrames(path, testShape, false); err == nil || !strings.Contains(err.Error(),
		"not a file of frames") {
		t.Errorf("another file: %v", err)
	}
	if _, err := openFrames(path+"x", testShape, false); err == nil {
		t.Error("no file: no error")
	}
}
