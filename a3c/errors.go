package a3c

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"colonnade/nn"
)

// ErrNotFinite is wrapped by the error of a run that stopped because a loss, a gradient or the
// parameters were not finite. Nothing of such a gradient was pushed, and such parameters are in no
// snapshot.
var ErrNotFinite = errors.New("not a finite number")

// WorkerError is what happened to which worker, when: why a run stopped, or why a worker was
// replaced.
type WorkerError struct {
	Worker int   // which worker, from 0
	Step   int64 // environment steps of the whole run when its last rollout began
	Err    error // the cause; a panic's text includes its stack
}

func (e *WorkerError) Error() string {
	return fmt.Sprintf("worker %d at step %d: %v", e.Worker, e.Step, e.Err)
}

// Unwrap returns the cause.
func (e *WorkerError) Unwrap() error { return e.Err }

// panicError is a panic that was caught, with the stack it had.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.value, e.stack) }

// notFinite names the layers whose gradient is NaN or infinite. They spread from where they arise
// towards the inputs, so the last one in the order of the table, the nearest to the output, is
// named first.
func notFinite(net *nn.Network, theta, grad []float32) error {
	bad := tensorsNotFinite(net, grad)
	if len(bad) == 0 {
		return fmt.Errorf("the length of the gradient is %w, though each element is finite", ErrNotFinite)
	}
	text := "the gradient of " + bad[len(bad)-1]
	if n := len(bad) - 1; n > 0 {
		text += fmt.Sprintf(" (and of %d more tensors: %s)", n, strings.Join(bad[:n], ", "))
	}
	if already := tensorsNotFinite(net, theta); len(already) > 0 {
		text += ", with the parameters of " + strings.Join(already, ", ") + " broken already,"
	}
	return fmt.Errorf("%s is %w", text, ErrNotFinite)
}

func tensorsNotFinite(net *nn.Network, v []float32) []string {
	var names []string
	for _, t := range net.Tensors() {
		for _, x := range t.View(v) {
			if !finite(x) {
				names = append(names, t.Name)
				break
			}
		}
	}
	return names
}

func finite[F number](x F) bool { return !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0) }

func allFinite[F number](x []F) bool {
	return !slices.ContainsFunc(x, func(v F) bool { return !finite(v) })
}
