package domain

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

// Named is a domain as settings name it: by its own name, or by that of a file. It is loaded as
// soon as it is named, so that a mistake shows where it was made. It implements flag.Value. The
// zero value names nothing and has a nil Domain.
type Named struct {
	*Domain
	given string
}

// ByName returns one of the project's domains. It panics if there is none of that name.
func ByName(name string) Named {
	d := Named{given: name}
	if !d.preset() {
		panic("domain: there is no domain " + name)
	}
	if err := d.Set(name); err != nil {
		panic("domain: " + name + ": " + err.Error())
	}
	return d
}

// Choices returns the names; there are files besides.
func (d *Named) Choices() []string { return Names() }

// String returns the name as it was given.
func (d *Named) String() string { return d.given }

// Set loads the domain of a name or a file.
func (d *Named) Set(nameOrFile string) error { return d.load(nameOrFile, nameOrFile) }

func (d *Named) load(given, nameOrFile string) error {
	loaded, err := Load(nameOrFile)
	if err == nil {
		d.Domain, d.given = loaded, given
	}
	return err
}

// preset reports whether the name needs no file.
func (d *Named) preset() bool { return slices.Contains(Names(), d.given) }

// KeptFile is the file in the folder of a run, or of a study, that keeps a domain which came from a
// file.
const KeptFile = "domain.json"

// Keep writes KeptFile by the given function if the domain came from a file.
func (d *Named) Keep(write func(name string, data []byte) error) error {
	if d.preset() {
		return nil
	}
	var text bytes.Buffer
	if err := Write(&text, d.name, d.about, d.quantities); err != nil {
		return err
	}
	return write(KeptFile, text.Bytes())
}

// SetKept sets the domain that Keep wrote into the folder; where there is none, as in folders of
// earlier versions, the one that the text names.
func (d *Named) SetKept(folder, text string) error {
	kept, named := filepath.Join(folder, KeptFile), Named{given: text}
	if _, err := os.Stat(kept); named.preset() || errors.Is(err, fs.ErrNotExist) {
		return d.Set(text)
	}
	return d.load(text, kept)
}

// Undecided reports whether the domain may be the one that another text names: two files may hold
// the same domain.
func (d *Named) Undecided(text string) bool {
	other := Named{given: text}
	return !d.preset() && !other.preset()
}

// FixedWorld returns a world of the domain for a workcell, which does not change from episode to
// episode. A domain with ranges is drawn once, always with the same result.
func (d *Domain) FixedWorld() *World {
	w := new(World)
	d.Draw(rand.New(rand.NewPCG(1, 1)), w)
	return w
}
