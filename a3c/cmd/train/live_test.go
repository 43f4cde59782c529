package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"colonnade/a3c/training"
	"colonnade/jaco/safety"
)

// liveAddress finds the live page in what a command says.
var liveAddress = regexp.MustCompile(`live page: (http://\S+/)`)

// onAddress is a stderr that calls found with the live page's address, once.
type onAddress struct {
	mu    sync.Mutex
	text  bytes.Buffer
	found func(url string)
}

func (o *onAddress) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(p)
	if m := liveAddress.FindStringSubmatch(o.text.String()); m != nil && o.found != nil {
		o.found(m[1])
		o.found = nil
	}
	return len(p), nil
}

// A deterministic run that people look at all the time gives the bits of one that nobody looks at.
func TestLookingChangesNothing(t *testing.T) {
	alone, watched := filepath.Join(t.TempDir(), "alone"), filepath.Join(t.TempDir(), "watched")
	if _, err := train(t, small(alone, "-deterministic", "-workers", "2")...); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	seen := map[string]int{} // answers that were fine
	stderr := &onAddress{found: func(url string) {
		group.Add(1)
		go func() {
			defer group.Done()
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for {
				for _, path := range []string{"", "metrics", "frame/arm.png", "frame/seen.png", "chart/entropy-dark.svg", "debug/pprof/goroutine"} {
					answer, err := client.Get(url + path)
					if err != nil {
						return // the run is over
					}
					io.Copy(io.Discard, answer.Body)
					answer.Body.Close()
					if answer.StatusCode == http.StatusOK {
						seen[path]++
					}
				}
			}
		}()
	}}
	var stdout bytes.Buffer
	if err := run(context.Background(), small(watched, "-deterministic", "-workers", "2", "-http", "127.0.0.1:0"), &stdout, stderr); err != nil {
		t.Fatal(err)
	}
	group.Wait() // the server has ended with the run, and so have those who look
	for _, path := range []string{"", "metrics", "frame/arm.png", "frame/seen.png", "chart/entropy-dark.svg"} {
		if seen[path] == 0 {
			t.Errorf("nobody saw /%s", path)
		}
	}
	if a, b := digest(t, training.CheckpointPath(alone)), digest(t, training.CheckpointPath(watched)); a != b {
		t.Errorf("parameters differ: %s and %s", a, b)
	}
	compareMetrics(t, alone, watched)
	compareStates(t, alone, watched)
	config, err := os.ReadFile(training.ConfigPath(watched))
	if err != nil || strings.Contains(string(config), "http") {
		t.Errorf("where somebody looked is no setting of the run: %v", err)
	}
}

// A port that is taken is told before anything is begun.
func TestTakenPort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	out := filepath.Join(t.TempDir(), "run")
	if _, err := train(t, small(out, "-http", taken.Addr().String())...); err == nil || !strings.Contains(err.Error(), "another program listens there") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the run has a folder: %v", err)
	}
}

// Whoever presses STOP on the page of a run with arms stops all of them, and so the run.
func TestStopOnThePage(t *testing.T) {
	var group sync.WaitGroup
	var before, after string
	stderr := &onAddress{found: func(url string) {
		group.Add(1)
		go func() {
			defer group.Done()
			for deadline := time.Now().Add(time.Minute); !strings.Contains(before, "<dt>arms</dt><dd>2</dd>") && time.Now().Before(deadline); time.Sleep(1100 * time.Millisecond) {
				before = page(t, http.Get, url)
			}
			after = page(t, func(url string) (*http.Response, error) { return http.Post(url, "", nil) }, url+"stop")
		}()
	}}
	err := run(context.Background(), small(filepath.Join(t.TempDir(), "run"), "-env", "jaco", "-envs", "2", "-steps", "10000000", "-http", "127.0.0.1:0"), io.Discard, stderr)
	group.Wait()
	if !errors.Is(err, safety.ErrEmergency) || !strings.Contains(err.Error(), "the live page") {
		t.Errorf("the run ended with %v", err)
	}
	if !strings.Contains(before, "STOP") || !strings.Contains(before, "<dt>arms</dt><dd>2</dd>") {
		t.Errorf("before:\n%s", before)
	}
	if !strings.Contains(after, "emergency stop: the live page") {
		t.Errorf("after:\n%s", after)
	}
}

// page returns what an address answers; nothing if the run is over.
func page(t *testing.T, ask func(url string) (*http.Response, error), url string) string {
	answer, err := ask(url)
	if err != nil {
		t.Log(err)
		return ""
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Log(err)
	}
	return string(body)
}
