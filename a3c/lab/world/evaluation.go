package world

import "colonnade/a3c"

// MakeEvaluation makes an environment for evaluation: the target has a new place in every episode, whatever
// -target-every says, so that an episode follows from its seed alone.
//
// On the emulated arm each episode has an arm of its own that is switched on at the start, for the same reason, on a cable
// without faults. A real arm is the one that is there: it moves to its starts, and -target-every holds, as a person moves the
// target.
func (o *World) MakeEvaluation(worker, index int) (a3c.Env, error) {
	if o.OneArm() {
		return o.newRobot(worker, index)
	}
	if o.OnArm() {
		return o.newWatchedRobot()
	}
	env, err := o.newReach(1)
	if err != nil {
		return nil, err
	}
	return env, nil
}
