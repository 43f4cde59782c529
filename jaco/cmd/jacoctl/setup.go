package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"

	"colonnade/a3c/cli"
	"colonnade/a3c/training"
	"colonnade/jaco/clock"
	"colonnade/jaco/cmd/workcell"
	"colonnade/jaco/protocol"
	"colonnade/jaco/robot"
	"colonnade/jaco/safety"
	"colonnade/jaco/transport"
	"colonnade/sim"
	"colonnade/sim/domain"
)

// setup is the command line of a command that works with an arm.
type setup struct {
	*cli.Flags
	console
	workcell *workcell.Options
	emulation
	dryRun *bool // nil: the command sends nothing that moves

	keys  enterKey
	start *[sim.NumJoints]float64 // of the emulated arm, rad; nil: at home
}

// emulation is what an emulated arm is like.
type emulation struct {
	Domain   domain.Named    `flag:"domain" help:"how the emulated workcell looks and moves: the *name* of a domain, or a file"`
	Seed     uint64          `flag:"seed" help:"*seed* of the emulated camera's noise, and of episodes"`
	Faults   workcell.Faults `flag:"faults" help:"what goes wrong on the emulated cable: *rules* such as \"lose in every 900; unplug byte 400000 for 2s\""`
	Zeros    training.Zeros  `flag:"zeros" help:"encoder offsets that the emulated arm is known to have: the *file* that calibrate -encoders left, or milliradians of all joints with commas; those of a real arm are in the file of -calibration"`
	RealTime bool            `flag:"real-time" help:"let the emulated arm take as long as a real one, instead of virtual time"`
}

// newSetup defines the flags that all of them have.
func newSetup(example string, c console) *setup {
	s := &setup{Flags: cli.NewFlags("jacoctl "+c.name, "jacoctl "+c.name+" "+c.about, "jacoctl "+example, c.stdout,
		c.stderr), console: c}
	s.workcell = workcell.Register(s.Flags)
	s.workcell.Open, s.workcell.OpenCamera, s.workcell.Clock = c.host.open, c.host.openCamera, c.host.clock
	s.keys.line = robot.ConfirmByLine(c.stdin)
	s.workcell.Confirm = s.keys.confirm
	s.emulation = emulation{Domain: domain.ByName("robot"), Seed: 7}
	s.Bind(&s.emulation)
	return s
}

// moves defines -dry-run, for commands that move the arm.
func (s *setup) moves() *setup {
	s.dryRun = s.Bool("dry-run", false, "print what would be sent, to an emulated arm that stands where the arm "+
		"stands; a real one gets nothing that changes anything")
	return s
}

func (s *setup) parse(args []string) error {
	if err := s.Parse(args); err != nil {
		return err
	}
	if s.workcell.Real() && !s.dry() && s.Faults.String() != "" {
		return cli.Usagef("-faults with -arm %s: they are for the emulated cable", s.workcell.Name())
	}
	if s.workcell.Real() && !s.dry() && s.Zeros != (training.Zeros{}) {
		return cli.Usagef("-zeros with -arm %s: it is for the emulated arm; -calibration has the real one's",
			s.workcell.Name())
	}
	return s.workcell.Validate()
}

func (s *setup) dry() bool { return s.dryRun != nil && *s.dryRun }

// site is what a command works with.
type site struct {
	*robot.Workcell
	emulated *robot.Emulated // nil: a real arm
	sent     *ledger         // of a dry run; nil: there is none
	log      *safety.Log
	s        *setup
	ctx      context.Context // ends at a signal to end
	moves    bool            // the arm may
	release  func()          // of signals
}

// open opens what the flags name. On a virtual clock the caller has entered it until close.
func (s *setup) open(ctx context.Context, w workcell.Wants) (*site, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var at *site
	var err error
	switch {
	case !s.workcell.Real():
		at, err = s.emulate(w, s.start)
	case s.dry():
		at, err = s.rehearse(ctx, w)
	default:
		at = new(site)
		at.Workcell, at.log, err = s.workcell.Connect(ctx, w, s.stderr)
	}
	if err != nil {
		return nil, err
	}
	at.s, at.ctx, at.moves = s, ctx, w.Move
	at.Clock.Enter()
	unhook := context.AfterFunc(ctx, func() { at.Guard.EmergencyStop("a signal: the program was told to end") })
	at.release = func() { unhook() }
	return at, nil
}

