package bench

import (
	"context"
	"errors"
	"fmt"

	"colonnade/a3c"
	"colonnade/a3c/training"
	"colonnade/nn"
	"colonnade/sim/reach"
)

// Net is a network of the reach task.
type Net struct{ Recurrent, Wide bool }

// Kind and Width are the words of the flags -net and -width.
func (n Net) Kind() string {
	if n.Recurrent {
		return "recurrent"
	}
	return "feedforward"
}

func (n Net) Width() string {
	if n.Wide {
		return "wide"
	}
	return "narrow"
}

// New builds the network with the scaling and the first parameters that train
// gives it.
func (n Net) New() (*nn.Network, []float32, error) {
	env, err := makeEnv(0, 0)
	if err != nil {
		return nil, nil, err
	}
	return training.NewColumn(nn.ReachArch(n.Recurrent, n.Wide), env, 1)
}

func makeEnv(worker, index int) (a3c.Env, error) { return reach.New(reach.Options{}) }

// Loop is a training run that goes on until it is closed: the reach task and the learner with the
// settings of the command train.
type Loop struct {
	trainer *a3c.Trainer
	windows chan a3c.Metrics
	cancel  context.CancelFunc
	done    chan struct{} // closed when err is set
	err     error
}

// StartLoop begins to train. Each window is so many steps, over all workers.
func StartLoop(n Net, workers int, window int64) (*Loop, error) {
	net, theta, err := n.New()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	l := &Loop{windows: make(chan a3c.Metrics, 1), cancel: cancel, done: make(chan struct{})}
	cfg := a3c.DefaultConfig()
	cfg.Workers, cfg.Steps, cfg.MetricsEvery, cfg.CheckpointEvery = workers, 1<<50, window, 0
	cfg.OnMetrics = func(m a3c.Metrics) error {
		select {
		case l.windows <- m:
		case <-ctx.Done():
		}
		return nil
	}
	if l.trainer, err = a3c.NewTrainer(cfg, net, theta, makeEnv); err != nil {
		cancel()
		return nil, err
	}
	go func() {
		l.err = l.trainer.Run(ctx)
		close(l.done)
	}()
	return l, nil
}

// Next waits for the next window.
func (l *Loop) Next() (a3c.Metrics, error) {
	select {
	case m := <-l.windows:
		return m, nil
	case <-l.done:
		if l.err == nil {
			return a3c.Metrics{}, errors.New("the training run ended")
		}
		return a3c.Metrics{}, fmt.Errorf("the training run ended: %w", l.err)
	}
}

// Close ends the run and waits until its workers stand.
func (l *Loop) Close() error {
	l.cancel()
	<-l.done
	return errors.Join(l.err, l.trainer.Close())
}
