// Package live is the page that shows a run while it goes on: -http of train, transfer and sweep.
//
//	GET  /               the page: HTML that a small script renews, and that stands alone without it
//	GET  /chart/...      its curves, SVG drawn by package chart, for light and dark paper
//	GET  /frame/...      what the network sees, and the arm large, PNG
//	GET  /metrics        the numbers for Prometheus
//	GET  /debug/pprof/   Go's profiles
//	POST /stop           the e-stop of an attached arm
//	POST /confirm        a person confirms that a real arm which waits may go on; all else only reads
//
// # Nothing of it touches the training
//
// The run leaves notes with a [Page], which is its training.Watcher: a slice header for each window
// of metrics, and, when somebody looks, a copy of one environment's picture and state, once a
// second at most. Everything else happens in goroutines of the server: pages, curves and pictures
// are drawn at most once for each state of the run, whoever asks. Slow clients meet time limits,
// many a limit of connections, busy ones a limit of requests. The bits of a deterministic run are
// the same with and without a page.
//
// # Who may look
//
// The server listens on the loopback interface unless an address with another host is given, and
// answers only requests that name it by an address, by localhost or by the name it was given: pages
// of other sites cannot reach it through a name of theirs that points here. A request to change
// something must come from the page itself. There is no password: who gives an address that others
// reach lets them look, press stop, and confirm that an arm which waits may go on.
//
// Start reading at Start, then Page.
package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"colonnade/a3c/cli"
)

// What a client may take of the server.
const (
	headerTime  = 5 * time.Second
	requestTime = 10 * time.Second // read and write; a profile adds what it lasts
	idleTime    = 30 * time.Second
	headerBytes = 8 << 10
	connections = 32
	closeTime   = time.Second // that requests under way have when the run ends

	pagePace     = 10 * time.Millisecond // between requests: a page that renews itself makes some ten in two seconds
	pageBurst    = 200
	profilePace  = time.Second // profiles cost more: some stop the world, or collect garbage
	profileBurst = 20
)

// server serves a page until it is closed.
type server struct {
	http *http.Server
	done chan struct{}
}

// Start listens at an address and serves a page there, which knows nothing yet. It says where on
// stderr. At the zero address it returns nil: no page.
func Start(command string, a *Address, stderr io.Writer) (*Page, error) {
	if a.port == "" {
		return nil, nil
	}
	listener, err := a.listen()
	if err != nil {
		return nil, err
	}
	p := &Page{command: command, phase: starting, began: time.Now()}
	p.frames.wanted.Store(true) // the first frame is there before anybody asks
	p.server = &server{
		done: make(chan struct{}),
		http: &http.Server{
			Handler:           guard(a.names(), p.handler()),
			ReadHeaderTimeout: headerTime, ReadTimeout: requestTime, WriteTimeout: requestTime, IdleTimeout: idleTime,
			MaxHeaderBytes: headerBytes,
			ErrorLog:       log.New(io.Discard, "", 0), // what clients do wrong is no news for the run
		},
	}
	fmt.Fprintf(stderr, "%s: live page: http://%s/\n", command, shown(listener.Addr()))
	if public(listener.Addr()) {
		fmt.Fprintf(stderr, "%s: warning: the live page has no password: whoever reaches %s sees this run, may stop "+
			"its arm, and let one that waits go on\n", command, listener.Addr())
	}
	go func() {
		defer close(p.server.done)
		if err := p.server.http.Serve(limit(listener, connections)); err != http.ErrServerClosed {
			fmt.Fprintf(stderr, "%s: note: the live page is gone, the run goes on: %v\n", command, err)
		}
	}()
	return p, nil
}

// shown returns an address as people can open it.
func shown(address net.Addr) string {
	at, err := netip.ParseAddrPort(address.String())
	if err == nil && at.Addr().IsUnspecified() {
		return fmt.Sprintf("localhost:%d", at.Port())
	}
	return address.String()
}

// Close ends the server with all its goroutines.
func (p *Page) Close() {
	if p == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	if p.server.http.Shutdown(ctx) != nil {
		p.server.http.Close()
	}
	<-p.server.done
	p.frames.close()
}

