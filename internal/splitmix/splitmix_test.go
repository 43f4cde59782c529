package splitmix

import "testing"

// TestMix holds the first numbers from seed 1234567 against those of the authors' C code, as
// Rosetta Code lists them ("Pseudo-random numbers/Splitmix64").
func TestMix(t *testing.T) {
	state := uint64(1234567)
	for i, want := range []uint64{
		6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
	} {
		state += Golden
		if got := Mix(state); got != want {
			t.Errorf("number %d is %d, want %d", i, got, want)
		}
	}
}
