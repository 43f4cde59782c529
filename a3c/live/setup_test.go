package live

import (
	"errors"
	"image"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/training"
)

// windows are the metrics of a short run.
func windows(n int) []a3c.Metrics {
	var rows []a3c.Metrics
	for i := range n {
		rows = append(rows, a3c.Metrics{
			Steps: int64(i+1) * 1000, Updates: int64(i + 1), Episodes: 20, Seconds: float64(i), StepsPerSecond: 1234, WindowEpisodes: 20, Score: 7.25, Reached: 0.5,
			Violations: 0.25, Entropy: []float64{1.01, 0.52}, ValueLoss: 0.125, GradNorm: 0.75, PolicyLag: 1.5, Stages: a3c.Stages{Physics: 2e6, Forward: 6e6},
		})
	}
	return rows
}

// watchedRun is a run with a worker that is well, one that is silent and one that was replaced.
func watchedRun() training.Watched {
	return training.Watched{
		Folder: "runs/one", Title: `reach "<b>in</b> sim`, Config: a3c.Config{Steps: 4000}, Until: 4000, Network: "narrow", Parameters: 10364,
		Factors: []string{"joint_1", "joint_2"},
		Workers: func() []a3c.WorkerStatus {
			return []a3c.WorkerStatus{{Steps: 500, Last: time.Now()}, {Steps: 400, Last: time.Now().Add(-time.Minute)}, {Steps: 1, Last: time.Now(), Replaced: 2}}
		},
	}
}

// serve returns a page's server for a test.
func serve(t *testing.T) (*Page, *httptest.Server) {
	t.Helper()
	p := &Page{command: "train", phase: starting}
	a := Address{"127.0.0.1", "0"}
	s := httptest.NewServer(guard(a.names(), p.handler()))
	t.Cleanup(s.Close)
	return p, s
}

// get returns an answer with its status.
func get(t *testing.T, url string) (body string, answer *http.Response) {
	t.Helper()
	return do(t, http.MethodGet, url, nil)
}

func do(t *testing.T, method, url string, change func(*http.Request)) (string, *http.Response) {
	t.Helper()
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(request)
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body), answer
}

func mustContain(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("there is no %q in\n%s", part, text)
		}
	}
}

// toy is an environment that counts its steps, shows the count, and cannot be saved.
type toy struct {
	count  uint8
	closed int
}

func (e *toy) Spec() (pixels [3]int, proprio int, choices []int) { return [3]int{2, 2, 3}, 0, []int{3} }

func (e *toy) Reset(seed uint64, pixels []uint8, proprio []float32) error { return nil }

func (e *toy) Step(action []int, pixels []uint8, proprio []float32) (float32, bool, bool, error) {
	e.count++
	for i := range pixels {
		pixels[i] = e.count
	}
	return 1, false, false, nil
}

func (e *toy) Picture(width, height int) (*image.RGBA, error) {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	picture.Pix[0] = e.count
	return picture, nil
}

func (e *toy) StageTimes() (physics, render time.Duration) { return 3, 4 }

func (e *toy) Close() error { e.closed++; return nil }

// savedToy can be saved.
type savedToy struct{ toy }

func (e *savedToy) MarshalBinary() ([]byte, error) { return []byte{e.count}, nil }

func (e *savedToy) UnmarshalBinary(data []byte) error {
	if len(data) != 1 {
		return errors.New("damaged")
	}
	e.count = data[0]
	return nil
}