// handler routes requests.
func (p *Page) handler() http.Handler {
	v := newHandler(p)
	pages, profiles := http.NewServeMux(), http.NewServeMux()
	pages.HandleFunc("GET /{$}", v.page)
	pages.HandleFunc("GET /chart/{file}", v.chart)
	pages.HandleFunc("GET /frame/{file}", v.frame)
	pages.HandleFunc("GET /static/{file}", v.static)
	pages.HandleFunc("GET /favicon.ico",
		func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	pages.HandleFunc("GET /metrics", v.metrics)
	profiles.HandleFunc("GET /debug/pprof/", pprof.Index)
	profiles.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	profiles.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	profiles.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	profiles.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /stop", v.stop) // at any pace
	mux.HandleFunc("POST /confirm", v.confirm)
	mux.Handle("/", (&pace{every: pagePace, burst: pageBurst}).limit(pages))
	mux.Handle("/debug/", (&pace{every: profilePace, burst: profileBurst}).limit(profiles))
	return http.NewCrossOriginProtection().Handler(mux)
}

// guard refuses requests that name the server otherwise than by an address or by one of its names,
// and says what a browser may do with the answers.
func guard(names []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !named(r.Host, names) {
			http.Error(w, fmt.Sprintf("This is the live page of a training. It is not called %.80q: open it by its "+
				"address, or by localhost.", r.Host), http.StatusMisdirectedRequest)
			return
		}
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // with none, forms would name no origin, and their requests be refused
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		if !strings.HasPrefix(r.URL.Path, "/debug/") { // Go's own pages have style in them
			h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src "+
				"'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		}
		next.ServeHTTP(w, r)
	})
}

// named tells whether a request's host is an address or one of the names, with or without a port.
func named(host string, names []string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return true
	}
	return slices.Contains(names, strings.ToLower(host))
}

// Flag defines -http.
func Flag(f *cli.Flags) *Address {
	a := new(Address)
	f.Var(a, "http", "show the run while it goes on as a web page at this `address`, such as 127.0.0.1:8080; without "+
		"a host it is 127.0.0.1")
	f.NotInFile("http")
	return a
}

// Address is where to listen. The zero value: nowhere.
type Address struct{ host, port string }

func (a *Address) String() string {
	if a.port == "" {
		return ""
	}
	return net.JoinHostPort(a.host, a.port)
}

// Set implements flag.Value.
func (a *Address) Set(text string) error {
	if _, err := strconv.Atoi(text); err == nil {
		text = ":" + text
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return errors.New("want HOST:PORT, such as 127.0.0.1:8080")
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("the port is %.20q, want a number from 0 (any that is free) to 65535", port)
	} else {
		port = strconv.FormatUint(n, 10)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	a.host, a.port = host, port
	return nil
}

// listen takes the address.
func (a *Address) listen() (net.Listener, error) {
	listener, err := net.Listen("tcp", a.String())
	var unknown *net.DNSError
	switch {
	case err == nil:
		return listener, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, cli.Hint(fmt.Errorf("-http %s: another program listens there", a),
			"take another port; 0 finds a free one")
	case errors.Is(err, syscall.EACCES):
		return nil, cli.Hint(fmt.Errorf("-http %s: the system does not permit it", a), "take a port above 1023")
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.As(err, &unknown):
		return nil, cli.Hint(fmt.Errorf("-http %s: %s is no address of this machine", a, a.host),
			"take 127.0.0.1:%s to look from this machine, 0.0.0.0:%s from others", a.port, a.port)
	}
	return nil, fmt.Errorf("-http %s: %w", a, err)
}

// public tells whether other machines can reach what listens at an address.
func public(address net.Addr) bool {
	at, err := netip.ParseAddrPort(address.String())
	return err != nil || !at.Addr().Unmap().IsLoopback()
}

// names are the hosts, in lower case, by which requests may name the server besides addresses,
// which no other site can take for itself.
func (a *Address) names() []string {
	names := []string{"localhost", strings.ToLower(a.host)}
	if own, err := os.Hostname(); err == nil {
		names = append(names, strings.ToLower(own))
	}
	return names
}
