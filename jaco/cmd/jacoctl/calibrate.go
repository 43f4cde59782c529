package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"colonnade/a3c/cli"
	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/cmd/workcell"
	"colonnade/jaco/robot"
	"colonnade/jaco/tracker"
	"colonnade/sim"
	"colonnade/sim/reach"
)

// calibrated is the result of calibrate.
type calibrated struct {
	Points int      `json:"points"`
	Error  *float64 `json:"error_mm"` // root mean square at the points; null for four, which always fit
	// the same at each point from a fit to the others: what to expect elsewhere
	LeftOut *float64  `json:"left_out_error_mm"`
	Camera  *sim.Vec3 `json:"camera,omitempty"` // where it stands, m, if the plane tells
	Out     string    `json:"out,omitempty"`
	Overlay string    `json:"overlay,omitempty"`
	Picture string    `json:"picture,omitempty"`
}

// calibrating is the command line of calibrate.
type calibrating struct {
	*setup
	places, points        *string
	out, overlay, picture *string
	encoders              *bool
	poses                 *int
}

func calibrate(ctx context.Context, args []string, c console) (any, error) {
	s := &calibrating{setup: newSetup("calibrate -arm usb -camera /dev/video0 -out table.json -overlay table.png", c)}
	s.places = s.String("places", "", "`places` \"X,Y X,Y ...\" in m where the target is put and found, four or "+
		"more; default: twelve over its whole area")
	s.points = s.String("points", "",
		"`points` \"X,Y:U,V ...\" instead: place on the table in m, and where it was clicked in the file of -picture")
	s.out = s.String("out", "", "keep the calibration in this `file`")
	s.overlay = s.String("overlay", "", "draw table and points over the camera's picture into this PNG `file`")
	s.picture = s.String("picture", "", "write the camera's picture, ten times as large, into this PNG `file`, to "+
		"click on; without -points do no more")
	s.encoders = s.Bool("encoders", false, "estimate the encoder offsets instead: the arm moves to -poses, and is "+
		"drawn as the world of -domain, which must look as the workcell does, until it matches the pictures; the "+
		"file of -out has the table of -calibration, and the offsets")
	s.poses = s.Int("poses", 40, "`number` of poses for -encoders, 20 to 200")
	s.NotInFile("encoders", "poses", "places", "points", "out", "overlay", "picture")
	if err := s.parse(args); err != nil {
		return nil, err
	}
	if *s.encoders {
		return s.calibrateEncoders(ctx)
	}
	places, points, err := s.read()
	if err != nil {
		return nil, err
	}
	eye, put, end, err := s.eye(ctx)
	if err != nil {
		return nil, err
	}
	r, err := s.calibrate(eye, put, places, points)
	if err = errors.Join(err, end()); r == nil {
		return nil, err
	}
	return r, err
}

// read reads places and points.
func (s *calibrating) read() (places [][2]float64, points []tracker.Point, err error) {
	if *s.places != "" && *s.points != "" {
		return nil, nil, cli.Usagef("-places and -points: one of them")
	}
	if places = robot.CalibrationPlaces(); *s.places != "" {
		places = nil
		for word := range strings.FieldsSeq(*s.places) {
			at, err := pair(word)
			if err != nil {
				return nil, nil, cli.Usagef("-places: %v", err)
			}
			places = append(places, at)
		}
	}
	for word := range strings.FieldsSeq(*s.points) {
		table, pixel, ok := strings.Cut(word, ":")
		at, err1 := pair(table)
		seen, err2 := pair(pixel)
		if err := errors.Join(err1, err2); !ok || err != nil {
			return nil, nil, cli.Usagef("-points: %q is not X,Y:U,V", word)
		}
		points = append(points, tracker.Point{Table: at, Pixel: [2]float64{seen[0] / enlarged, seen[1] / enlarged}})
	}
	if n := len(points); n > 0 && n < 4 || n == 0 && len(places) < 4 {
		return nil, nil, cli.Usagef("at least four places are needed to calibrate the table")
	}
	return places, points, nil
}

func pair(text string) (at [2]float64, err error) {
	a, b, ok := strings.Cut(text, ",")
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	if !ok || err1 != nil || err2 != nil || math.IsNaN(x+y) || math.IsInf(x+y, 0) {
		return at, fmt.Errorf("%q is not two numbers with a comma between", text)
	}
	return [2]float64{x, y}, nil
}

// handsAway is the time from Enter until the picture counts: for the hand, and for pictures under
// way.
const handsAway = time.Second

// calmly is how long a picture is waited for: nothing moves here.
const calmly = 10 * time.Second

