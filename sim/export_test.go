package sim

// What tests ask of a model and nobody else does.

// Site returns the position of a named site of body b, world, m.
func (m *Model) Site(d *Data, b int, name string) (Vec3, error) {
	p, err := m.site(b, name)
	if err != nil {
		return Vec3{}, err
	}
	return d.BodyPos[b].Add(d.BodyRot[b].MulVec(p)), nil
}

// Damping returns the viscous damping of joint i, N m s/rad.
func (m *Model) Damping(i int) float64 { return m.damping[i] }

// Motion returns what SetMotion was given.
func (s *Simulator) Motion() Motion { return s.motion }

// Pairs returns the pairs of bodies that must not touch each other, the inner one first: all but
// parent and child. Bodies 1 and up must not touch the table either. There is no margin: shapes may
// come as near as they like.
func (m *Model) Pairs() [][2]int {
	list := make([][2]int, len(m.pairs))
	for i, p := range m.pairs {
		list[i] = [2]int{p.a, p.b}
	}
	return list
}
