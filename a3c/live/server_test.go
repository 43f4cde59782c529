package live

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/training"
)

func TestPageOfARun(t *testing.T) {
	p, s := serve(t)
	page, answer := get(t, s.URL+"/")
	if answer.StatusCode != 200 || !strings.Contains(answer.Header.Get("Content-Security-Policy"),
		"default-src 'none'") {
		t.Errorf("%s, %v", answer.Status, answer.Header)
	}
	mustContain(t, page, "<h1>train</h1>", "starting", "no picture yet")
	p.Begin(watchedRun())
	for _, m := range windows(3) {
		p.Metrics(m)
	}
	page, _ = get(t, s.URL+"/")
	mustContain(t, page, "reach &#34;&lt;b&gt;in&lt;/b&gt; sim", "runs/one", "3\u202f000 of 4\u202f000 steps", "7.25",
		"50 %", "10\u202f364 parameters",
		"silent", `class="bad">2<`, "joint_2 <b>0.52", "physics", "2.0", "500\u202f000", "25 %")
	for _, c := range curves {
		if shown := strings.Contains(page, "/chart/"+c.Name+"-dark.svg?v=1.3"); shown != c.shown(new(notes)) {
			t.Errorf("%s: shown %v", c.Name, shown)
		}
		for _, paper := range []string{"light", "dark"} {
			svg, answer := get(t, s.URL+"/chart/"+c.Name+"-"+paper+".svg")
			if err := xml.Unmarshal([]byte(svg), new(struct{})); err != nil ||
				answer.Header.Get("Content-Type") != "image/svg+xml" {
				t.Errorf("%s on %s: %s, %v", c.Name, paper, answer.Status, err)
			}
		}
	}
	p.Evaluating(3, 10)
	time.Sleep(time.Second) // the page changes once a second
	page, _ = get(t, s.URL+"/")
	mustContain(t, page, "evaluating: 3 of 10 episodes", "at rest")
}

func TestStaticFiles(t *testing.T) {
	_, s := serve(t)
	script, answer := get(t, s.URL+"/static/live.js")
	mustContain(t, script, "fetch(")
	mustContain(t, answer.Header.Get("Content-Type"), "javascript")
	style, _ := get(t, s.URL+"/static/style.css")
	mustContain(t, style, "prefers-color-scheme: dark", ".c8 { border-top: 3px dashed")
}

func TestShort(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.5251: "0.525", 1.19e-6: "1.19e-06", 3230.4: "3\u202f230",
		-12345: "-1.23e+04", math.NaN(): "NaN", math.Inf(1): "+Inf"} {
		if got := short(v); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
	if got := grouped(-1234567); got != "-1\u202f234\u202f567" {
		t.Errorf("got %q", got)
	}
}

// A run with a teacher shows how its student does.
func TestPageOfAStudent(t *testing.T) {
	p, s := serve(t)
	p.Begin(watchedRun())
	for _, m := range windows(3) {
		m.Teacher = &a3c.TeacherMetrics{Agreement: 0.875, Share: 0.25, Score: 31.5, Alone: 4, Slowest: 0.0021}
		p.Metrics(m)
	}
	page, _ := get(t, s.URL+"/")
	mustContain(t, page, "agreement with the teacher</dt><dd>88 %", "share</dt><dd>25 %",
		"without the teacher</dt><dd>31.50", "2.1 ms",
		"/chart/agreement-dark.svg", "/chart/divergence-dark.svg")
}

// Nothing of the page comes from elsewhere.
func TestNothingFromElsewhere(t *testing.T) {
	p, s := serve(t)
	p.Begin(watchedRun())
	for _, path := range []string{"/", "/static/live.js", "/static/style.css"} {
		if body, _ := get(t, s.URL+path); strings.Contains(body, "//cdn") || strings.Contains(body, "https://") ||
			strings.Contains(body, "http://") {
			t.Errorf("%s names another site", path)
		}
	}
}

