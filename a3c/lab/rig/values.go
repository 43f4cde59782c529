package rig

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"colonnade/jaco/transport"
	"colonnade/sim/domain"
)

// Domain is a domain of package domain by its name, or by that of a file, loaded as soon as it is named, so that a mistake is
// one of usage.
type Domain struct {
	given  string
	domain *domain.Domain
}

// Preset returns the domain of a name that package domain knows. It panics if there is none.
func Preset(name string) Domain {
	var d Domain
	if err := d.Set(name); err != nil {
		panic("rig: the domain " + name + ": " + err.Error())
	}
	return d
}

// Choices returns the names; there are files besides.
func (d *Domain) Choices() []string { return domain.Names() }

func (d *Domain) String() string { return d.given }

// Set implements flag.Value.
func (d *Domain) Set(s string) error {
	loaded, err := domain.Load(s)
	if err == nil {
		d.given, d.domain = s, loaded
	}
	return err
}

// DomainFile is the file in the folder of a run, or of a study, that keeps a domain which came from a file.
const DomainFile = "domain.json"

// preset reports whether a text names a domain that needs no file.
func preset(text string) bool { return slices.Contains(domain.Names(), text) }

// Keep writes DomainFile into the folder, by the given function, if the domain came from a file.
func (d *Domain) Keep(write func(name string, data []byte) error) error {
	if preset(d.given) {
		return nil
	}
	var text bytes.Buffer
	if err := domain.Write(&text, d.domain.Name(), d.domain.About(), d.domain.Quantities()); err != nil {
		return err
	}
	return write(DomainFile, text.Bytes())
}

// SetKept implements [cli.Keeper]: the domain that Keep wrote into the folder; where there is none, as in folders of
// earlier versions, the one that the text names.
func (d *Domain) SetKept(folder, text string) error {
	kept := filepath.Join(folder, DomainFile)
	if _, err := os.Stat(kept); preset(text) || errors.Is(err, fs.ErrNotExist) {
		return d.Set(text)
	}
	loaded, err := domain.Load(kept)
	if err == nil {
		d.given, d.domain = text, loaded
	}
	return err
}

// Undecided implements [cli.Keeper]: two files may hold the same domain; the world's fingerprint tells.
func (d *Domain) Undecided(text string) bool { return !preset(d.given) && !preset(text) }

// Loaded returns the domain.
func (d *Domain) Loaded() *domain.Domain { return d.domain }

// Laboratory draws the world of an emulated laboratory: always the same one of a domain with ranges.
func (d *Domain) Laboratory() *domain.World {
	w := new(domain.World)
	d.domain.Draw(rand.New(rand.NewPCG(1, 1)), w)
	return w
}

// Faults are what goes wrong on an emulated cable, read as soon as they are named.
type Faults struct {
	given string
	rules []transport.Rule
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
