package sim

import "math"

// stepImplicit looks for the piece of each servo's law that holds at the new velocity. One round
// does in 97 % of the steps of random motion, two in nearly all others. Changing many servos at
// once might go round in circles, so after blockRounds it walks: straight towards the solution for
// the present pieces, up to where the first servo changes its piece, and on from there, which must
// arrive (Katzenelson, Bell System Technical Journal 44, 1965). maxRounds only keeps a broken state
// from taking forever.
const (
	blockRounds = 4
	maxRounds   = 100
)

// StepImplicit takes damping and the whole servo, its torque limit included, at the new velocity,
// so that it may step at 10 or 20 ms: the servo brings each joint to its command without overshoot.
//
//	M·a = f(v + h·a) - c - damping·(v + h·a),  f(u) = clamp(kv·(clamp(ctrl) - u), ±limit)
//	v += h·a, then q += h·v
//
// The equation has one solution, as M is positive definite and f falls. Which servos are at their
// limit is guessed joint by joint; the system that follows is linear, and where its solution puts
// another servo at its limit, or takes one off, it is solved again.
func (m *Model) StepImplicit(d *Data, ctrl *[NumJoints]float64, h float64) {
	var set [NumJoints]float64
	m.stepImplicit(d, m.clamped(ctrl, &set), nil, h)
}

// piece is a part of a servo's law, torque over relative velocity, in growing order.
type piece int8

const (
	atLower piece = iota - 2 // at the torque limit
	back                     // driving on the back flank of the backlash
	middle                   // without backlash: driving; with backlash: between the flanks, no torque
	front                    // driving on the front flank
	atUpper
)

// law is what the servo of one joint does during a step. Let w = kv·(set point - new velocity of
// the link). Without backlash the torque is w, at most the limit either way. With backlash the
// servo must first take up the room to a flank, hence the dead band from back to front, in units of
// w, and has its limit only for the rest of the step:
//
//	torque
//	  upper |              ____
//	        |             /
//	      0 |      ______/
//	        |     /      front         w
//	 -lower |____/
//	             back
type law struct {
	lower, upper float64 // N m; the torque limit without backlash
	back, front  float64 // N m; both 0 without backlash
	w            float64 // at the old velocity, N m
}

// at returns the piece on which w lies.
func (l *law) at(w float64) piece {
	switch {
	case w > l.front+l.upper:
		return atUpper
	case w < l.back-l.lower:
		return atLower
	case l.front == l.back:
		return middle
	case w > l.front:
		return front
	case w < l.back:
		return back
	}
	return middle
}

// next returns the piece beside on in a direction, 1 or -1, and the w at which it begins.
func (l *law) next(on, direction piece) (to piece, edge float64) {
	if l.front == l.back {
		direction *= 2 // there are no pieces front and back
	}
	to = on + direction
	switch on + to {
	case atUpper + front, atUpper + middle:
		return to, l.front + l.upper
	case front + middle:
		return to, l.front
	case middle + back:
		return to, l.back
	}
	return to, l.back - l.lower
}

// stepImplicit is StepImplicit with set points that are taken as they are, and with backlash
// between servos and links, which it moves on; nil: none.
func (m *Model) stepImplicit(d *Data, set *[NumJoints]float64, p *backlash, h float64) {
	m.pose(d)
	m.evaluate(d)
	w := &d.dyn
	var laws [NumJoints]law
	var on [NumJoints]piece
	var rest, extra, accel [NumJoints]float64
	for i := range NumJoints {
		rest[i] = -w.bias[i] - float64(m.damping[i]*d.V[i])
		if set == nil {
			extra[i] = float64(h * m.damping[i])
			continue
		}
		l := &laws[i]
		l.upper, l.lower = m.maxForce[i], m.maxForce[i]
		l.w = float64(m.kv[i] * (set[i] - d.V[i]))
		if p != nil && i < NumArmJoints {
			ahead, behind := p.half-p.gap[i], p.half+p.gap[i]
			way := float64(h * (set[i] - d.V[i]))
			l.front, l.upper = m.kv[i]*(ahead/h), l.upper*touching(ahead, way)
			l.back, l.lower = -m.kv[i]*(behind/h), l.lower*touching(behind, -way)
		}
		// The first guess: the new velocity if nothing else acted.
		inertia := w.mass[i][i] + float64(h*m.damping[i])
		on[i] = l.at(l.w * inertia / (inertia + float64(h*m.kv[i])))
	}
	var at [NumJoints]float64 // accelerations from which the walk goes on
	for round := range maxRounds {
		accel = rest
		if set == nil {
			w.solve(&extra, &accel)
			break
		}
		m.assume(&laws, &on, &accel, &extra, h)
		w.solve(&extra, &accel)
		var now [NumJoints]piece
		for i := range NumJoints {
			now[i] = laws[i].at(laws[i].w - float64(h*m.kv[i]*accel[i]))
		}
		if now == on {
			break
		}
		switch {
		case round < blockRounds:
			for i := range NumJoints {
				if now[i]*on[i] < 0 {
					now[i] = middle // from one side to the other only by way of the middle
				}
			}
			on = now
		case round == blockRounds:
			at, on = accel, now
		default:
			m.walk(&laws, &on, &now, &at, &accel, h)
		}
	}
	m.integrate(d, &accel, h)
	if p != nil {
		for i := range NumArmJoints {
			p.gap[i] = min(max(p.gap[i]+float64(h*(set[i]-d.V[i])), -p.half), p.half)
		}
	}
}

