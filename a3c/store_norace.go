//go:build !race

package a3c

import "colonnade/kernels"

// loadAll and update are plain; see the RACE comment of store.

func loadAll(local, shared []float32) { copy(local, shared) }

func update(theta, ms, grad []float32, lr, decay, epsilon float32) {
	kernels.RMSProp(theta, ms, grad, lr, decay, epsilon)
}
