package transport

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Fault is a way in which a transfer goes wrong.
type Fault uint8

// The faults.
const (
	Delay   Fault = iota // the transfer begins late
	Lose                 // the packet disappears; a Write succeeds all the same
	Stall                // the transfer is refused with ErrStall; a reply stays where it is
	Short                // only a part of the packet goes over; a Write then fails with ErrStall
	Garbage              // some bytes are replaced
	Unplug               // the device goes: ErrNoDevice, with the bytes that went over before
	faults               // the number of faults
)

var faultNames = [faults]string{"delay", "lose", "stall", "short", "garbage", "unplug"}

func (f Fault) String() string {
	if f < faults {
		return faultNames[f]
	}
	return fmt.Sprintf("fault %d", uint8(f))
}

// Direction says which transfers a Rule is about.
type Direction uint8

// The directions.
const (
	Both Direction = iota
	Out            // to the device
	In             // from the device
)

var directionNames = [...]string{"", "out", "in"}

// Rule says when which fault happens. Exactly one of Transfer, Every, Chance and Byte is set.
type Rule struct {
	Fault     Fault
	Direction Direction

	Transfer int     // the one with this number, counted from 1 among those of the direction
	Every    int     // each one whose number can be divided by this
	Chance   float64 // each one with this probability, 0 to 1
	Byte     int64   // Unplug only: when so many bytes have gone over, in both directions together

	For time.Duration // Delay: how long. Unplug: how long until the device is back
}

// maxFor bounds a rule's duration.
const maxFor = 24 * time.Hour

// Validate reports the first thing about the rule that makes no sense.
func (r *Rule) Validate() error {
	set := 0
	for _, is := range [...]bool{r.Transfer != 0, r.Every != 0, r.Chance != 0, r.Byte != 0} {
		if is {
			set++
		}
	}
	switch {
	case r.Fault >= faults || int(r.Direction) >= len(directionNames):
		return fmt.Errorf("rule %+v: no such fault or direction", *r)
	case set != 1:
		return fmt.Errorf("rule %q: say when: one of transfer N, every N, chance P, byte N", r)
	case r.Transfer < 0 || r.Every < 0 || r.Byte < 0 || r.Chance < 0 || r.Chance > 1 || math.IsNaN(r.Chance):
		return fmt.Errorf("rule %q: numbers must be above 0, a chance at most 1", r)
	case r.Byte != 0 && (r.Fault != Unplug || r.Direction != Both):
		return fmt.Errorf("rule %q: byte is for unplug, which then has no direction", r)
	case r.For < 0 || r.For > maxFor || r.Fault == Delay && r.For == 0:
		return fmt.Errorf("rule %q: a duration between 0 and %v must follow for", r, maxFor)
	case r.For != 0 && r.Fault != Delay && r.Fault != Unplug:
		return fmt.Errorf("rule %q: only delay and unplug take a duration", r)
	}
	return nil
}

// String returns the rule as ParseRules reads it.
func (r *Rule) String() string {
	words := []string{r.Fault.String()}
	if r.Direction != Both && int(r.Direction) < len(directionNames) {
		words = append(words, directionNames[r.Direction])
	}
	switch {
	case r.Transfer != 0:
		words = append(words, "transfer", strconv.Itoa(r.Transfer))
	case r.Every != 0:
		words = append(words, "every", strconv.Itoa(r.Every))
	case r.Chance != 0:
		words = append(words, "chance", strconv.FormatFloat(r.Chance, 'g', -1, 64))
	case r.Byte != 0:
		words = append(words, "byte", strconv.FormatInt(r.Byte, 10))
	}
	if r.For != 0 {
		words = append(words, "for", r.For.String())
	}
	return strings.Join(words, " ")
}

// ParseRules reads rules as the package's page shows them, separated by line ends or semicolons.
// Empty lines and what follows a # are left out.
func ParseRules(text string) ([]Rule, error) {
	var rules []Rule
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		for part := range strings.SplitSeq(line, ";") {
			words := strings.Fields(part)
			if len(words) == 0 {
				continue
			}
			r, err := parseRule(words)
			if err != nil {
				return nil, fmt.Errorf("fault rule %q: %w", strings.Join(words, " "), err)
			}
			rules = append(rules, r)
		}
	}
	return rules, nil
}

func parseRule(words []string) (r Rule, err error) {
	r.Fault = faults
	for i, name := range faultNames {
		if words[0] == name {
			r.Fault = Fault(i)
		}
	}
	if r.Fault == faults {
		return r, fmt.Errorf("begin with one of %s", strings.Join(faultNames[:], ", "))
	}
	words = words[1:]
	if len(words) > 0 && (words[0] == "in" || words[0] == "out") {
		if r.Direction = In; words[0] == "out" {
			r.Direction = Out
		}
		words = words[1:]
	}
	for ; len(words) >= 2; words = words[2:] {
		switch words[0] {
		case "transfer":
			r.Transfer, err = strconv.Atoi(words[1])
		case "every":
			r.Every, err = strconv.Atoi(words[1])
		case "chance":
			r.Chance, err = strconv.ParseFloat(words[1], 64)
		case "byte":
			r.Byte, err = strconv.ParseInt(words[1], 10, 64)
		case "for":
			r.For, err = time.ParseDuration(words[1])
		default:
			return r, fmt.Errorf("%q is none of transfer, every, chance, byte, for", words[0])
		}
		if err != nil {
			return r, err
		}
	}
	if len(words) > 0 {
		return r, fmt.Errorf("%q at the end has no value", words[0])
	}
	return r, r.Validate()
}