func TestRefused(t *testing.T) {
	_, s := serve(t)
	for _, c := range []struct {
		method, path, host string
		status             int
	}{
		{"GET", "/nothing", "", 404}, {"GET", "/chart/score-red.svg", "", 404},
		{"GET", "/chart/..-light.svg", "", 404}, {"GET", "/static/page.html", "", 404},
		{"GET", "/static/..%2Fpage.go", "", 404}, {"POST", "/", "", 405}, {"PUT", "/metrics", "", 405},
		{"GET", "/stop", "", 404}, {"POST", "/stop", "", 404}, {"GET", "/", "evil.example", 421},
		{"GET", "/", "127.0.0.1.evil.example:80", 421}, {"GET", "/debug/pprof/", "evil.example", 421},
		{"GET", "/", "localhost.evil.example", 421}, {"GET", "/", "localhost:9", 200}, {"GET", "/", "LOCALHOST", 200},
		{"GET", "/", "[::1]:9", 200}, {"GET", "/", "192.0.2.7", 200},
		{"GET", "/debug/pprof/goroutine?debug=1", "", 200}, {"GET", "/favicon.ico", "", 204},
	} {
		_, answer := do(t, c.method, s.URL+c.path, func(r *http.Request) { r.Host = c.host })
		if answer.StatusCode != c.status {
			t.Errorf("%s %s of %q: %s, want %d", c.method, c.path, c.host, answer.Status, c.status)
		}
	}
}

// arm is a test's arm.
type arm struct {
	stops     int
	fails     error
	asked     Asked
	confirmed int
}

func (a *arm) Safety() Safety {
	return Safety{State: "moving", Fine: true, Stopped: a.stops > 0, Details: []Detail{{"current", "1.2 A"}}}
}

func (a *arm) Stop() error { a.stops++; return a.fails }

func (a *arm) Asked() Asked { return a.asked }

func (a *arm) Confirm(number int) bool {
	open := a.asked.Wants && a.asked.Number == number
	if open {
		a.asked.Wants = false
		a.confirmed++
	}
	return open
}

func (a *arm) ask(text string) { a.asked = Asked{a.asked.Number + 1, text, true} }

