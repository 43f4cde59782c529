package training

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"colonnade/a3c"
)

// scalars returns a row of metrics under the tags that TensorBoard shows: the
// names of metrics.jsonl, in groups. steps is the length of the row's window;
// stages are in microseconds for a step, as in PrintStages.
func (r row) scalars(steps int64) []scalar {
	var all []scalar
	add := func(tag string, value float64) { all = append(all, scalar{Tag: tag, Value: value}) }
	if r.WindowEpisodes > 0 { // a window without an episode has no score
		add("episodes/score", r.Score)
		add("episodes/length", r.Length)
		add("episodes/reached", r.Reached)
		add("episodes/violations", r.Violations)
	}
	add("episodes/reward_per_step", r.RewardPerStep)
	mean := 0.0
	for i, e := range r.Entropy {
		add(fmt.Sprintf("entropy/factor%d", i+1), e)
		mean += e / float64(len(r.Entropy))
	}
	add("entropy/mean", mean)
	add("loss/policy_loss", r.PolicyLoss)
	add("loss/value_loss", r.ValueLoss)
	add("loss/value", r.Value)
	add("loss/explained_value", r.ExplainedValue)
	add("update/grad_norm", r.GradNorm)
	add("update/clipped", r.Clipped)
	add("update/learning_rate", r.LearningRate)
	add("update/policy_lag", r.PolicyLag)
	if t := r.Teacher; t != nil {
		add("teacher/share", t.Share)
		add("teacher/agreement", t.Agreement)
		add("teacher/divergence", t.Divergence)
		add("teacher/feature_loss", t.FeatureLoss)
		add("teacher/sure", t.Sure)
		add("teacher/slowest_action", t.Slowest)
		add("teacher/late_actions", float64(t.Late))
		if t.Alone > 0 {
			add("teacher/student_score", t.Score)
		}
	}
	add("speed/steps_per_second", r.StepsPerSecond)
	add("speed/resident_bytes", float64(r.ResidentBytes))
	if steps > 0 {
		for name, d := range r.Stages.All() {
			add("stages/"+name, float64(d.Nanoseconds())/1e3/float64(steps))
		}
	}
	return all
}

const (
	shownFrames = 4 // of the first environments
	frameGap    = 2 // pixels between two of them
)

// pngBuffer lets one encoder use its megabyte of memory again and again.
type pngBuffer struct{ kept *png.EncoderBuffer }

func (p *pngBuffer) Get() *png.EncoderBuffer  { return p.kept }
func (p *pngBuffer) Put(b *png.EncoderBuffer) { p.kept = b }

// frames returns what the network sees in the first environments, side by side.
// ok is false where it sees no pictures.
func frames(encoder *png.Encoder, size [3]int, s *a3c.Snapshot) (picture eventImage, ok bool, err error) {
	height, width, channels := size[0], size[1], size[2]
	length := height * width * channels
	if length == 0 {
		return picture, false, nil
	}
	var shown [][]uint8
	for _, w := range s.State {
		for at := 0; at+length <= len(w.Pixels) && len(shown) < shownFrames; at += length {
			shown = append(shown, w.Pixels[at:at+length])
		}
	}
	m := image.NewNRGBA(image.Rect(0, 0, len(shown)*(width+frameGap)-frameGap, height))
	for i := range m.Pix {
		m.Pix[i] = 0xff
	}
	for i, pixels := range shown {
		for p := range height * width {
			at := pixels[p*channels:]
			c := color.NRGBA{at[0], at[0], at[0], 0xff}
			if channels >= 3 {
				c.G, c.B = at[1], at[2]
			}
			m.SetNRGBA(i*(width+frameGap)+p%width, p/width, c)
		}
	}
	var b bytes.Buffer
	if err := encoder.Encode(&b, m); err != nil {
		return picture, false, fmt.Errorf("encode a picture for TensorBoard: %w", err)
	}
	return eventImage{Tag: "frames", Height: height, Width: m.Rect.Dx(), PNG: b.Bytes()}, true, nil
}

// writeFrames adds the pictures to the events.
func (r *Run) writeFrames(s *a3c.Snapshot) error {
	size, _ := r.net.Observation()
	picture, ok, err := frames(&r.pictures, size, s)
	if err != nil || !ok {
		return err
	}
	return r.events.Write(s.Steps, nil, picture)
}
