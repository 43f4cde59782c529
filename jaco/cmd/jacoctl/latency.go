package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"colonnade/a3c/cli"
	"colonnade/a3c/stats"
	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/cmd/workcell"
	"colonnade/sim"
	"colonnade/sim/domain"
)

// delays is the result of latency, in seconds.
type delays struct {
	// from a motion to the picture that shows it: motion.latency of a domain
	Picture       float64 `json:"picture"`
	PictureSpread float64 `json:"picture_spread"` // half of the way between the least and the most of all cycles
	Motion        float64 `json:"motion"`         // from a command to its motion: motion.lag of a domain
	MotionSpread  float64 `json:"motion_spread"`
	// from what a frame shows to the motion that follows from it, the policy's own time not
	// included
	Both     float64 `json:"frame_to_motion"`
	Pictures int     `json:"pictures"`
	Out      string  `json:"out,omitempty"`
}

const (
	halfCycle   = 600 * time.Millisecond // of the triangle that the joint moves
	latencyTick = 10 * time.Millisecond
	stillFrames = 10 // before the motion: the picture to compare with
	mostDelay   = 0.5
)

func latency(ctx context.Context, args []string, c console) (any, error) {
	s := newSetup("latency -arm usb -move -camera /dev/video0 -out lab.json", c)
	joint := s.Int("joint", 1, "`joint` to move, 1 to 6: one whose motion the camera sees")
	speed := s.Float64("speed", 0.3, "`rad/s` with which it moves, forwards and back again")
	cycles := s.Int("cycles", 8, "`number` of times")
	out := s.String("out", "",
		"write -domain with the measured delays into this `file`: a domain for training and for -env sim")
	s.NotInFile("out")
	if err := s.parse(args); err != nil {
		return nil, err
	}
	switch {
	case *joint < 1 || *joint > sim.NumArmJoints:
		return nil, cli.Usagef("-joint %d: want 1 to %d", *joint, sim.NumArmJoints)
	case *cycles < 2 || *cycles > 100:
		return nil, cli.Usagef("-cycles %d: want 2 to 100", *cycles)
	case !(*speed >= 0.05 && *speed <= sim.Canonical().MaxSpeed(*joint-1)):
		return nil, cli.Usagef("-speed %g: want 0.05 to %.2f rad/s", *speed, sim.Canonical().MaxSpeed(*joint-1))
	}
	at, err := s.open(ctx, workcell.Wants{Camera: true, Move: true})
	if err != nil {
		return nil, err
	}
	end := at.guardKeys()
	w := wave{at: at, joint: *joint - 1, speed: *speed, cycles: *cycles}
	err = w.run(ctx)
	end()
	if err = at.close(err); err != nil {
		return nil, err
	}
	r, err := w.delays()
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(s.stderr, "from motion to picture %.0f ms (spread %.0f), from command to motion %.0f ms (spread "+
		"%.0f); a frame is answered by motion after %.0f ms and what the policy takes\n",
		1000*r.Picture, 1000*r.PictureSpread, 1000*r.Motion, 1000*r.MotionSpread, 1000*r.Both)
	if *out != "" {
		r.Out = *out
		return r, writeDomain(*out, s.Domain.Domain, r, s.stderr)
	}
	return r, nil
}

// wave moves a joint forwards and back, and keeps what was commanded, where the joint was, and how
// far the picture was from the first one. Times are s since the beginning.
type wave struct {
	at     *site
	joint  int
	speed  float64
	cycles int

	commands, angles, pictures series
}

// series is values over times that rise.
type series struct{ t, y []float64 }

func (s *series) add(t, y float64) {
	if n := len(s.t); n > 0 && t <= s.t[n-1] {
		return
	}
	s.t, s.y = append(s.t, t), append(s.y, y)
}

// value interpolates.
func (s *series) value(t float64) float64 {
	i, _ := slices.BinarySearch(s.t, t)
	switch {
	case i == 0:
		return s.y[0]
	case i == len(s.t):
		return s.y[i-1]
	}
	part := (t - s.t[i-1]) / (s.t[i] - s.t[i-1])
	return s.y[i-1] + part*(s.y[i]-s.y[i-1])
}

func (w *wave) run(ctx context.Context) error {
	still, err := w.still(ctx)
	if err != nil {
		return err
	}
	c, guard := w.at.Clock, w.at.Guard
	begin, frame := c.Now(), make([]uint8, camera.FrameSize)
	seconds := func(t time.Time) float64 { return t.Sub(begin).Seconds() }
	told := 0.0 // where the commands lead, rad
	w.commands.add(0, 0)
	for next, last := begin, begin; ; {
		now := c.Now()
		gone := now.Sub(begin)
		half := int(gone / halfCycle)
		told += w.velocity(int(last.Sub(begin)/halfCycle)) * now.Sub(last).Seconds()
		last = now
		w.commands.add(gone.Seconds(), told)
		var v [sim.NumJoints]float64
		v[w.joint] = w.velocity(half)
		if half >= 2*w.cycles {
			return guard.Stop(ctx)
		}
		if err := guard.SetVelocity(&v); err != nil {
			return err
		}
		if _, err := w.at.Camera.Frame(frame); err != nil {
			return err
		}
		w.pictures.add(seconds(c.Now()), difference(frame, still))
		state := guard.State()
		w.angles.add(seconds(state.QTime), state.Q[w.joint])
		if next = next.Add(latencyTick); next.Before(c.Now()) {
			next = c.Now()
		}
		if err := c.SleepUntil(ctx, next); err != nil {
			return w.at.causeOf(err)
		}
	}
}

