package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// chromium is a tab of a browser without a window, driven by the DevTools protocol over a pipe
// (chromedevtools.github.io/devtools-protocol; --remote-debugging-pipe: messages end with a zero
// byte, fd 3 in, fd 4 out).
type chromium struct {
	t       *testing.T
	in      *os.File
	session string

	mu      sync.Mutex // guards the fields below
	last    int
	waiting map[int]chan message
	urls    []string // that the page asked for
	errors  []string // that the browser had to tell
}

type message struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  any             `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// startChromium opens a tab; the browser ends with the test.
func startChromium(t *testing.T, path string) *chromium {
	t.Helper()
	theirIn, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, theirOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--hide-scrollbars", "--no-first-run",
		"--remote-debugging-pipe", "--user-data-dir="+filepath.Join(t.TempDir(), "profile"))
	command.ExtraFiles = []*os.File{theirIn, theirOut}
	if err := command.Start(); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	theirIn.Close()
	theirOut.Close()
	c := &chromium{t: t, in: in, waiting: map[int]chan message{}}
	ended := make(chan struct{})
	go func() { defer close(ended); c.listen(out) }()
	t.Cleanup(func() {
		command.Process.Kill()
		command.Wait() // killed
		in.Close()
		<-ended
		out.Close()
	})
	var target struct{ TargetID, SessionID string }
	c.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	c.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &target)
	c.session = target.SessionID
	for _, domain := range []string{"Page", "Runtime", "Network", "Log"} {
		c.call(domain+".enable", nil, nil)
	}
	return c
}

// listen hands answers to those who wait and keeps what is to be checked, until the browser ends.
func (c *chromium) listen(out *os.File) {
	reader := bufio.NewReader(out)
	for {
		line, err := reader.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if err := json.Unmarshal(line[:len(line)-1], &m); err != nil {
			m = message{Method: "Log.entryAdded", Params: map[string]any{"entry": fmt.Sprintf("no message: %v", err)}}
		}
		c.mu.Lock()
		params, _ := m.Params.(map[string]any)
		switch {
		case m.ID != 0:
			c.waiting[m.ID] <- m
			delete(c.waiting, m.ID)
		case m.Method == "Network.requestWillBeSent":
			request, _ := params["request"].(map[string]any)
			c.urls = append(c.urls, fmt.Sprint(request["url"]))
		case m.Method == "Runtime.exceptionThrown", m.Method == "Log.entryAdded":
			c.errors = append(c.errors, fmt.Sprint(params))
		}
		c.mu.Unlock()
	}
}

// call sends a command and reads its result.
func (c *chromium) call(method string, params any, result any) {
	c.t.Helper()
	answer := make(chan message, 1)
	c.mu.Lock()
	c.last++
	id := c.last
	c.waiting[id] = answer
	c.mu.Unlock()
	line, err := json.Marshal(message{ID: id, Session: c.session, Method: method, Params: params})
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.in.Write(append(line, 0)); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
	select {
	case m := <-answer:
		if m.Error != nil {
			c.t.Fatalf("%s: %s", method, m.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(m.Result, result); err != nil {
				c.t.Fatalf("%s: %v", method, err)
			}
		}
	case <-time.After(2 * time.Minute):
		c.t.Fatalf("%s: no answer from the browser", method)
	}
}

// value returns what an expression says in the page, as JSON has it.
func (c *chromium) value(expression string) any {
	c.t.Helper()
	var answer struct {
		Result           struct{ Value any }
		ExceptionDetails any
	}
	c.call("Runtime.evaluate", map[string]any{"expression": expression, "awaitPromise": true, "returnByValue": true},
		&answer)
	if answer.ExceptionDetails != nil {
		c.t.Fatalf("%s: %v", expression, answer.ExceptionDetails)
	}
	return answer.Result.Value
}

// until waits for an expression to be true.
func (c *chromium) until(what, expression string) {
	c.t.Helper()
	for began := time.Now(); c.value(expression) != true; time.Sleep(200 * time.Millisecond) {
		if time.Since(began) > 2*time.Minute {
			c.t.Fatalf("waited in vain for %s: %s\n%v", what, expression, c.value("document.body.innerText"))
		}
	}
}

// shoot writes a picture of the page from its top, no higher than the given number of pixels.
func (c *chromium) shoot(path string, width, highest int) {
	c.t.Helper()
	height := min(int(c.value("document.documentElement.scrollHeight").(float64)), highest)
	var shot struct{ Data string }
	c.call("Page.captureScreenshot", map[string]any{"captureBeyondViewport": true,
		"clip": map[string]any{"x": 0, "y": 0, "width": width, "height": height, "scale": 1}}, &shot)
	data, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		c.t.Fatal(err)
	}
}
