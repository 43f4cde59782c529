//go:build !amd64 || purego

package sim

// modelLanes and dataLanes would hold the bodies' numbers for vector routines.
type (
	modelLanes struct{}
	dataLanes  struct{}
)

func (l *modelLanes) set(*Model) {}

// evaluate fills the mass matrix and the bias of d.dyn for d.Q, whose kinematics must be current,
// and d.V.
func (m *Model) evaluate(d *Data) { m.evaluateGeneric(d) }

func sincosAll(q, sin, cos *[NumJoints]float64) { sincosGeneric(q, sin, cos) }

func (m *Model) poseBodies(d *Data, sin, cos *[NumJoints]float64) { m.poseGeneric(d, sin, cos) }
