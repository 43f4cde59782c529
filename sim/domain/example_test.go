package domain_test

import (
	"fmt"
	"math/rand/v2"

	"colonnade/sim/domain"
	"colonnade/sim/render"
)

// Every episode gets a world of its own.
func ExampleDomain_Draw() {
	d, err := domain.Load("random") // or the path of a file
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := render.NewRenderer(render.DefaultScene(), 64, 64, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	rng := rand.New(rand.NewPCG(1, 2))
	var w domain.World
	for range 3 {
		d.Draw(rng, &w)
		if err := r.SetScene(&w.Scene); err != nil {
			fmt.Println(err)
		}
		if err := r.SetSensor(w.Sensor); err != nil {
			fmt.Println(err)
		}
		fmt.Printf("camera %.2f m high, picture %.0f ms late\n", w.Scene.Camera.Position[2], 1000*w.Motion.Latency)
	}
	// Output:
	// camera 1.76 m high, picture 23 ms late
	// camera 1.72 m high, picture 31 ms late
	// camera 1.74 m high, picture 26 ms late
}

// Domains say where their numbers come from.
func ExampleDomain_Quantities() {
	d, err := domain.Load("robot")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, q := range d.Quantities() {
		if q.Key == "room.drop" {
			fmt.Printf("%s: %g %s (%s)\n", q.Key, q.Low, q.Unit, q.From)
		}
	}
	// Output: room.drop: 0.74 m (height of a desk that cannot be adjusted, EN 527-1: 0.74 m)
}