// eye opens the camera: the real one alone, the emulated one with an arm that is turned away. put
// puts the target somewhere, or asks for it.
func (s *calibrating) eye(ctx context.Context) (eye camera.Camera, put func(x, y float64) error, end func() error,
	err error) {
	if !s.workcell.Real() {
		away, _ := sim.Canonical().Keyframe("home")
		away[0] += math.Pi
		s.start = &away
		at, err := s.open(ctx, workcell.Wants{})
		if err != nil {
			return nil, nil, nil, err
		}
		put = func(x, y float64) error { at.emulated.PutTarget(x, y); return nil }
		return at.Camera, put, func() error { return at.close(nil) }, nil
	}
	if !s.workcell.HasCamera() {
		return nil, nil, nil, cli.Usagef("-camera is needed: which camera sees the arm")
	}
	opt := s.workcell.Camera()
	opt.MaxAge, opt.Timeout = handsAway, calmly
	if eye, err = s.workcell.OpenCamera(opt); err != nil {
		return nil, nil, nil, cli.Hint(err, "jacoctl doctor says what is wrong with it")
	}
	lines := readLines(s.stdin, func(string) string { return "" }, func(string) {})
	put = func(x, y float64) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		fmt.Fprintf(s.stderr,
			"put the target at x %+.2f m, y %+.2f m, keep arm and hands out of view, and press Enter\n", x, y)
		line, err := lines.take(ctx)
		if err == nil && line.last {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		s.workcell.Clock.Enter()
		defer s.workcell.Clock.Leave()
		return clock.Sleep(ctx, s.workcell.Clock, handsAway)
	}
	return eye, put, eye.Close, nil
}

// calibrate fits the plane and writes what was asked for.
func (s *calibrating) calibrate(eye camera.Camera, put func(x, y float64) error, places [][2]float64,
	points []tracker.Point) (*calibrated, error) {
	if *s.picture != "" {
		if err := s.writePicture(eye); err != nil || len(points) == 0 {
			return &calibrated{Picture: *s.picture}, err
		}
	}
	var plane *tracker.Plane
	var err error
	if len(points) > 0 {
		if plane, err = tracker.Fit(points); err == nil {
			plane.SetView(camera.ViewOf(eye))
		}
	} else {
		plane, err = robot.Calibrate(eye, places, put)
	}
	if err != nil {
		return nil, err
	}
	r := &calibrated{Points: len(plane.Points()), Out: *s.out, Overlay: *s.overlay, Picture: *s.picture}
	r.Error, r.LeftOut = millimetres(plane.Error()), millimetres(leftOut(plane.Points()))
	if at, ok := plane.Camera(); ok {
		r.Camera = &at
	}
	s.tell(r)
	if *s.overlay != "" {
		if err := s.writeOverlay(eye, plane, r); err != nil {
			return r, err
		}
	}
	if *s.out != "" {
		return r, plane.Save(*s.out)
	}
	return r, nil
}

func (s *calibrating) tell(r *calibrated) {
	if r.Error == nil {
		fmt.Fprintf(s.stderr, "%d points: they always fit; give more to know how good the calibration is\n", r.Points)
	} else {
		fmt.Fprintf(s.stderr, "%d points, %.1f mm off (root mean square)\n", r.Points, *r.Error)
	}
	if r.LeftOut != nil {
		fmt.Fprintf(s.stderr, "each from a fit to the others: %.1f mm off, which is what to expect between them\n",
			*r.LeftOut)
	}
	if r.Camera != nil {
		fmt.Fprintf(s.stderr, "the camera stands at x %+.2f, y %+.2f, z %.2f m\n", r.Camera[0], r.Camera[1],
			r.Camera[2])
	}
}

// millimetres turns m into mm; nil for what is not known.
func millimetres(m float64) *float64 {
	if math.IsNaN(m) {
		return nil
	}
	m *= 1000
	return &m
}

// leftOut returns the root mean square error of each point in the plane that fits the others, m;
// NaN if the others do not make a plane.
func leftOut(points []tracker.Point) float64 {
	sum := 0.0
	for i, p := range points {
		others := append(append([]tracker.Point(nil), points[:i]...), points[i+1:]...)
		plane, err := tracker.Fit(others)
		if err != nil {
			return math.NaN()
		}
		at := plane.Table(p.Pixel)
		sum += (at[0]-p.Table[0])*(at[0]-p.Table[0]) + (at[1]-p.Table[1])*(at[1]-p.Table[1])
	}
	return math.Sqrt(sum / float64(len(points)))
}

func (s *calibrating) writePicture(eye camera.Camera) error {
	frame := make([]uint8, camera.FrameSize)
	if _, err := eye.Frame(frame); err != nil {
		return err
	}
	return writePNG(*s.picture, enlarge(frame))
}

func (s *calibrating) writeOverlay(eye camera.Camera, plane *tracker.Plane, r *calibrated) error {
	frame := make([]uint8, camera.FrameSize)
	if _, err := eye.Frame(frame); err != nil {
		return err
	}
	caption := fmt.Sprintf("%d points", r.Points)
	if r.Error != nil {
		caption += fmt.Sprintf(", %.1f mm off", *r.Error)
	}
	return writePNG(*s.overlay, drawOverlay(frame, plane, caption))
}

