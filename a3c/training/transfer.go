package training

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/nn"
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

// usualColumn is what commands show as default of the network that DefaultTransfer leaves open.
var usualColumn = Network{Net: Recurrent, Width: Narrow, Inputs: Pixels}

// validateMethod says what does not go with the method of a transfer.
func (c *Config) validateMethod(resume bool) error {
	needs := needsColumn(c.Method) || c.Taught()
	if c.Taught() {
		if err := c.validateTeaching(resume); err != nil {
			return err
		}
	}
	switch method := c.Method; {
	case c.Network.Width != "" && method != Progressive && !resume:
		return cli.Usagef("-width with -method %s: only a progressive column's width is free (%s is narrow, %s wide)",
			method, Scratch, ScratchWide)
	case c.Inherit && !c.Taught():
		return cli.Usagef("-inherit: it needs -teacher %s", TwinTeacher)
	case needs && len(c.From) == 0:
		return cli.Usagef("-method %s needs -from: the checkpoint to start from", method)
	case !needs && len(c.From) > 0:
		return cli.Usagef("-from with -method %s: it starts from nothing", method)
	case method != Progressive && len(c.From) > 1:
		return cli.Usagef("-method %s starts from one checkpoint, not from %d", method, len(c.From))
	case (method == Finetune || method == FinetuneLast) && (c.Network.Net != "" || c.Network.Inputs != "") && !resume:
		return cli.Usagef("-net or -inputs with -method %s: the network is the checkpoint's", method)
	}
	return nil
}

// planTransfer is Plan for a transfer.
func (c Config) planTransfer(command string, w World, resume bool) (Plan, error) {
	t := &transfer{Config: c, world: w}
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
	l := &t.Learner
	l.OutputOnly, l.KeepScores = c.Method == FinetuneLast, true
	labels, metadata := "", map[string]string{"method": c.Method}
	if c.Taught() {
		labels, metadata["teacher"] = ", taught by the twin", c.Teacher
	}
	if l.Workers*l.Envs > 1 {
		labels += fmt.Sprintf(", %d environments", l.Workers*l.Envs)
	}
	return Plan{
		Command:  command,
		Title:    fmt.Sprintf("%s, %s, seed %d%s", c.Method, t.world, l.Seed, labels),
		Config:   *l,
		World:    t.world,
		Column:   t.column,
		Matches:  t.matches,
		Metadata: metadata,
		lesson:   lesson,
		Episodes: c.Episodes,
		File:     cli.TOML(&t.Config),
	}, nil
}

// transfer is a transfer with all that it starts from.
type transfer struct {
	Config
	world World
	below []*nn.Checkpoint // what From names
}

// load reads the checkpoints to start from.
func (t *transfer) load() error {
	for _, path := range t.From {
		c, _, err := LoadCheckpoint(path)
		if err != nil {
			return err
		}
		if err := CheckContract(c.Metadata); err != nil {
			return fmt.Errorf("start from %s: %w", path, err)
		}
		t.below = append(t.below, c)
	}
	return nil
}

// complete decides what the settings leave open: the width by the method, the kind of network of a
// progressive column and the scale of rewards, in which the values to start from are expressed, by
// the last checkpoint.
func (t *transfer) complete() error {
	network := usualColumn
	if t.Method == ScratchWide {
		network.Width = Wide
	}
	if len(t.below) > 0 {
		last := t.below[len(t.below)-1]
		if last.Network.Arch().LSTM == 0 {
			network.Net = Feedforward
		}
		if err := t.rewardScale(last); err != nil {
			return err
		}
	}
	t.Network.Net = cmp.Or(t.Network.Net, network.Net)
	t.Network.Width = cmp.Or(t.Network.Width, network.Width)
	t.Network.Inputs = cmp.Or(t.Network.Inputs, network.Inputs)
	t.Learner.RewardScale = cmp.Or(t.Learner.RewardScale, a3c.DefaultConfig().RewardScale)
	return nil
}

// rewardScale takes the scale of rewards from the checkpoint, where it is said. A checkpoint
// without it, made by hand or by other software, needs the setting: with a wrong scale the values
// to start from are wrong by that factor, and little is learnt.
func (t *transfer) rewardScale(c *nn.Checkpoint) error {
	path := t.From[len(t.From)-1]
	scale, err := RewardScale(c.Metadata)
	switch said := t.Learner.RewardScale; {
	case err != nil:
		return fmt.Errorf("%s: %w", path, err)
	case scale == 0 && said == 0:
		return cli.Usagef("%s does not say in which scale of rewards its values are learnt: give it with "+
			"-reward-scale (of train the default is %g)", path, a3c.DefaultConfig().RewardScale)
	case scale != 0 && said != 0 && said != scale:
		return cli.Usagef("-reward-scale %g: the values of %s are learnt with %g", said, path, scale)
	case said == 0:
		t.Learner.RewardScale = scale
	}
	return nil
}

// column returns network and parameters that the method begins with.
func (t *transfer) column() (*nn.Network, []float32, error) {
	switch t.Method {
	case Finetune, FinetuneLast:
		c := t.below[0]
		return c.Network, c.Theta, nil
	case Progressive:
		return t.stack()
	}
	net, theta, err := t.newColumn(t.world)
	if err != nil {
		return nil, nil, err
	}
	return net, theta, t.inherit(net, theta)
}

// stack puts a new column on top of those below.
func (t *transfer) stack() (*nn.Network, []float32, error) {
	env, err := t.world.Make(0, 0)
	if err != nil {
		return nil, nil, err
	}
	arch := t.Network.Arch()
	scaling, err := MeasureScaling(arch, env, t.Learner.Seed)
	if err := errors.Join(err, CloseEnv(env)); err != nil {
		return nil, nil, err
	}
	net, err := nn.Stack(arch, scaling, t.below...)
	if err != nil {
		return nil, nil, fmt.Errorf("a new column, %v, on %v: %w", arch, t.From, err)
	}
	theta := make([]float32, net.Parameters())
	net.Init(theta, rand.New(rand.NewPCG(t.Learner.Seed, 0x1417)), nn.DefaultInit())
	return net, theta, t.inherit(net, theta)
}

// matches reports whether a network from a run folder can be the one of this transfer.
func (t *transfer) matches(net *nn.Network) error {
	columns := len(net.Columns())
	switch {
	case t.Method == Progressive && columns < 2:
		return fmt.Errorf("it has one column, a progressive network has several")
	case !needsColumn(t.Method) && columns != 1:
		return fmt.Errorf("it has %d columns, -method %s trains a single one", columns, t.Method)
	case (t.Method == Progressive || !needsColumn(t.Method)) && !net.Arch().Equal(t.Network.Arch()):
		return fmt.Errorf("its last column is %v, wanted is %v: %w", net.Arch(), t.Network.Arch(), nn.ErrArchitecture)
	}
	return nil
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
