package serve_test

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"colonnade/sim/reach"
	"colonnade/sim/serve"
)

const benchEnvs = 64

// BenchmarkLoop measures a step of one of 64 environments with random actions, resets included: in
// goroutines that each step environments of their own and wait for nobody, and served to a client.
// sim/python/rate.py puts the loop in Python beside it.
func BenchmarkLoop(b *testing.B) {
	actions := make([]int64, 9*1021)
	g := lcg(1)
	g.fill(actions)
	for threads := 1; threads <= runtime.GOMAXPROCS(0); threads++ {
		b.Run(fmt.Sprintf("loop=process/threads=%d", threads), func(b *testing.B) {
			opt, err := options(b, reach.Reach, "sim", 1).Share()
			if err != nil {
				b.Fatal(err)
			}
			twins := newTwins(b, opt, benchEnvs)
			for i, w := range twins {
				w.reset(b, i)
			}
			b.ReportAllocs()
			b.ResetTimer()
			var all sync.WaitGroup
			for t := range threads {
				all.Go(func() {
					own := twins[benchEnvs*t/threads : benchEnvs*(t+1)/threads]
					for k := t; k < b.N; k += threads {
						w := own[k/threads%len(own)]
						if w.ended {
							w.reset(b, k)
						}
						w.step(b, actions[9*(k%1021):])
					}
				})
			}
			all.Wait()
		})
		b.Run(fmt.Sprintf("loop=server/threads=%d", threads), func(b *testing.B) {
			k := connect(b, serve.Config{Envs: benchEnvs, Threads: threads, Autoreset: serve.SameStep})
			k.maskAll()
			k.must(3, 0)
			b.ReportAllocs()
			b.ResetTimer()
			for n := 0; n < b.N; n += benchEnvs {
				at := n % (1021 - benchEnvs)
				copy(k.actions(), actions[9*at:])
				k.seeds()[n/benchEnvs%benchEnvs]++
				k.must(2, 0)
			}
		})
	}
}
