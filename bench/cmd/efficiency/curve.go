package main

import (
	"bytes"
	"encoding/json"

	"colonnade/a3c/lab/rundir"
)

// point is one window of training as the curves keep it: score and fraction of targets reached of the episodes that ended
// in it.
type point struct {
	Steps    int64   `json:"steps"`
	Episodes int64   `json:"episodes"`
	Score    float64 `json:"score"`
	Reached  float64 `json:"reached"`
}

func writeCurve(path string, points []point) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	for _, p := range points {
		if err := encoder.Encode(p); err != nil {
			return err
		}
	}
	return write(path, b.Bytes())
}

func readCurve(path string) ([]point, error) { return rundir.ReadMetrics[point](path) }