// emulate makes an emulated workcell whose arm stands at start, rad; nil: at home.
func (s *setup) emulate(w workcell.Wants, start *[sim.NumJoints]float64) (*site, error) {
	at := new(site)
	var err error
	if at.log, err = s.workcell.Log(); err != nil {
		return nil, err
	}
	e := robot.Emulation{
		World: s.Domain.FixedWorld(), Seed: s.Seed, Faults: s.Faults.Rules(), Start: start, Still: !w.Move,
		Log: at.log,
	}
	if err := s.readZeros(&e); err != nil {
		return nil, errors.Join(err, at.log.Close())
	}
	if w.Move {
		e.StopFile = s.workcell.StopFile()
	}
	if s.RealTime {
		e.Clock = clock.Real()
	}
	if s.dry() {
		at.sent = &ledger{out: s.stderr}
		e.Cable = at.sent.cable
	}
	if at.emulated, err = robot.Emulate(e); err != nil {
		return nil, errors.Join(err, at.log.Close())
	}
	at.Workcell = at.emulated.Workcell
	return at, nil
}

// readZeros gives an emulation the encoder offsets of -zeros, if there is one.
func (s *setup) readZeros(e *robot.Emulation) error {
	if s.Zeros == (training.Zeros{}) {
		return nil
	}
	var err error
	if e.Plane, err = robot.CalibrateEmulated(e.World); err == nil {
		e.Plane.SetZeros(s.Zeros)
	}
	return err
}

// rehearse makes an emulated arm that stands where the real one stands, which is only looked at.
func (s *setup) rehearse(ctx context.Context, w workcell.Wants) (*site, error) {
	cell, log, err := s.workcell.Connect(ctx, workcell.Wants{}, s.stderr)
	if err != nil {
		return nil, err
	}
	state := cell.Guard.State()
	if err := errors.Join(cell.Shut(), log.Close()); err != nil {
		return nil, err
	}
	fmt.Fprintln(s.stderr, "dry run: the arm was asked where it stands, and nothing else is sent to it; an emulated "+
		"one does what follows")
	q := state.Q
	for i, off := range s.Domain.FixedWorld().Motion.Encoder {
		q[i] -= off
	}
	return s.emulate(w, &q)
}

// guardKeys lets any key be an emergency stop, and the loss of the terminal, until the returned
// function is called. Without a terminal there are no keys.
func (at *site) guardKeys() func() {
	var first sync.Once
	stop := func(why string) { first.Do(func() { at.Guard.EmergencyStop(why) }) }
	keys := &at.s.keys
	end, ok := openKeys(at.s.stdin, func(key byte) {
		if !keys.press(key) {
			stop("a key")
		}
	}, func() { stop(terminalGone) })
	if !ok {
		return end
	}
	keys.live.Store(true)
	fmt.Fprintln(at.s.stderr, "any key is an emergency stop, but for an Enter that was asked for; so are Ctrl-C and "+
		"the file", at.s.workcell.StopFile())
	return func() {
		keys.live.Store(false)
		end()
	}
}

// enterKey is how a person confirms that the arm may move on: by the key Enter where keys are read,
// else by a line.
type enterKey struct {
	live  atomic.Bool // keys are read
	line  func() <-chan error
	asked atomic.Pointer[chan error]
}

// confirm is described at robot.Hardware.
func (k *enterKey) confirm() <-chan error {
	if !k.live.Load() {
		return k.line()
	}
	c := make(chan error, 1)
	k.asked.Store(&c)
	return c
}

// press takes a key and tells whether it is an Enter that was asked for: one, since the next stops
// the arm again.
func (k *enterKey) press(key byte) bool {
	if key != '\r' && key != '\n' {
		return false
	}
	c := k.asked.Swap(nil)
	if c == nil {
		return false
	}
	*c <- nil
	return true
}

// terminalGone is why the arm stops when nobody could stop it by a key any more.
const terminalGone = "the terminal is gone"

// outside calls f while the virtual clock is left, for what enters it by itself, as an Env does.
func (at *site) outside(f func() error) error {
	at.Clock.Leave()
	defer at.Clock.Enter()
	return f()
}

