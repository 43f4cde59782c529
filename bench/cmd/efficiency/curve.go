package main

import (
	"bytes"
	"encoding/json"

	"colonnade/a3c/training"
	"colonnade/bench/figure"
	"colonnade/nn/safetensors"
)

func writeCurve(path string, points []figure.Point) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	for _, p := range points {
		if err := encoder.Encode(p); err != nil {
			return err
		}
	}
	return safetensors.WriteFile(path, b.Bytes())
}

func readCurve(path string) ([]figure.Point, error) { return training.ReadMetrics[figure.Point](path) }
