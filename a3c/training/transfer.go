package training

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/sim/domain"
)

// The methods.
const (
	Progressive  = "progressive"
	Finetune     = "finetune"
	FinetuneLast = "finetune-last"
	Scratch      = "scratch"
	ScratchWide  = "scratch-wide"
)

// Methods returns the names of all methods, in the order in which they are told of.
func Methods() []string { return []string{Progressive, Finetune, FinetuneLast, Scratch, ScratchWide} }

// needsColumn tells whether a method begins with a trained column.
func needsColumn(method string) bool {
	return method == Progressive || method == Finetune || method == FinetuneLast
}

// TransferConfig are those of a transfer.
type TransferConfig struct {
	Start
	Teaching
	World   WorldSettings
	Network Network    // of the new column; an empty field is decided by method and checkpoint
	Learner a3c.Config `except:"max-time"` // RewardScale 0: that of the checkpoint
	Final   Final
}

// Start is what a transfer begins with, and how.
type Start struct {
	// Method is one of Methods(). Default Progressive.
	Method string `flag:"method" choice:"progressive|finetune|finetune-last|scratch|scratch-wide" help:"*way* to transfer"`
	// From are the checkpoints, or run folders, to start from; several stand side by side below a
	// progressive column. The methods that start from nothing have none.
	From Files `flag:"from" help:"checkpoint *file* or run folder to start from; several, each with its own -from, stand side by side below a progressive column"`
}

// DefaultTransfer returns the settings of a progressive column on one arm. What they leave open,
// network and scale of rewards, follows from method and checkpoint.
func DefaultTransfer() TransferConfig {
	s := TransferConfig{Start: Start{Method: Progressive}, Teaching: DefaultTeaching(), World: DefaultWorld(),
		Learner: a3c.DefaultConfig(), Final: Final{Episodes: 100}}
	s.World.Domain, s.World.TargetEvery = domain.ByName("robot"), 3
	c := &s.Learner
	c.Workers, c.Envs, c.Steps, c.Warmup, c.MetricsEvery, c.CheckpointEvery = 1, 1, 60_000, 3_000, 500, 10_000
	c.RewardScale = 0
	return s
}

// TransferChangeable are the flags that a resumed transfer may set anew; all others say what it is.
var TransferChangeable = []string{"episodes", "checkpoint-every", "replacements"}

// usualColumn is what commands show as default of what DefaultTransfer leave open.
var usualColumn = Network{Net: Recurrent, Width: Narrow, Inputs: Pixels}

// CommandTransfer returns DefaultTransfer with what is usualColumn in place of what they leave
// open, for flags to show and to change. Leave then opens again what no flag said.
func CommandTransfer() TransferConfig {
	s := DefaultTransfer()
	s.Network, s.Learner.RewardScale = usualColumn, a3c.DefaultConfig().RewardScale
	return s
}

// OpenInTransfer are the flags of what DefaultTransfer leave open.
func OpenInTransfer() []string { return []string{"net", "width", "inputs", "reward-scale"} }

// Leave opens what method and checkpoint decide unless its flag was given. It returns a usage error
// if a number is wrong.
func (s *TransferConfig) Leave(given func(flag string) bool) error {
	if err := s.Learner.Validate(); err != nil {
		return cli.Usagef("%v", err)
	}
	if s.Taught() {
		s.UseTeacher(slices.DeleteFunc(slices.Clone(OfTeacher), given)...)
	}
	if !given("net") {
		s.Network.Net = ""
	}
	if !given("width") {
		s.Network.Width = ""
	}
	if !given("inputs") {
		s.Network.Inputs = ""
	}
	if !given("reward-scale") {
		s.Learner.RewardScale = 0
	}
	return nil
}

