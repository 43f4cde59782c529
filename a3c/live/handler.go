package live

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed static
var files embed.FS

// handler answers requests. What it draws it keeps until the run has moved on, so that many who
// look cost as much as one.
type handler struct {
	of *Page

	mu    sync.Mutex // guards the fields below; held while something is drawn. The training never waits for it
	drawn map[string]drawing
	table struct {
		table Table
		err   error
		read  time.Time
	}
}

// drawing is something drawn, and of which state of the run.
type drawing struct {
	of   state
	data []byte
}

// state tells states of a run apart.
type state struct {
	runs, windows, frame int
	second               int64 // for what changes with time
	asked                Asked
}

func newHandler(p *Page) *handler { return &handler{of: p, drawn: map[string]drawing{}} }

// get returns what is drawn under a name, drawing it anew if the run has moved on.
func (v *handler) get(name string, of state, draw func() ([]byte, error)) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if d, ok := v.drawn[name]; ok && d.of == of {
		return d.data, nil
	}
	data, err := draw()
	if err == nil {
		v.drawn[name] = drawing{of, data}
	}
	return data, err
}

// answer sends what was drawn.
func answer(w http.ResponseWriter, kind string, data []byte, err error) {
	switch {
	case errors.Is(err, errNoPicture):
		http.Error(w, "there is none", http.StatusNotFound)
	case err != nil:
		http.Error(w, fmt.Sprintf("this could not be drawn: %v", err), http.StatusInternalServerError)
	default:
		w.Header().Set("Content-Type", kind)
		w.Write(data)
	}
}

func (v *handler) page(w http.ResponseWriter, r *http.Request) {
	v.of.frames.ask()
	n := v.of.notes()
	data, err := v.get("page", state{n.runs, n.windows, v.of.frames.latest().number, time.Now().Unix(), n.asked()},
		func() ([]byte, error) {
			var b bytes.Buffer
			err := pageTemplate.Execute(&b, v.content(&n))
			return b.Bytes(), err
		})
	answer(w, "text/html; charset=utf-8", data, err)
}

func (v *handler) static(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	if name == "style.css" {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Write(styleSheet())
		return
	}
	if name != "live.js" {
		http.NotFound(w, r)
		return
	}
	http.ServeFileFS(w, r, files, "static/live.js")
}

// chart serves NAME-light.svg and NAME-dark.svg.
func (v *handler) chart(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	name, paper, _ := strings.Cut(strings.TrimSuffix(file, ".svg"), "-")
	c := chartNamed(name)
	if c == nil || file != name+"-"+paper+".svg" || paper != "light" && paper != "dark" {
		http.NotFound(w, r)
		return
	}
	n := v.of.notes()
	data, err := v.get(file, state{runs: n.runs, windows: n.windows},
		func() ([]byte, error) { return c.draw(&n, paper == "dark") })
	answer(w, "image/svg+xml", data, err)
}

// frame serves what the network sees (seen.png), and the large picture (arm.png).
func (v *handler) frame(w http.ResponseWriter, r *http.Request) {
	look := v.of.frames.latest()
	file := r.PathValue("file")
	draw := map[string]func(frame) (image.Image, error){"seen.png": seen, "arm.png": v.arm}[file]
	if draw == nil || look.number == 0 {
		http.NotFound(w, r)
		return
	}
	data, err := v.get(file, state{frame: look.number}, func() ([]byte, error) {
		picture, err := draw(look)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, picture)
		return b.Bytes(), err
	})
	answer(w, "image/png", data, err)
}

func (v *handler) arm(look frame) (image.Image, error) {
	picture, err := v.of.frames.draw(look)
	if err != nil {
		return nil, err // not a nil *RGBA
	}
	return picture, nil
}

// seen returns the observation as a picture: of one channel grey, of three or more the first three.
func seen(look frame) (image.Image, error) {
	height, width, channels := look.size[0], look.size[1], look.size[2]
	if len(look.pixels) == 0 || len(look.pixels) != height*width*channels {
		return nil, errNoPicture
	}
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		p := look.pixels[i*channels:]
		c := color.RGBA{p[0], p[0], p[0], 0xff}
		if channels >= 3 {
			c.G, c.B = p[1], p[2]
		}
		picture.SetRGBA(i%width, i/width, c)
	}
	return picture, nil
}

func (v *handler) stop(w http.ResponseWriter, r *http.Request) {
	arm := v.of.notes().arm
	if arm == nil {
		http.Error(w, "there is no arm to stop", http.StatusNotFound)
		return
	}
	if err := arm.Stop(); err != nil {
		http.Error(w, fmt.Sprintf("THE ARM WAS NOT STOPPED: %v. Use its own switch.", err),
			http.StatusInternalServerError)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// confirm lets the arm go on after the pause whose question the form names. Only browsers say that
// the page itself asks; a program that does not say where a request comes from may stop the arm,
// and not let it go on.
func (v *handler) confirm(w http.ResponseWriter, r *http.Request) {
	arm := v.of.notes().arm
	if arm == nil {
		http.Error(w, "there is no arm that waits for anybody", http.StatusNotFound)
		return
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "same-origin" && (site != "" || r.Header.Get("Origin") == "") {
		http.Error(w, "nothing was confirmed: press the button of the page itself, in a browser", http.StatusForbidden)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, confirmBytes)
	number, err := strconv.Atoi(r.PostFormValue("question"))
	if err != nil || !arm.Confirm(number) {
		http.Error(w, "nothing was confirmed: that is not asked any more; go back to the page, and see what it asks "+
			"now", http.StatusConflict)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// confirmBytes is how large the form of a confirmation may be.
const confirmBytes = 1 << 10

// tablePeriod is how often a study's scores are read from its folder.
const tablePeriod = 5 * time.Second

// trials returns the table of trials, at most tablePeriod old. The caller holds mu.
func (v *handler) trials(read func() (Table, error)) (Table, error) {
	if time.Since(v.table.read) > tablePeriod {
		v.table.table, v.table.err = read()
		v.table.read = time.Now()
	}
	return v.table.table, v.table.err
}