// writeFile writes a file by a function.
func writeFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return write(f)
}

// enlarged is how many pixels of a large picture a pixel of the camera's takes in each direction.
const enlarged = 10

// Colours of an overlay.
var (
	gridInk    = color.RGBA{0x30, 0xd0, 0xff, 0xff}
	pointInk   = color.RGBA{0xff, 0xe0, 0x30, 0xff}
	planeInk   = color.RGBA{0x40, 0xff, 0x60, 0xff}
	captionInk = color.RGBA{0xff, 0xff, 0xff, 0xff}
	captionBed = color.RGBA{0x10, 0x10, 0x10, 0xff}
)

// enlarge returns a picture of the camera, each pixel a square.
func enlarge(frame []uint8) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, camera.Side*enlarged, camera.Side*enlarged))
	for y := range camera.Side * enlarged {
		for x := range camera.Side * enlarged {
			o := 3 * (y/enlarged*camera.Side + x/enlarged)
			m.SetRGBA(x, y, color.RGBA{frame[o], frame[o+1], frame[o+2], 0xff})
		}
	}
	return m
}

const gridStep = 0.05 // m between two lines of the table's grid

// drawOverlay draws the area of the target as a grid of 5 cm through the plane, a cross where each
// point was seen, and a circle where the plane has it.
func drawOverlay(frame []uint8, plane *tracker.Plane, caption string) *image.RGBA {
	m := enlarge(frame)
	const left, right = reach.TargetCentreX - reach.TargetSizeX/2, reach.TargetCentreX + reach.TargetSizeX/2
	const near, far = reach.TargetCentreY - reach.TargetSizeY/2, reach.TargetCentreY + reach.TargetSizeY/2
	at := func(x, y float64) [2]float64 { return plane.Pixel([2]float64{x, y}) }
	for i := range int(math.Round((right-left)/gridStep)) + 1 {
		x := left + float64(i)*gridStep
		line(m, at(x, near), at(x, far), gridInk)
	}
	for i := range int(math.Round((far-near)/gridStep)) + 1 {
		y := near + float64(i)*gridStep
		line(m, at(left, y), at(right, y), gridInk)
	}
	for _, corner := range [][2]float64{{left, near}, {right, near}, {left, far}, {right, far}} {
		p := at(corner[0], corner[1])
		text(m, int(p[0]*enlarged)+4, int(p[1]*enlarged)-4, fmt.Sprintf("%+.2f %+.2f", corner[0], corner[1]), gridInk)
	}
	for _, p := range plane.Points() {
		const arm = 0.8 // pixels of the camera
		line(m, [2]float64{p.Pixel[0] - arm, p.Pixel[1]}, [2]float64{p.Pixel[0] + arm, p.Pixel[1]}, pointInk)
		line(m, [2]float64{p.Pixel[0], p.Pixel[1] - arm}, [2]float64{p.Pixel[0], p.Pixel[1] + arm}, pointInk)
		circle(m, plane.Pixel(p.Table), arm, planeInk)
	}
	draw.Draw(m, image.Rect(0, 0, m.Bounds().Dx(), 20), image.NewUniform(captionBed), image.Point{}, draw.Src)
	text(m, 6, 14, caption+"; crosses: seen, circles: by the plane, grid: 5 cm", captionInk)
	return m
}

// line draws from one place of the camera's picture to another. What is outside is not drawn.
func line(m *image.RGBA, from, to [2]float64, ink color.RGBA) {
	n := enlarged * math.Hypot(to[0]-from[0], to[1]-from[1])
	if !(n < 1e5) { // the plane's horizon
		return
	}
	for i := range int(n) + 1 {
		t := float64(i) / max(n, 1)
		x, y := from[0]+t*(to[0]-from[0]), from[1]+t*(to[1]-from[1])
		m.SetRGBA(int(math.Floor(x*enlarged)), int(math.Floor(y*enlarged)), ink)
	}
}

func circle(m *image.RGBA, at [2]float64, radius float64, ink color.RGBA) {
	const corners = 24
	place := func(i int) [2]float64 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		return [2]float64{at[0] + radius*cos, at[1] + radius*sin}
	}
	for i := range corners {
		line(m, place(i), place(i+1), ink)
	}
}

func text(m *image.RGBA, x, y int, words string, ink color.RGBA) {
	d := font.Drawer{Dst: m, Src: image.NewUniform(ink), Face: basicfont.Face7x13, Dot: fixed.P(x, y)}
	d.DrawString(words)
}

func writePNG(path string, m image.Image) error {
	return writeFile(path, func(w io.Writer) error { return png.Encode(w, m) })
}