// Validate says what is wrong with the values, as a usage error. A transfer that is resumed needs
// no checkpoint to start from: its folder has the columns.
func (s *TransferConfig) Validate(resume bool) error {
	c := s.Learner
	if c.RewardScale == 0 {
		c.RewardScale = 1 // the checkpoint's, which is not known yet
	}
	if err := c.Validate(); err != nil {
		return cli.Usagef("%v", err)
	}
	needs := needsColumn(s.Method) || s.Taught()
	if s.Taught() {
		if err := s.validateTeaching(resume); err != nil {
			return err
		}
	}
	switch method := s.Method; {
	case s.Final.Episodes < 1:
		return cli.Usagef("-episodes is %d, want at least 1", s.Final.Episodes)
	case s.Network.Width != "" && method != Progressive && !resume:
		return cli.Usagef("-width with -method %s: only a progressive column's width is free (%s is narrow, %s wide)",
			method, Scratch, ScratchWide)
	case needs && len(s.From) == 0:
		return cli.Usagef("-method %s needs -from: the checkpoint to start from", method)
	case !needs && len(s.From) > 0:
		return cli.Usagef("-from with -method %s: it starts from nothing", method)
	case method != Progressive && len(s.From) > 1:
		return cli.Usagef("-method %s starts from one checkpoint, not from %d", method, len(s.From))
	case (method == Finetune || method == FinetuneLast) && (s.Network.Net != "" || s.Network.Inputs != "") && !resume:
		return cli.Usagef("-net or -inputs with -method %s: the network is the checkpoint's", method)
	}
	return nil
}

// Plan returns the transfer that the settings ask for in a world that was opened by them, as part
// of a command's work, with all checkpoints read that it starts from; where it is resumed they are
// in its folder. An error is one of usage, or of a checkpoint.
func (s TransferConfig) Plan(command string, place World, resume bool) (Plan, error) {
	if err := s.Validate(resume); err != nil {
		return Plan{}, err
	}
	t := &transfer{TransferConfig: s, world: place}
	if !resume {
		if err := t.load(); err != nil {
			return Plan{}, err
		}
	}
	if err := t.complete(); err != nil {
		return Plan{}, err
	}
	lesson, err := t.newLesson(resume)
	if err != nil {
		return Plan{}, err
	}
	t.Learner = t.Learner.Resolved()
	c := &t.Learner
	c.OutputOnly, c.KeepScores = s.Method == FinetuneLast, true
	labels, metadata := "", map[string]string{"method": s.Method}
	if s.Taught() {
		labels, metadata["teacher"] = ", taught by the twin", s.Teacher
	}
	if c.Workers*c.Envs > 1 {
		labels += fmt.Sprintf(", %d environments", c.Workers*c.Envs)
	}
	return Plan{
		Command:  command,
		Title:    fmt.Sprintf("%s, %s, seed %d%s", s.Method, t.world, c.Seed, labels),
		Config:   *c,
		World:    t.world,
		Column:   t.column,
		Matches:  t.matches,
		Metadata: metadata,
		lesson:   lesson,
		Episodes: s.Final.Episodes,
		File:     cli.TOML(&t.TransferConfig),
	}, nil
}

// Files are names of files. As a flag they may be given one at a time, or at once with commas. A
// comma in a name has a backslash before it, as a backslash has, unless the text as it stands is
// the name of one file that exists.
type Files []string

var escapeFile = strings.NewReplacer(`\`, `\\`, `,`, `\,`)

func (l *Files) String() string {
	var names []string
	for _, path := range *l {
		names = append(names, escapeFile.Replace(path))
	}
	return strings.Join(names, ",")
}

// splitFiles is the inverse of Files.String.
func splitFiles(text string) []string {
	paths := []string{""}
	for i := 0; i < len(text); i++ {
		last := &paths[len(paths)-1]
		switch {
		case text[i] == ',':
			paths = append(paths, "")
			continue
		case text[i] == '\\' && i+1 < len(text) && (text[i+1] == ',' || text[i+1] == '\\'):
			i++
		}
		*last += text[i : i+1]
	}
	return paths
}

// Set implements flag.Value.
func (l *Files) Set(text string) error {
	paths := splitFiles(text)
	if _, err := os.Stat(text); err == nil {
		paths = []string{text}
	}
	for _, path := range paths {
		if path != "" && !slices.Contains(*l, path) {
			*l = append(*l, path)
		}
	}
	return nil
}
