package distill

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"colonnade/a3c"
	"colonnade/kernels"
	"colonnade/nn"
)

// learner trains the student on frames. One goroutine uses it. It allocates nothing in an update.
type learner struct {
	cfg      a3c.Config
	settings Settings
	net      *nn.Network
	policy   a3c.Policy
	cells    []int // LSTM cells of each column
	frames   *frames
	theta    []float32
	grad     []float32
	adam     adam
	batch    *nn.Batch // (Window steps, Windows environments)
	source   *rand.PCG
	rng      *rand.Rand

	buffer   []byte    // the records of a window
	frame    *frame    // one of them
	teacher  []float32 // (samples, outputs) logits and value
	features []float32 // (samples, features)
	sure     []bool    // (samples)

	logTeacher, probTeacher, logp, prob []float32 // (samples, logits)
}

// streamWindows keeps the draws of windows apart from all other random numbers of a seed.
const streamWindows = 0x77696e64

func newLearner(cfg a3c.Config, set Settings, net *nn.Network, theta []float32, f *frames) *learner {
	p := a3c.NewPolicy(net.Arch().Choices)
	samples := set.Window * set.Windows
	l := &learner{
		cfg: cfg, settings: set, net: net, policy: p, cells: cellsOf(net), frames: f,
		theta: append([]float32(nil), theta...), grad: make([]float32, len(theta)), adam: newAdam(len(theta)),
		batch: net.NewBatch(set.Window, set.Windows), source: rand.NewPCG(cfg.Seed, streamWindows),
		buffer: make([]byte, int64(set.Window)*f.size), frame: f.shape.newFrame(),
		teacher: make([]float32, samples*f.shape.Outputs), features: make([]float32, samples*f.shape.Features),
		sure: make([]bool, samples), logTeacher: make([]float32, samples*p.Logits()), probTeacher: make([]float32,
			samples*p.Logits()),
		logp: make([]float32, samples*p.Logits()), prob: make([]float32, samples*p.Logits()),
	}
	l.rng = rand.New(l.source)
	return l
}

// update trains on windows drawn from all frames, at the learning rate of a step of the run, and
// adds to the sums. It does nothing before there is a window.
func (l *learner) update(steps int64, s *sums) error {
	if l.frames.Len() < int64(l.settings.Window) {
		return nil
	}
	mark := time.Now()
	for e := range l.settings.Windows {
		from, err := l.draw()
		if err != nil {
			return err
		}
		if err := l.load(e, from); err != nil {
			return err
		}
	}
	lap(&mark, &s.stages.Other)
	for t := range l.settings.Window {
		l.net.Forward(l.theta, l.batch, t, l.settings.Windows)
	}
	lap(&mark, &s.stages.Forward)
	l.loss(s)
	lap(&mark, &s.stages.Other)
	clear(l.grad)
	l.net.Backward(l.theta, l.grad, l.batch, l.settings.Window)
	lap(&mark, &s.stages.Backward)
	err := l.step(steps, s)
	lap(&mark, &s.stages.Push)
	return err
}

func lap(mark *time.Time, stage *int64) {
	now := time.Now()
	*stage += int64(now.Sub(*mark))
	*mark = now
}

// drawTries is how often a window without damaged frames is looked for.
const drawTries = 10_000

// draw returns the number of a window's first frame.
func (l *learner) draw() (int64, error) {
	window := int64(l.settings.Window)
	for range drawTries {
		from := l.rng.Int64N(l.frames.Len() - window + 1)
		if l.frames.usable(from, window) {
			return from, nil
		}
	}
	return 0, fmt.Errorf("%d of %d frames are damaged: no %d in a row are left", l.frames.Damaged(), l.frames.Len(),
		window)
}

// load reads a window of frames into the batch's row e.
func (l *learner) load(e int, from int64) error {
	if err := l.frames.read(from, int64(l.settings.Window), l.buffer); err != nil {
		return err
	}
	b, f, shape := l.batch, l.frame, l.frames.shape
	for t := range l.settings.Window {
		i := t*l.settings.Windows + e
		f.pixels, f.proprio = b.Pixels(t, e), b.Proprioception(t, e)
		f.output = l.teacher[i*shape.Outputs : (i+1)*shape.Outputs]
		f.features = l.features[i*shape.Features : (i+1)*shape.Features]
		record := l.buffer[int64(t)*l.frames.size : int64(t+1)*l.frames.size]
		f.decode(record[checksumSize+numberSize:])
		b.First(t)[e], l.sure[i] = f.first, f.sure
		if t == 0 {
			l.enter(e)
		}
	}
	return nil
}

// enter makes the states that were kept with a window's first frame those before step 0 of the
// batch's row e.
func (l *learner) enter(e int) {
	h, c := l.frame.h, l.frame.c
	for k, n := range l.cells {
		h0, c0 := l.batch.State(k+1, 0)
		h = h[copy(h0[e*n:(e+1)*n], h):]
		c = c[copy(c0[e*n:(e+1)*n], c):]
	}
}

// loss writes the gradient of the loss by the outputs and by the features. Its mean is over all
// samples; those at which the teacher did not know the state count as learnt.
func (l *learner) loss(s *sums) {
	windows, logits, width := l.settings.Windows, l.policy.Logits(), l.frames.shape.Features
	weight := 1 / float32(l.settings.Window*windows)
	valueCost, featureCost := 2*float32(l.cfg.ValueCost)*weight, 2*float32(l.settings.FeatureCost)*weight
	l.policy.LogSoftmax(len(l.sure), l.teacher, l.logTeacher, l.probTeacher)
	for t := range l.settings.Window {
		output, doutput := l.batch.Output(t), l.batch.DOutput(t)
		l.policy.LogSoftmax(windows, output, l.logp[t*windows*logits:], l.prob[t*windows*logits:])
		clear(doutput)
		var features, dfeatures []float32
		if width > 0 {
			features, dfeatures = l.batch.Features(t), l.batch.DFeatures(t)
			clear(dfeatures)
		}
		for e := range windows {
			i := t*windows + e
			if !l.sure[i] {
				continue
			}
			p, q := l.prob[i*logits:(i+1)*logits], l.probTeacher[i*logits:(i+1)*logits]
			d := doutput[e*(logits+1) : (e+1)*(logits+1)]
			for k := range logits {
				d[k] = weight * (p[k] - q[k])
			}
			off := output[e*(logits+1)+logits] - l.teacher[i*(logits+1)+logits]
			d[logits] = valueCost * off
			s.trained++
			s.divergenceTrained += divergence(l.logTeacher[i*logits:(i+1)*logits], q, l.logp[i*logits:(i+1)*logits])
			s.valueLoss += float64(off) * float64(off)
			for k := range width {
				off := features[e*width+k] - l.features[i*width+k]
				dfeatures[e*width+k] = featureCost * off
				s.featureLoss += float64(off) * float64(off)
			}
		}
	}
}

// step clips the gradient and applies it.
func (l *learner) step(steps int64, s *sums) error {
	norm := math.Sqrt(kernels.SumSquares(l.grad))
	if !finite(norm) || !finite(s.divergenceTrained) || !finite(s.valueLoss) {
		return fmt.Errorf("gradient or loss are %w: the student has diverged; a lower learning rate may keep it",
			a3c.ErrNotFinite)
	}
	s.updates++
	s.gradNorm += norm
	if most := l.cfg.ClipNorm; most > 0 && norm > most {
		kernels.Scale(l.grad, float32(most/norm))
		s.clipped++
	}
	l.adam.step(l.theta, l.grad, l.cfg.Rate(steps, float64(steps)/float64(l.cfg.Steps)))
	return nil
}
