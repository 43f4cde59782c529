// Package kernels computes the inner loops of deep reinforcement learning on
// float32 slices.
package kernels
