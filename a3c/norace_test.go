//go:build !race

package a3c

// RaceDetector says that this test binary runs under the race detector.
const RaceDetector = false
