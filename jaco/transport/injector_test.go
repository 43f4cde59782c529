package transport

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"colonnade/jaco/clock"
)

func mustInject(t *testing.T, v clock.Clock, seed uint64, text string) *Injector {
	t.Helper()
	rules, err := ParseRules(text)
	if err != nil {
		t.Fatal(err)
	}
	j, err := NewInjector(v, seed, rules)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestFaults(t *testing.T) {
	packet := bytes.Repeat([]byte{7}, 64)
	for _, c := range []struct {
		rules string
		want  error         // of the second exchange
		took  time.Duration // by it
		check func(got []byte) bool
	}{
		{"delay out transfer 2 for 30ms", nil, 32 * time.Millisecond, nil},
		{"delay in transfer 2 for 150ms", ErrTimeout, 100 * time.Millisecond, nil},
		{"lose out transfer 2", ErrTimeout, 100 * time.Millisecond, nil},
		{"lose in every 2", ErrTimeout, 100 * time.Millisecond, nil},
		{"stall out transfer 2", ErrStall, 0, nil},
		{"stall in transfer 2", ErrStall, time.Millisecond, nil},
		{"stall transfer 3", ErrStall, 0, nil},
		{"short in transfer 2", nil, 2 * time.Millisecond, func(got []byte) bool { return len(got) < 64 }},
		{"short out transfer 2", ErrStall, time.Millisecond, nil},
		{"garbage in transfer 2", nil, 2 * time.Millisecond, func(got []byte) bool { return len(got) == 64 && !bytes.Equal(got, packet) }},
		{"garbage out transfer 2", nil, 2 * time.Millisecond, func(got []byte) bool { return len(got) == 64 && !bytes.Equal(got, packet) }},
		{"unplug out transfer 2", ErrNoDevice, -1, nil},
		{"unplug in transfer 2", ErrNoDevice, 2 * time.Millisecond, nil},
	} {
		t.Run(c.rules, func(t *testing.T) {
			v, _, m := world(t)
			j := mustInject(t, v, 1, c.rules)
			conn := mustOpen(t, j.Opener(m.Open))
			if got, err := exchange(conn, v, 100*time.Millisecond, packet); err != nil || !bytes.Equal(got, packet) {
				t.Fatalf("first exchange: % x, %v", got, err)
			}
			start := v.Now()
			got, err := exchange(conn, v, 100*time.Millisecond, packet)
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if took := v.Now().Sub(start); c.took >= 0 && took != c.took {
				t.Errorf("took %v, want %v", took, c.took)
			}
			if c.check != nil && !c.check(got) {
				t.Errorf("got % x", got)
			}
		})
	}
}

// The cable may come out at any byte: the host sees so many bytes and ErrNoDevice, and can open
// again when the device is back.
func TestUnplugAtAnyByte(t *testing.T) {
	packet := bytes.Repeat([]byte{7}, 64)
	for at := 1; at <= 3*128; at++ {
		v, _, m := world(t)
		j := mustInject(t, v, 1, fmt.Sprintf("unplug byte %d for 2s", at))
		open := j.Opener(m.Open)
		conn := mustOpen(t, open)
		var total int
		var err error
		for err == nil {
			var n int
			n, err = conn.Write(background, packet)
			total += n
			if err == nil {
				n, err = conn.Read(background, make([]byte, 64))
				total += n
			}
		}
		if total != at || !errors.Is(err, ErrNoDevice) {
			t.Fatalf("unplugged at byte %d: %d bytes went over, %v", at, total, err)
		}
		if _, err := conn.Write(background, packet); !errors.Is(err, ErrNoDevice) {
			t.Fatalf("a dead connection gave %v", err)
		}
		if _, err := open(background); !errors.Is(err, ErrNoDevice) {
			t.Fatalf("open at once gave %v", err)
		}
		clock.Sleep(background, v, 2*time.Second)
		if _, err := exchange(mustOpen(t, open), v, time.Second, packet); err != nil && at%128 == 0 {
			t.Fatalf("after it was back: %v", err)
		}
		if j.Count(Unplug) != 1 {
			t.Fatalf("unplugged %d times", j.Count(Unplug))
		}
	}
}

// run makes exchanges under random faults and returns what happened.
func run(t *testing.T, seed uint64) (log []string) {
	v, _, m := world(t)
	j := mustInject(t, v, seed, "lose chance 0.1; garbage in chance 0.1; short chance 0.05; delay chance 0.1 for 3ms; stall out chance 0.05")
	conn := mustOpen(t, j.Opener(m.Open))
	for i := range 300 {
		got, err := exchange(conn, v, 10*time.Millisecond, bytes.Repeat([]byte{byte(i)}, 64))
		log = append(log, fmt.Sprintf("%x %v %v", got, err, v.Now().Sub(clock.Epoch)))
	}
	for f := range Unplug {
		if j.Count(f) == 0 {
			t.Errorf("no %v in 300 exchanges", f)
		}
	}
	return log
}

func TestInjectorIsDeterministic(t *testing.T) {
	first := run(t, 5)
	if !slices.Equal(first, run(t, 5)) {
		t.Error("the same seed gave other faults")
	}
	if slices.Equal(first, run(t, 6)) {
		t.Error("another seed gave the same faults")
	}
}

func TestRulesRefused(t *testing.T) {
	for _, text := range []string{
		"explode every 3", "lose", "lose every", "lose every x", "lose every -1", "lose every 3 transfer 4",
		"lose chance 1.5", "lose chance NaN", "delay every 3", "lose every 3 for 1s", "lose byte 7", "unplug in byte 7",
		"delay every 2 for -1s", "delay every 2 for 100h", "lose sideways 3",
	} {
		if rules, err := ParseRules(text); err == nil {
			t.Errorf("%q gave %v", text, rules)
		}
	}
	if _, err := NewInjector(clock.Real(), 1, []Rule{{Fault: 9, Every: 1}}); err == nil {
		t.Error("an injector took an invalid rule")
	}
}

// What is parsed reads the same after printing.
func FuzzParseRules(f *testing.F) {
	f.Add("lose in transfer 7 # comment\ndelay in chance 0.01 for 30ms; unplug byte 1234 for 2s")
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := ParseRules(text)
		if err != nil {
			return
		}
		var printed string
		for i := range rules {
			printed += rules[i].String() + "\n"
		}
		again, err := ParseRules(printed)
		if err != nil || !slices.Equal(rules, again) {
			t.Fatalf("%q is printed %q and read %v, %v", text, printed, again, err)
		}
	})
}
