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
