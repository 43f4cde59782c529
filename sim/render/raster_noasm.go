//go:build !amd64 || purego

package render

import "colonnade/sim"

// drawBatches draws nothing, as there are no vector routines.
func (r *Renderer) drawBatches(*[sim.NumBodies]sim.Vec3, *[sim.NumBodies]sim.Mat3, *sim.Vec3) bool {
	return false
}
