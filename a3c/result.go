package a3c

import "colonnade/a3c/stats"

// Result is what an evaluation found. Slices have one element for each episode, in the order of episodes.
type Result struct {
	Scores     []float64 // undiscounted returns
	Lengths    []int     // steps
	Terminated []bool    // ended by a termination, not a time limit

	Mean       float64 // of the scores
	Deviation  float64 // standard deviation of the scores; 0 for a single episode
	CI95       float64 // half width of the 95 % confidence interval of Mean (Student's t); 0 for a single episode: unknown
	Reached    float64 // fraction of episodes with a score above 0
	Violations float64 // fraction of episodes that terminated
	Length     float64 // mean length

	ReachedCI95, ViolationsCI95 stats.Interval // 95 % confidence intervals of the fractions (Wilson)
}

// Join returns the result of all episodes of several evaluations, one after the other.
func Join(results ...Result) Result {
	var all Result
	for _, r := range results {
		all.Scores = append(all.Scores, r.Scores...)
		all.Lengths = append(all.Lengths, r.Lengths...)
		all.Terminated = append(all.Terminated, r.Terminated...)
	}
	all.summarize()
	return all
}

// summarize computes what follows from the episodes.
func (r *Result) summarize() {
	reached, terminated, steps := 0, 0, 0
	for i, s := range r.Scores {
		steps += r.Lengths[i]
		if s > 0 {
			reached++
		}
		if r.Terminated[i] {
			terminated++
		}
	}
	s, n := stats.Summarize(r.Scores), len(r.Scores)
	r.Mean, r.Deviation, r.CI95 = s.Mean, s.Deviation, s.CI95
	r.ReachedCI95, r.ViolationsCI95 = stats.Wilson(reached, n), stats.Wilson(terminated, n)
	if n > 0 {
		r.Reached, r.Violations, r.Length = float64(reached)/float64(n), float64(terminated)/float64(n), float64(steps)/float64(n)
	}
}
