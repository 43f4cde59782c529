package rig

import (
	"math/rand/v2"
	"strings"

	"colonnade/a3c/lab/cli"
	"colonnade/jaco/transport"
	"colonnade/sim/domain"
)

// Domain is the value of -domain, loaded as soon as it is named, so that a mistake is one of usage.
type Domain struct {
	given  string
	domain *domain.Domain
}

// RegisterDomain defines -domain. about says what has the looks and the motion: "how the world looks and moves". It panics
// if value is no domain.
func RegisterDomain(f *cli.Flags, value, about string) *Domain {
	d := new(Domain)
	if err := d.Set(value); err != nil {
		panic("rig: the domain " + value + ": " + err.Error())
	}
	f.Var(d, "domain", about+": the `name` of a domain, or a file: "+strings.Join(domain.Names(), ", "))
	return d
}

func (d *Domain) String() string { return d.given }

// Set implements flag.Value.
func (d *Domain) Set(s string) error {
	loaded, err := domain.Load(s)
	if err == nil {
		d.given, d.domain = s, loaded
	}
	return err
}

// Loaded returns the domain.
func (d *Domain) Loaded() *domain.Domain { return d.domain }

// Laboratory draws the world of an emulated laboratory: always the same one of a domain with ranges.
func (d *Domain) Laboratory() *domain.World {
	w := new(domain.World)
	d.domain.Draw(rand.New(rand.NewPCG(1, 1)), w)
	return w
}

// Faults is the value of -faults, read as soon as it is named.
type Faults struct {
	given string
	rules []transport.Rule
}

// RegisterFaults defines -faults. cable says which: "the emulated cable".
func RegisterFaults(f *cli.Flags, cable string) *Faults {
	v := new(Faults)
	f.Var(v, "faults", "what goes wrong on "+cable+": `rules` such as \"lose in every 900; unplug byte 400000 for 2s\"")
	return v
}

func (f *Faults) String() string { return f.given }

// Set implements flag.Value.
func (f *Faults) Set(s string) error {
	rules, err := transport.ParseRules(s)
	if err == nil {
		f.given, f.rules = s, rules
	}
	return err
}

// Rules returns the faults.
func (f *Faults) Rules() []transport.Rule { return f.rules }
