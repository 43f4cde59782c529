package reach_test

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/minio/highwayhash"

	"colonnade/sim/reach"
)

var update = flag.Bool("update", false, "rewrite testdata/snapshots.txt with what happens now")

const snapshotHeader = `# HighwayHash-256 (key: 32 zero bytes) of what a few episodes of random actions show and of every state between.
# They must be the same on every machine and with every build: if a change means to alter worlds or episodes, say so, and
# run  go test ./sim/reach -run TestSnapshots -update
`

// TestSnapshots holds whole episodes, from seed to pixels, to the bit. Worlds other than sim are
// held without their pixels, which package render and package domain have snapshots of.
func TestSnapshots(t *testing.T) {
	path := filepath.Join("testdata", "snapshots.txt")
	want := make(map[string]string)
	if f, err := os.Open(path); err == nil {
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if name, hash, ok := strings.Cut(lines.Text(), " "); ok && name != "#" {
				want[name] = hash
			}
		}
		f.Close()
	}
	text := snapshotHeader
	for _, task := range []reach.Task{reach.Reach, reach.Conveyor} {
		for _, domain := range []string{"sim", filepath.Join("testdata", "moving.json")} {
			opt := reach.Options{Task: task, Domain: load(t, domain), TargetEvery: 2}
			name := fmt.Sprintf("%v/%s", task, opt.Domain.Name())
			hash := episodesHash(t, opt, domain == "sim")
			text += name + " " + hash + "\n"
			if hash != want[name] && !*update {
				t.Errorf("%s has hash %s, want %s; %s tells what to do if that is intended", name, hash, want[name],
					path)
			}
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func episodesHash(t *testing.T, opt reach.Options, draw bool) string {
	e := newEnv(t, opt)
	h, err := highwayhash.New(make([]byte, highwayhash.Size))
	if err != nil {
		t.Fatal(err)
	}
	var pixels []uint8
	if draw {
		pixels = make([]uint8, 64*64*3)
	}
	proprio := make([]float32, 18)
	note := func(reward float32) {
		state, err := e.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		h.Write(state)
		h.Write(pixels)
		for _, x := range append(proprio, reward) {
			h.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(x)))
		}
	}
	rng := rand.New(rand.NewPCG(11, 11))
	for seed := range uint64(8) {
		if err := e.Reset(seed, pixels, proprio); err != nil {
			t.Fatal(err)
		}
		note(0)
		for done := false; !done; {
			reward, terminated, truncated, err := e.Step(randomAction(rng), pixels, proprio)
			if err != nil {
				t.Fatal(err)
			}
			note(reward)
			done = terminated || truncated
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
