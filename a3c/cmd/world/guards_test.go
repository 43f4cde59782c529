package world

import (
	"strings"
	"testing"

	"colonnade/jaco/robot"
	"colonnade/sim/domain"
)

// The button stops all arms that are in use, for good, and the page says so.
func TestWatchedArms(t *testing.T) {
	arms := watchedArms{guards: new(guards)}
	if s := arms.Safety(); !s.Fine || s.State != "not in use" || arms.Stop() == nil {
		t.Errorf("without an arm: %+v", s)
	}
	if a := arms.Asked(); a.Text != "" || arms.Confirm(0) {
		t.Errorf("arms that wait for nobody: %+v", a)
	}
	d, err := domain.Load("sim")
	if err != nil {
		t.Fatal(err)
	}
	var w domain.World
	d.Draw(nil, &w)
	cell, err := robot.Emulate(robot.Emulation{World: &w})
	if err != nil {
		t.Fatal(err)
	}
	env, err := robot.New(robot.Options{Workcell: cell.Workcell})
	if err != nil {
		t.Fatal(err)
	}
	defer env.Close()
	arms.add(cell.Guard)
	if err := env.Reset(1, nil, nil); err != nil {
		t.Fatal(err)
	}
	if s := arms.Safety(); !s.Fine || s.Stopped || s.State != "obeys" || len(s.Details) != 4 {
		t.Errorf("at work: %+v", s)
	}
	if err := arms.Stop(); err != nil {
		t.Fatal(err)
	}
	if s := arms.Safety(); s.Fine || !s.Stopped || !strings.Contains(s.State, "the live page") {
		t.Errorf("stopped: %+v", s)
	}
	if _, _, _, err := env.Step(make([]int, 9), nil, nil); err == nil {
		t.Error("the arm goes on")
	}
}
