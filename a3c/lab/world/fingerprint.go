package world

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/minio/highwayhash"

	"colonnade/a3c"
)

const (
	fingerprintEpisodes = 4
	fingerprintSteps    = 60
)

// Fingerprint returns a short hash of how an environment looks, moves and
// rewards: the HighwayHash-64 (zero key) of what it gives to a few episodes of
// fixed actions. Two worlds with one fingerprint are the same to a policy.
// Proprioception enters rounded to 1e-4, so that the last bits of the dynamics
// do not matter.
func Fingerprint(env a3c.Env) (string, error) {
	pixels, proprio, choices := env.Spec()
	frame := make([]uint8, pixels[0]*pixels[1]*pixels[2])
	joints := make([]float32, proprio)
	action := make([]int, len(choices))
	rng := rand.New(rand.NewPCG(1, 2))
	hash, err := highwayhash.New64(make([]byte, highwayhash.Size))
	if err != nil {
		return "", fmt.Errorf("fingerprint: %w", err)
	}
	var word []byte
	note := func(values ...float64) {
		word = word[:0]
		for _, v := range values {
			word = binary.LittleEndian.AppendUint64(word, uint64(int64(math.Round(v*1e4))))
		}
		hash.Write(word)
	}
	look := func() {
		hash.Write(frame)
		for _, v := range joints {
			note(float64(v))
		}
	}
	for _, n := range append([]int{proprio}, append(pixels[:], choices...)...) {
		note(float64(n))
	}
	for episode := range fingerprintEpisodes {
		if err := env.Reset(uint64(episode), frame, joints); err != nil {
			return "", fmt.Errorf("fingerprint: %w", err)
		}
		look()
		for range fingerprintSteps {
			for i, n := range choices {
				action[i] = rng.IntN(n)
			}
			reward, terminated, truncated, err := env.Step(action, frame, joints)
			if err != nil {
				return "", fmt.Errorf("fingerprint: %w", err)
			}
			look()
			note(float64(reward))
			if terminated || truncated {
				break
			}
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