// velocity is that of a half cycle, rad/s.
func (w *wave) velocity(half int) float64 {
	if half%2 == 0 {
		return w.speed
	}
	return -w.speed
}

// still returns the mean picture of the arm at rest.
func (w *wave) still(ctx context.Context) ([]float64, error) {
	mean, frame := make([]float64, camera.FrameSize), make([]uint8, camera.FrameSize)
	for range stillFrames {
		if err := clock.Sleep(ctx, w.at.Clock, latencyTick); err != nil {
			return nil, err
		}
		if _, err := w.at.Camera.Frame(frame); err != nil {
			return nil, err
		}
		for i, p := range frame {
			mean[i] += float64(p) / stillFrames
		}
	}
	return mean, nil
}

// difference is the mean absolute difference of two pictures.
func difference(a []uint8, b []float64) (sum float64) {
	for i := range a {
		sum += math.Abs(float64(a[i]) - b[i])
	}
	return sum / float64(len(a))
}

// delays works the delays out, cycle by cycle but for the first, which begins at rest.
func (w *wave) delays() (*delays, error) {
	var pictures, motions []float64
	cycle := 2 * halfCycle.Seconds()
	for i := 1; i < w.cycles; i++ {
		from, to := float64(i)*cycle, float64(i+1)*cycle
		picture, ok1 := lag(w.pictures.between(from, to), &w.angles)
		motion, ok2 := lag(w.angles.between(from, to), &w.commands)
		if !ok1 || !ok2 {
			return nil, cli.Hint(fmt.Errorf("cycle %d: the motion of joint %d cannot be told in the pictures, or in "+
				"the angles", i+1, w.joint+1),
				"take a joint that the camera sees moving, or a higher -speed")
		}
		pictures, motions = append(pictures, picture), append(motions, motion)
	}
	r := &delays{Pictures: len(w.pictures.t)}
	r.Picture, r.PictureSpread = stats.Median(pictures), spread(pictures)
	r.Motion, r.MotionSpread = stats.Median(motions), spread(motions)
	r.Both = r.Picture + r.Motion
	return r, nil
}

func (s *series) between(from, to float64) *series {
	i, _ := slices.BinarySearch(s.t, from)
	j, _ := slices.BinarySearch(s.t, to)
	return &series{s.t[i:j], s.y[i:j]}
}

// spread returns half of the range.
func spread(values []float64) float64 { return (slices.Max(values) - slices.Min(values)) / 2 }

const (
	lagStep    = 0.001 // s
	leastMatch = 0.8   // correlation
)

// lag returns by how much effect lags behind cause, s: the shift with the largest correlation. ok
// is false where nothing matches, or the best shift is at the end of what is tried.
func lag(effect, cause *series) (shift float64, ok bool) {
	best := math.Inf(-1)
	const earliest = -0.05
	for tau := earliest; tau <= mostDelay; tau += lagStep {
		if r := correlation(effect, cause, tau); r > best {
			best, shift = r, tau
		}
	}
	return shift, best >= leastMatch && shift > earliest+lagStep && shift < mostDelay-2*lagStep
}

// correlation is that of effect and cause, the latter tau earlier.
func correlation(effect, cause *series, tau float64) float64 {
	n := float64(len(effect.t))
	var sx, sy, sxx, syy, sxy float64
	for i, t := range effect.t {
		x, y := cause.value(t-tau), effect.y[i]
		sx, sy, sxx, syy, sxy = sx+x, sy+y, sxx+x*x, syy+y*y, sxy+x*y
	}
	return (sxy - sx*sy/n) / math.Sqrt((sxx-sx*sx/n)*(syy-sy*sy/n))
}

// writeDomain writes a domain with its delays replaced by measured ones, as far as domains allow
// them.
func writeDomain(path string, base *domain.Domain, r *delays, stderr io.Writer) error {
	quantities := base.Quantities()
	for _, measured := range []struct {
		key         string
		value, most float64
	}{
		{"motion.latency", r.Picture, sim.ControlStep}, {"motion.lag", r.Motion, sim.MaxLag},
	} {
		value := math.Round(1000*max(0, min(measured.value, measured.most))) / 1000
		if math.Abs(value-measured.value) > lagStep {
			fmt.Fprintf(stderr, "%s is %.3f s, and a domain has 0 to %.1f: %.3f is written\n", measured.key,
				measured.value, measured.most, value)
		}
		q := domain.Quantity{Key: measured.key, Unit: "s", Low: value, High: value, From: "measured by jacoctl latency"}
		if i := slices.IndexFunc(quantities, func(q domain.Quantity) bool { return q.Key == measured.key }); i >= 0 {
			quantities[i] = q
		} else {
			quantities = append(quantities, q)
		}
	}
	return writeFile(path, func(w io.Writer) error {
		return domain.Write(w, base.Name()+"-measured",
			"As "+base.Name()+", with the delays that jacoctl latency measured.", quantities)
	})
}