// assume adds to accel (torques so far) and sets extra (what the diagonal of the mass matrix gains)
// as the servos' laws have it on the given pieces.
func (m *Model) assume(laws *[NumJoints]law, on *[NumJoints]piece, accel, extra *[NumJoints]float64, h float64) {
	for i := range NumJoints {
		l := &laws[i]
		implicit := m.damping[i]
		switch on[i] {
		case atUpper:
			accel[i] += l.upper
		case atLower:
			accel[i] -= l.lower
		case front:
			accel[i] += l.w - l.front
			implicit += m.kv[i]
		case back:
			accel[i] += l.w - l.back
			implicit += m.kv[i]
		case middle:
			if l.front == l.back {
				accel[i] += l.w
				implicit += m.kv[i]
			}
		}
		extra[i] = float64(h * implicit)
	}
}

// walk moves the accelerations at, which lie on the pieces on, towards the solution to for those
// pieces, which lies on now, until the first servo reaches the end of its piece, and puts that one
// on the next.
func (m *Model) walk(laws *[NumJoints]law, on, now *[NumJoints]piece, at, to *[NumJoints]float64, h float64) {
	first, share, beyond := -1, 1.0, middle
	for i := range NumJoints {
		if now[i] == on[i] {
			continue
		}
		direction := piece(1)
		if now[i] < on[i] {
			direction = -1
		}
		l := &laws[i]
		piece, edge := l.next(on[i], direction)
		change := float64(h * m.kv[i])
		from := l.w - float64(change*at[i])
		if t := (edge - from) / (float64(change*at[i]) - float64(change*to[i])); first < 0 || t < share {
			first, share, beyond = i, t, piece
		}
	}
	share = min(max(share, 0), 1)
	for i := range at {
		at[i] += float64(share * (to[i] - at[i]))
	}
	on[first] = beyond
}

// backlash is the play of the arm's joints: what lies between a servo and its link. The two touch
// at the ends of a gap; in between the link hangs freely.
//
//	 link    |_            _|
//	         | |  [servo] | |        gap: angle of the servo less that of the link,
//	         |_|          |_|        from -half (touching the back flank) to half (the front)
//	back flank  <-- gap      front flank
//
// A servo that runs ahead at speed s while the link has velocity v crosses the gap at s - v, and
// drives the link with its usual torque kv·(s - v) once it has arrived; on a flank it can push, not
// pull. Both are one law for a step of h seconds, implicit in the new v, which is monotone, so that
// a step stays as stable as without backlash:
//
//	torque = kv·dead(s - v), at most limit·touching either way
//	dead(u) = u - (half-gap)/h above the front, u + (half+gap)/h below the back, 0 between
//	gap = clamp(gap + h·(s - v), ±half)
//
// touching is what is left of the step after the gap is crossed at the old velocity: without it an
// impact would be braked from the beginning of the step, and where arms end up would depend on the
// step.
//
// The motor's inertia (armature) stays on the link's side, so the link falls through the gap
// somewhat slower than a real one. A link is never farther from its servo than half the backlash,
// plus what the servo lags behind its set point without backlash.
type backlash struct {
	half float64               // rad; 0: no backlash
	gap  [NumArmJoints]float64 // rad
}

// settle puts every link on the flank on which its weight rests, given the torques that hold the
// arm.
func (p *backlash) settle(bias *[NumJoints]float64) {
	for i := range p.gap {
		p.gap[i] = 0
		if bias[i] != 0 {
			p.gap[i] = math.Copysign(p.half, bias[i])
		}
	}
}

// touching returns the share of a step that is left after some room, in rad, has been crossed by
// going way in the step.
func touching(room, way float64) float64 {
	switch {
	case room <= 0:
		return 1
	case way <= room:
		return 0
	}
	return 1 - room/way
}
