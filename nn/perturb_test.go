package nn

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestPerturb: each lateral's input passes by exactly once a step, by its name; changing it changes
// what the top column computes and nothing below; scaling all to nothing leaves the top column's
// own part.
func TestPerturb(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 52))
	second, third := figure7()
	c := tower(t, rng, ReachArch(true, true), second, third)
	n, theta := c.Network, c.Theta
	b := n.NewBatch(1, 5)
	fillBatch(b, rng, false)
	n.Forward(theta, b, 0, 5)
	want := slices.Clone(b.Output(0))
	below, _ := b.State(2, 1)
	belowWant := slices.Clone(below)

	var seen []Lateral
	b.Perturb(func(l Lateral, x []float32) { seen = append(seen, l) })
	n.Forward(theta, b, 0, 5)
	laterals := []Lateral{{1, "fc", "lstm"}, {1, "lstm", "lstm"}, {2, "fc+encoder", "lstm"}, {2, "lstm", "lstm"},
		{1, "lstm", "output"}, {2, "lstm", "output"}}
	if !slices.Equal(seen, laterals) {
		t.Errorf("laterals %v, want %v", seen, laterals)
	}
	if !sameBits(b.Output(0), want) {
		t.Error("looking on changes the output")
	}
	for _, changed := range laterals {
		b.Perturb(func(l Lateral, x []float32) {
			if l == changed {
				for i := range x {
					x[i] += float32(rng.NormFloat64())
				}
			}
		})
		n.Forward(theta, b, 0, 5)
		if sameBits(b.Output(0), want) {
			t.Errorf("noise on %v changes nothing", changed)
		}
		if !sameBits(below, belowWant) {
			t.Errorf("noise on %v reaches the column below", changed)
		}
	}

	b.Perturb(func(l Lateral, x []float32) { clear(x) })
	n.Forward(theta, b, 0, 5)
	alone := slices.Clone(b.Output(0))
	b.Perturb(nil)
	for _, tensor := range n.Tensors() {
		if strings.Contains(tensor.Name, ".lateral") {
			clear(tensor.View(theta))
		}
	}
	n.Forward(theta, b, 0, 5)
	if !slices.Equal(b.Output(0), alone) {
		t.Error("clearing what laterals take is not the same as clearing their weights")
	}
}

// TestPerturbPixels: the laterals of pictures pass by block by block, as many samples in all as
// there are.
func TestPerturbPixels(t *testing.T) {
	rng := rand.New(rand.NewPCG(53, 54))
	c := tower(t, rng, ReachArch(false, true), ReachArch(false, false))
	b := c.Network.NewBatch(1, 5)
	fillBatch(b, rng, false)
	values := map[Lateral]int{}
	b.Perturb(func(l Lateral, x []float32) { values[l] += len(x) })
	c.Network.Forward(c.Theta, b, 0, 5)
	for l, want := range map[Lateral]int{{1, "conv1", "conv2"}: 15 * 15 * 16, {1, "conv2", "fc"}: 6 * 6 * 32,
		{1, "fc", "output"}: 512} {
		if values[l] != 5*want {
			t.Errorf("%v: %d values, want %d", l, values[l], 5*want)
		}
		delete(values, l)
	}
	if len(values) > 0 {
		t.Errorf("laterals %v", values)
	}
	sum := 0
	b.Perturb(func(l Lateral, x []float32) { sum += len(x) })
	if got := testing.AllocsPerRun(10, func() { c.Network.Forward(c.Theta, b, 0, 5) }); got != 0 {
		t.Errorf("%v allocations in a perturbed pass", got)
	}
}