func TestStop(t *testing.T) {
	p, s := serve(t)
	if page, _ := get(t, s.URL+"/"); strings.Contains(page, "STOP") {
		t.Error("a stop without an arm")
	}
	a := &arm{}
	p.Attach(a)
	time.Sleep(time.Second)
	page, _ := get(t, s.URL+"/")
	mustContain(t, page, "STOP", "moving", "1.2 A")
	// Another site's page must not press it.
	_, answer := do(t, "POST", s.URL+"/stop", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") })
	if answer.StatusCode != http.StatusForbidden || a.stops != 0 {
		t.Errorf("another site: %s, %d stops", answer.Status, a.stops)
	}
	_, answer = do(t, "POST", s.URL+"/stop", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-origin") })
	if answer.StatusCode != http.StatusSeeOther || a.stops != 1 {
		t.Errorf("the page itself: %s, %d stops", answer.Status, a.stops)
	}
	a.fails = errors.New("the cable is out")
	body, answer := do(t, "POST", s.URL+"/stop", nil)
	if answer.StatusCode != http.StatusInternalServerError {
		t.Errorf("a stop that failed: %s", answer.Status)
	}
	mustContain(t, body, "NOT STOPPED", "the cable is out")
}

// The page says what the arm waits for, and its button confirms that question, and no other, from
// the page alone.
func TestConfirm(t *testing.T) {
	p, s := serve(t)
	press := func(question string, headers ...string) (string, int) {
		body, answer := do(t, "POST", s.URL+"/confirm", func(r *http.Request) {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Body = io.NopCloser(strings.NewReader("question=" + question))
			for i := 0; i < len(headers); i += 2 {
				r.Header.Set(headers[i], headers[i+1])
			}
		})
		return body, answer.StatusCode
	}
	page := []string{"Sec-Fetch-Site", "same-origin"}
	if _, status := press("1", page...); status != http.StatusNotFound {
		t.Errorf("no arm: %d", status)
	}
	a := &arm{}
	p.Attach(a)
	if _, status := press("1", page...); status != http.StatusConflict {
		t.Errorf("an arm that waits for nobody: %d", status)
	}
	time.Sleep(time.Second)
	if body, _ := get(t, s.URL+"/"); strings.Contains(body, "The arm waits") {
		t.Error("it waits before it is asked")
	}
	a.ask("the arm stands: <the plug> was pulled")
	body, got := get(t, s.URL+"/")
	mustContain(t, body, "The arm waits: the arm stands: &lt;the plug&gt; was pulled", `action="/confirm"`,
		`name="question" value="1"`)
	// Without the header a browser's form names its origin, and must be let.
	if policy := got.Header.Get("Referrer-Policy"); policy != "same-origin" {
		t.Errorf("referrer policy %q", policy)
	}
	for _, c := range []struct {
		question string
		headers  []string
		status   int
	}{
		{"1", []string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
		{"1", []string{"Origin", "http://evil.example"}, http.StatusForbidden},
		{"1", []string{"Origin", "null"}, http.StatusForbidden},
		{"1", []string{"Sec-Fetch-Site", "none"}, http.StatusForbidden}, {"1", nil, http.StatusForbidden},
		{"0", page, http.StatusConflict}, {"2", page, http.StatusConflict},
		{"", page, http.StatusConflict}, {strings.Repeat("1", 2*confirmBytes), page, http.StatusConflict},
	} {
		if _, status := press(c.question, c.headers...); status != c.status {
			t.Errorf("question %.9q, %v: %d, want %d", c.question, c.headers, status, c.status)
		}
	}
	if _, got := get(t, s.URL+"/confirm?question=1"); got.StatusCode != http.StatusNotFound || a.confirmed != 0 {
		t.Errorf("by GET: %s, %d answers", got.Status, a.confirmed)
	}
	if _, status := press("1", "Origin", s.URL); status != http.StatusSeeOther || a.confirmed != 1 {
		t.Errorf("the page itself: %d, %d answers", status, a.confirmed)
	}
	if body, _ := get(t, s.URL+"/"); strings.Contains(body, `action="/confirm"`) {
		t.Error("the button stays")
	}
	a.ask("again")
	_, first := press("2", page...)
	if _, second := press("2", page...); first != http.StatusSeeOther || second != http.StatusConflict ||
		a.confirmed != 2 {
		t.Errorf("the next question: %d, then %d, %d answers", first, second, a.confirmed)
	}
}

func TestTrials(t *testing.T) {
	p, s := serve(t)
	p.ShowTrials(func() (Table, error) {
		return Table{Head: []string{"trial", "score"}, Rows: [][]string{{"17", "3.25"}}, Note: "1 score"}, nil
	})
	page, _ := get(t, s.URL+"/")
	mustContain(t, page, "<h2>Trials</h2>", "<td>17</td><td>3.25</td>", "1 score")
}

// Close ends everything, also what clients still hold open: one that says nothing, one that does
// not read, a profile.
func TestCloseLeavesNothing(t *testing.T) {
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	before := runtime.NumGoroutine()
	var stderr strings.Builder
	p, err := start("127.0.0.1:0", &stderr)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(stderr.String(), "http://")
	address, _, _ := strings.Cut(rest, "/")
	for _, text := range []string{"", "GET / HTTP/1.1\r\nHost: localhost\r\nX: ",
		"GET /debug/pprof/profile?seconds=60 HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, text)
	}
	time.Sleep(100 * time.Millisecond)
	done := make(chan struct{})
	go func() { p.Close(); close(done) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("Close waits for its clients")
	}
	for wait := time.Now(); runtime.NumGoroutine() > before; time.Sleep(10 * time.Millisecond) {
		if time.Since(wait) > 10*time.Second {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, before %d\n%s", runtime.NumGoroutine(), before,
				stacks[:runtime.Stack(stacks, true)])
		}
	}
	if _, err := net.Dial("tcp", address); err == nil {
		t.Error("it still listens")
	}
}

// However many connections clients hold, the server takes no more than its share.
func TestConnectionsAreLimited(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := limit(inner, 2)
	accepted := make(chan net.Conn)
	go func() {
		defer close(accepted)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- conn
		}
	}()
	for range 3 {
		conn, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	first := <-accepted
	<-accepted
	select {
	case <-accepted:
		t.Fatal("a third connection")
	case <-time.After(50 * time.Millisecond):
	}
	first.Close()
	first.Close() // counts once
	select {
	case <-accepted:
	case <-time.After(10 * time.Second):
		t.Fatal("an ended connection made no room")
	}
	l.Close()
	if _, ok := <-accepted; ok {
		t.Error("a connection of a closed listener")
	}
}

var _ training.Watcher = (*Page)(nil)
