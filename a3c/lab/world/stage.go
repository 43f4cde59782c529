package world

import (
	"image"

	"colonnade/a3c"
	"colonnade/a3c/cli"
)

// Stage is an environment with pictures for people.
type Stage interface {
	a3c.Env
	Picture(width, height int) (*image.RGBA, error)
}

// NewStage makes an environment whose episodes are those of evaluation, with its pictures for people.
func (o *World) NewStage() (Stage, error) {
	if o.OneArm() {
		return nil, cli.Usagef("-arm %s: nothing draws a real arm for people", o.rig.Name())
	}
	if o.OnArm() {
		return o.newWatchedRobot()
	}
	return o.newReach(1)
}

// Picture draws the arm of this episode.
func (f *fresh) Picture(width, height int) (*image.RGBA, error) { return f.lab.Picture(width, height) }
