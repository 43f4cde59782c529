package safety

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// EmergencyStop stops the arm, whatever it does, and does not wait for it: Stop does, afterwards. It stays stopped until ResetEmergencyStop. why
// says who pulled it: a key, a signal.
func (g *Guard) EmergencyStop(why string) {
	g.stop(&Trip{Cause: Emergency, What: why, Q: g.arm.State().Q})
}

// ResetEmergencyStop allows Resume again. It fails while the stop file is there.
func (g *Guard) ResetEmergencyStop() error {
	if err := g.checkStopFile(); err != nil {
		return err
	}
	g.mu.Lock()
	g.emergency = nil
	g.mu.Unlock()
	g.opt.Log.write(Entry{Time: g.opt.Arm.Clock.Now(), Kind: "reset", Text: "the emergency stop was reset"})
	return nil
}

// checkStopFile fails while the stop file is there, and while nobody can tell.
func (g *Guard) checkStopFile() error {
	if g.opt.StopFile == "" {
		return nil
	}
	_, err := os.Lstat(g.opt.StopFile)
	switch {
	case err == nil:
		return fmt.Errorf("%w: the file %s is there; remove it first", ErrEmergency, g.opt.StopFile)
	case errors.Is(err, os.ErrNotExist):
		return nil
	}
	return fmt.Errorf("%w: nobody can tell whether the stop file is there: %w", ErrEmergency, err)
}

// filePeriod is how often the stop file is looked for.
const filePeriod = 20 * time.Millisecond

// watchFile pulls the emergency stop when the stop file appears. It ends with Close.
func (g *Guard) watchFile() {
	c := g.opt.Arm.Clock
	for there := false; ; {
		if err := c.Wait(context.Background(), g.closed, 0, c.Now().Add(filePeriod)); err == nil {
			return
		}
		err := g.checkStopFile()
		if err != nil && !there {
			g.EmergencyStop(err.Error())
		}
		there = err != nil
	}
}
