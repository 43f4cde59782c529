package sim

import "math"

// play is the backlash of the arm's joints: what lies between a servo and its link. The two touch at the ends of a gap;
// in between the link hangs freely.
//
//	 link    |_            _|
//	         | |  [servo] | |        gap: angle of the servo less that of the link,
//	         |_|          |_|        from -half (touching the back flank) to half (the front)
//	back flank  <-- gap      front flank
//
// A servo that runs ahead at speed s while the link has velocity v crosses the gap at s - v, and drives the link with its
// usual torque kv·(s - v) once it has arrived; on a flank it can push, not pull. Both are one law for a
// step of h seconds, implicit in the new v, which is monotone, so that a step stays as stable as without play:
//
//	torque = kv·dead(s - v), at most limit·touching either way
//	dead(u) = u - (half-gap)/h above the front, u + (half+gap)/h below the back, 0 between
//	gap = clamp(gap + h·(s - v), ±half)
//
// touching is what is left of the step after the gap is crossed at the old velocity: without it an impact would be braked
// from the beginning of the step, and where arms end up would depend on the step.
//
// The motor's inertia (armature) stays on the link's side, so the link falls through the gap somewhat slower than a real
// one. A link is never farther from its servo than half the backlash, plus what the servo lags behind its
// set point without play.
type play struct {
	half float64               // rad; 0: no play
	gap  [NumArmJoints]float64 // rad
}

// settle puts every link on the flank on which its weight rests, given the torques that hold the arm.
func (p *play) settle(bias *[NumJoints]float64) {
	for i := range p.gap {
		p.gap[i] = 0
		if bias[i] != 0 {
			p.gap[i] = math.Copysign(p.half, bias[i])
		}
	}
}

// touching returns the share of a step that is left after some room, in rad, has been crossed by going way in the step.
func touching(room, way float64) float64 {
	switch {
	case room <= 0:
		return 1
	case way <= room:
		return 0
	}
	return 1 - room/way
}
