package cli

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// How often progress is shown: in a line where stderr is no terminal, and in the bar of one.
const (
	linePeriod = 10 * time.Second
	barPeriod  = 200 * time.Millisecond
)

const (
	barSteps = 1000 // resolution of the bar
	barWidth = 12   // its characters
	barFrame = 10   // characters around it: percent, ends
)

// Work is what a [Progress] reports on.
type Work struct {
	Name  string        // what is going on: "train"
	Unit  string        // what is counted: "steps"
	Done  int64         // behind us already: a resumed run begins above 0
	Total int64         // the count at which the work ends
	Limit time.Duration // the time after which it ends anyhow; 0: none
}

// Progress tells people how far long work is: a bar on a terminal, a line
// every 10 s elsewhere. It belongs to one goroutine.
type Progress struct {
	work     Work
	out      io.Writer
	bar      *progressbar.ProgressBar // nil: no terminal
	terminal int                      // its file descriptor, if there is one
	started  time.Time
	last     time.Time
}

// NewProgress starts to report on some work.
func NewProgress(work Work, stderr io.Writer) *Progress {
	p := &Progress{work: work, out: stderr, started: time.Now(), last: time.Now()}
	if file, ok := stderr.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		p.bar = progressbar.NewOptions(barSteps,
			progressbar.OptionSetWriter(stderr),
			progressbar.OptionSetPredictTime(false), // ours knows the time limit
			progressbar.OptionSetWidth(barWidth),
		)
		p.terminal = int(file.Fd())
	}
	return p
}

// Update reports that done units are finished; detail is a few words on how
// it goes.
func (p *Progress) Update(done int64, detail string) {
	if early := time.Since(p.last) < p.period(); early && (p.bar == nil || done < p.work.Total) {
		return
	}
	p.last = time.Now()
	share, text := p.describe(done, time.Since(p.started), detail)
	if p.bar == nil {
		fmt.Fprintln(p.out, text)
		return
	}
	if columns, _, err := term.GetSize(p.terminal); err == nil { // a line that wraps could not be overwritten
		text = text[:min(len(text), max(columns-barWidth-barFrame, 0))]
	}
	p.bar.Describe(text)
	_ = p.bar.Set(int(share * barSteps)) // fails only past the end, which share is not
}

// period is the time between two looks. The bar is not asked to keep it: it would draw the text
// anew, and the old share with it.
func (p *Progress) period() time.Duration {
	if p.bar == nil {
		return linePeriod
	}
	return barPeriod
}

// describe says how far the work is, as a share and in words.
func (p *Progress) describe(done int64, elapsed time.Duration, detail string) (share float64, text string) {
	w := p.work
	rate := float64(done-w.Done) / elapsed.Seconds()
	share = min(float64(done)/float64(w.Total), 1)
	left := time.Duration(-1)
	if rate > 0 {
		left = time.Duration(float64(max(w.Total-done, 0)) / rate * float64(time.Second))
	}
	if w.Limit > 0 {
		share = min(max(share, float64(elapsed)/float64(w.Limit)), 1)
		if rest := max(w.Limit-elapsed, 0); left < 0 || rest < left {
			left = rest
		}
	}
	text = fmt.Sprintf("%s: %.1f %%, %d %s, %.0f %s/s", w.Name, 100*share, done, w.Unit, rate, w.Unit)
	if left >= 0 {
		text += fmt.Sprintf(", %v left", left.Round(time.Second))
	}
	if detail != "" {
		text += "; " + detail
	}
	return share, text
}

// Finish ends the bar.
func (p *Progress) Finish() {
	if p.bar != nil {
		_ = p.bar.Exit()
		fmt.Fprintln(p.out)
	}
}
