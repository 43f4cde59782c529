package world

import "testing"

// TestElsewhere: the other domain is the one that the flag would give, and the first world stays as it is.
func TestElsewhere(t *testing.T) {
	here, _ := flags(t, "-task", "conveyor")
	there, err := here.Elsewhere("robot")
	if err != nil {
		t.Fatal(err)
	}
	want, _ := flags(t, "-task", "conveyor", "-domain", "robot")
	a, err := there.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := want.Fingerprint(); err != nil || a != b || there.String() != want.String() || here.Domain() != "sim" {
		t.Errorf("%s (%s), want %s (%s, %v); here is %s", there, a, want, b, err, here)
	}
	if _, err := here.Elsewhere("robto"); err == nil {
		t.Error("an unknown domain: no error")
	}
}
