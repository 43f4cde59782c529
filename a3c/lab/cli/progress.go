package cli

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// linePeriod is how often a line of progress appears where stderr is no
// terminal.
const linePeriod = 10 * time.Second

// Progress tells people how far long work is: a bar on a terminal, a line
// every 10 s elsewhere. It belongs to one goroutine.
type Progress struct {
	name    string
	unit    string
	total   int64
	out     io.Writer
	bar     *progressbar.ProgressBar
	started time.Time
	first   int64 // count at the start: a resumed run begins above 0
	last    time.Time
}

// NewProgress starts to report on work of total units ("steps"), of which done
// are behind us already.
func NewProgress(name, unit string, done, total int64, stderr io.Writer) *Progress {
	p := &Progress{name: name, unit: unit, total: total, out: stderr, started: time.Now(), first: done, last: time.Now()}
	if file, ok := stderr.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		p.bar = progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(stderr),
			progressbar.OptionSetDescription(name),
			progressbar.OptionShowCount(),
			progressbar.OptionShowIts(),
			progressbar.OptionSetItsString(unit),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(200*time.Millisecond),
			progressbar.OptionFullWidth(),
		)
		_ = p.bar.Set64(done) // only fails past the total
	}
	return p
}

// Update reports that done units are finished; detail is a few words on how
// it goes.
func (p *Progress) Update(done int64, detail string) {
	if p.bar != nil {
		p.bar.Describe(p.name + " " + detail)
		_ = p.bar.Set64(min(done, p.total))
		return
	}
	if time.Since(p.last) < linePeriod {
		return
	}
	p.last = time.Now()
	elapsed := time.Since(p.started)
	rate := float64(done-p.first) / elapsed.Seconds()
	left := "unknown time"
	if rate > 0 {
		left = time.Duration(float64(p.total-done) / rate * float64(time.Second)).Round(time.Second).String()
	}
	fmt.Fprintf(p.out, "%s: %d of %d %s (%.1f %%), %.0f %s/s, at most %s left; %s\n",
		p.name, done, p.total, p.unit, 100*float64(done)/float64(p.total), rate, p.unit, left, detail)
}

// Finish ends the bar.
func (p *Progress) Finish() {
	if p.bar != nil {
		_ = p.bar.Exit()
		fmt.Fprintln(p.out)
	}
}
