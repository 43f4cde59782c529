package job

import (
	"colonnade/a3c/cli"
	"colonnade/a3c/training"
)

// Place is where a command keeps its work: the flags -out and -resume.
type Place struct {
	flags *cli.Flags
	kept  string // what is there: "run", "study"

	Out    string // the folder
	Resume bool   // it is there and is gone on with
}

// RegisterPlace defines the flags. kept names what is in the folder: "run".
func RegisterPlace(f *cli.Flags, kept, resume string) *Place {
	p := &Place{flags: f, kept: kept}
	f.StringVar(&p.Out, "out", "", kept+" `folder`, a new one unless -resume")
	f.BoolVar(&p.Resume, "resume", false, resume)
	f.NotInFile("out", "resume")
	return p
}

// Complete is called after the flags are parsed. It wants a folder, and with -resume takes the values of its configuration,
// of which the command line may change the named ones.
func (p *Place) Complete(changeable ...string) error {
	if p.Out == "" {
		return cli.Usagef("-out FOLDER is needed: where the %s is kept", p.kept)
	}
	if !p.Resume {
		return nil
	}
	return p.flags.Resume(training.ConfigPath(p.Out), changeable...)
}