// close stops the arm and gives everything back; err is what went before. Where that is a signal's
// doing the arm is known to stand only if it has acknowledged it.
func (at *site) close(err error) error {
	at.release()
	err = signalled(at.ctx, err)
	var moves error
	if err == errSignalled && at.moves {
		moves = at.Guard.Stands(context.Background())
	}
	at.Clock.Leave() // Shut enters by itself
	shut := at.Shut()
	switch {
	case err != errSignalled || !at.moves || shut != nil:
	case moves == nil:
		fmt.Fprintln(at.s.stderr, "the arm has acknowledged that it is to stand, and its angles no longer change")
	default:
		err = errors.Join(err, moves)
	}
	at.sent.finish()
	return errors.Join(err, shut, at.log.Close())
}

// ledger writes down what is sent that changes something: the list of a dry run. Equal packets in a
// row are one line.
type ledger struct {
	mu    sync.Mutex // guards what follows
	out   io.Writer
	last  string
	count int // of last, in a row
	all   int // packets
}

// questions are the commands that only ask. Whatever else is sent counts as changing something, so
// that a command which is new here is shown rather than hidden.
var questions = map[protocol.Command]bool{
	protocol.GetConfig: true, protocol.ControlTypeRead: true, protocol.AngularPositionLegacy: true,
	protocol.ErrorLogEntry: true, protocol.ErrorCount: true, protocol.CodeVersions: true,
	protocol.QuickStatusRead: true, protocol.GripperRead: true, protocol.CartesianPosition: true,
	protocol.AngularPosition: true, protocol.CartesianCommand: true, protocol.AngularCommand: true,
	protocol.CartesianForce: true, protocol.AngularTorque: true, protocol.AngularCurrent: true,
	protocol.SensorsRead: true, protocol.PositionCurrentRead: true, protocol.MotorCurrent: true,
	protocol.AngularVelocity: true, protocol.AllForces: true, protocol.GravityFreeTorque: true,
	protocol.AccelerometersRead: true, protocol.JoystickValue: true, protocol.InfoRead: true,
	protocol.CommandedVelocityRead: true, protocol.GeneralRead: true, protocol.QueueRead: true,
	protocol.TrajectoryRead: true, protocol.InventoryRead: true,
}

// cable puts the ledger between a driver and its cable.
func (l *ledger) cable(open transport.Opener) transport.Opener {
	return func(ctx context.Context) (transport.Conn, error) {
		c, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return &watched{Conn: c, ledger: l}, nil
	}
}

// watched is a connection whose packets are written down.
type watched struct {
	transport.Conn
	ledger  *ledger
	message []byte // of the command under way, so far
}

func (w *watched) Write(ctx context.Context, p []byte) (int, error) {
	n, err := w.Conn.Write(ctx, p)
	var packet protocol.Packet
	if err == nil && packet.Decode(p) == nil && !questions[packet.Command] {
		if packet.Number == 1 {
			w.message = w.message[:0]
		}
		w.message = append(w.message, packet.Data[:]...)
		if packet.Number == packet.Count {
			w.ledger.note(describe(packet.Command, w.message))
		}
	}
	return n, err
}

// describe puts a command into words.
func describe(command protocol.Command, payload []byte) string {
	var point protocol.BasicPoint
	var stick protocol.Joystick
	switch command {
	case protocol.BasicTrajectory:
		if point.Decode(payload[:min(len(payload), protocol.BasicPointNew)]) != nil {
			break
		}
		return fmt.Sprintf("%v: joints %s degrees/s, fingers %s units/s", command, list(point.Values[:]),
			list(point.Fingers[:]))
	case protocol.JoystickSend:
		if stick.Decode(payload[:min(len(payload), protocol.JoystickSize)]) != nil {
			break
		}
		if stick.Buttons[protocol.HomeButton] != 0 {
			return fmt.Sprintf("%v: home button pressed", command)
		}
		return fmt.Sprintf("%v: everything released", command)
	}
	return command.String()
}

func list(values []float32) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprintf("%.1f", v)
	}
	return strings.Join(words, " ")
}

func (l *ledger) note(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all++
	if line == l.last {
		l.count++
		return
	}
	l.flush()
	l.last, l.count = line, 1
}

// flush writes the last line, and how often it was sent. l.mu is held.
func (l *ledger) flush() {
	switch {
	case l.count == 1:
		fmt.Fprintf(l.out, "would send %s\n", l.last)
	case l.count > 1:
		fmt.Fprintf(l.out, "would send %s, %d times\n", l.last, l.count)
	}
	l.last, l.count = "", 0
}

// finish writes what is left. A nil ledger has nothing.
func (l *ledger) finish() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush()
	fmt.Fprintf(l.out, "dry run: %d commands that change something; nothing of it went to a real arm\n", l.all)
}
