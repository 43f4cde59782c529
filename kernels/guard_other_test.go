//go:build !linux

package kernels

import "testing"

const haveGuards = false

func guarded(testing.TB, int, guardKind) []float32 { panic("no guarded memory here") }

func releaseGuards() {}
