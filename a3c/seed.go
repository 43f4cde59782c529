package a3c

import (
	"math/rand/v2"

	"colonnade/internal/splitmix"
)

// Uses of the run's seed. Each draws from its own family of seeds, so evaluation never sees an
// episode of training.
const (
	streamActions = iota + 1 // training: action sampling of one worker
	streamEpisode            // training: one episode of one environment
	streamEvaluationEpisode
	streamEvaluationActions
)

// derive mixes numbers into one seed.
func derive(parts ...uint64) uint64 {
	var h uint64
	for _, p := range parts {
		h = splitmix.Mix(h + splitmix.Golden + p)
	}
	return h
}

// EpisodeSeeds returns the two seeds of one episode of an evaluation: of the environment and of the
// sampling of actions (Actor.Begin). Whoever uses them plays the episode that Evaluate played.
func EpisodeSeeds(seed uint64, episode int) (environment, actions uint64) {
	return derive(seed, streamEvaluationEpisode, uint64(episode)),
		derive(seed, streamEvaluationActions, uint64(episode))
}

// TrainingSeed returns the seed of one episode of training: number episode of an environment of a
// worker.
func TrainingSeed(seed uint64, worker, env int, episode int64) uint64 {
	return derive(seed, streamEpisode, uint64(worker), uint64(env), uint64(episode))
}

// ActionSource returns the source of a worker's action sampling at the start of training.
func ActionSource(seed uint64, worker int) *rand.PCG {
	return rand.NewPCG(seed, derive(streamActions, uint64(worker)))
}
