package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"colonnade/a3c/cli"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/sim"
	"colonnade/sim/domain"
)

// options are the flags.
type options struct {
	listen, arms, domain, start *string
	remote, control             *bool
	seed                        *uint64

	log, logFormat         *string
	picture, pictureTarget *string
	pictureEvery           *time.Duration
	pictureSize            *int
	reply, joystickTimeout *time.Duration
	hold, physicsStep      *float64
	homeFirst              *string
	queueCapacity          *int
	nack, fail             *int
	names, firmware        *string
	faults                 *string
	velocityFactor         *float64
	velocityWraps          *bool
	choices                emulator.Choices // the switches that are yes or no
}

// The poses of -start.
const (
	startRetracted = "retracted"
	startHome      = "home"
	startReach     = "reach"
)

// The rules of -home-first, in the order of emulator.HomeRule.
var homeRules = []string{"cartesian", "all", "none"}

func register(f *cli.Flags) *options {
	o := &options{
		listen: f.String("listen", "127.0.0.1:3240", "`address` to serve at; port 0 takes any that is free"),
		remote: f.Bool("remote", false,
			"allow -listen to name an address that other machines can reach: whoever can connect can move the arm"),
		arms: f.String("arms", "jaco2", "`generations` of the arms to serve, such as jaco2,jaco1"),
		domain: f.String("domain", "robot",
			"how the arms look and move: the `name` of a domain, or a file: "+strings.Join(domain.Names(), ", ")),
		seed: f.Uint64("seed", 1, "`seed` of the worlds of a domain with ranges, and of the noise of pictures"),
		start: f.Choice("start", startRetracted, "`pose` in which the power comes on", startRetracted, startHome,
			startReach),
		control: f.Bool("control", false,
			"read commands from standard input: unplug, plug, power, joystick, error, state, picture"),
		log: f.String("log", "", "write every packet to this `file`; - is standard error"),
		picture: f.String("picture", "",
			"keep a picture of the arm in this PNG `file`; of several arms, the bus id is put before its ending"),
		reply: f.Duration("reply", time.Millisecond, "`time` from a packet to its reply"),
		hold: f.Float64("hold", emulator.NewOptions(protocol.Jaco2).Hold,
			"`stiffness` with which servos hold a joint that is not to move, rad/s for each rad; 0 lets it creep"),

		logFormat: f.Choice("log-format", "text", "`form` of -log", "text", "json"),
		pictureEvery: f.Duration("picture-every", time.Second,
			"`time` between two pictures; 0: only when -control asks"),
		pictureSize:   f.Int("picture-size", 480, "`pixels` of a picture's side"),
		pictureTarget: f.String("picture-target", "0,-0.45", "`x,y` of the target in the picture, m"),
		physicsStep: f.Float64("physics-step", sim.TrainingStep,
			"`seconds` of a step of the physics; a tick of 10 ms must be a multiple of it"),
		homeFirst: f.Choice("home-first", homeRules[0],
			"which `points` are ignored until the arm was at its ready pose once", homeRules...),
		queueCapacity: f.Int("queue-capacity", 2000, "trajectory `points` that the arm takes"),
		joystickTimeout: f.Duration("joystick-timeout", 0,
			"`time` after which a joystick that was not sent again is released; 0: never"),
		nack: f.Int("nack-every", 0, "refuse each packet whose `number` can be divided by this; 0: none"),
		fail: f.Int("fail-every", 0, "say failed in the reply to each packet whose `number` can be divided "+
			"by this, though it is obeyed; 0: none"),
		names: f.String("names", "", "client `names` of the arms, such as left,right, by which libkindrv "+
			"tells them apart; empty: Jaco 2 or Jaco 1, with the bus id behind it if another has that name"),
		firmware: f.String("firmware", "",
			"firmware `versions` of the arms, such as 6.2.5,5.0.4; one is for all; empty: 6.2.5, of a Jaco 1 4.2.1"),
		faults: f.String("faults", "", "what goes wrong on each arm's cable: `rules` such as \"delay in "+
			"chance 0.01 for 30ms; lose in every 900; stall in transfer 50; unplug byte 400000 for 2s\""),
		velocityFactor: f.Float64("velocity-factor", 1,
			"`ratio` of true to reported velocity: 2 for firmware that reports half"),
		velocityWraps: f.Bool("velocity-wraps", false,
			"report negative velocities as 181 to 360 degrees/s, as some firmware does"),
	}
	c := &o.choices
	f.BoolVar(&c.AckUnknown, "ack-unknown", false, "acknowledge unknown commands instead of refusing them")
	f.BoolVar(&c.OnePage, "one-page", false, "say 1 in the packet count of every reply, instead of the number of pages")
	f.BoolVar(&c.MoveWithoutAPI, "move-without-api", false, "obey without command 302")
	f.BoolVar(&c.DropWhenFull, "drop-when-full", false,
		"acknowledge and forget points that do not fit, instead of refusing them")
	f.BoolVar(&c.KeepBlocked, "keep-blocked", false,
		"keep position points that make no headway, instead of dropping them after half a second")
	f.BoolVar(&c.KeepJoystick, "keep-joystick", false,
		"leave sticks and buttons as they are when 301 or 303 comes, instead of releasing them")
	f.BoolVar(&c.EraseOnStop, "erase-on-stop", false, "let 303 drop the queue")
	f.BoolVar(&c.DropUnread, "drop-unread", false, "forget a reply that was not read when the next packet comes")
	f.NotInFile("listen", "control", "log", "picture")
	return o
}

// unit is an arm to be made.
type unit struct {
	id    string
	kind  protocol.DeviceType
	world domain.World
	arm   emulator.Options
}

// units returns what -arms, -domain and the rest ask for.
func (o *options) units() ([]unit, error) {
	d, err := domain.Load(*o.domain)
	if err != nil {
		return nil, cli.Usagef("-domain: %v", err)
	}
	rng := rand.New(rand.NewPCG(*o.seed, 0x656d75))
	kinds := strings.Split(*o.arms, ",")
	names, err := each("-names", *o.names, len(kinds), false)
	if err != nil {
		return nil, err
	}
	versions, err := each("-firmware", *o.firmware, len(kinds), true)
	if err != nil {
		return nil, err
	}
	var units []unit
	taken := map[string]bool{}
	for i, name := range kinds {
		kind, ok := map[string]protocol.DeviceType{"jaco1": protocol.Jaco1, "jaco2": protocol.Jaco2}[name]
		if !ok {
			return nil, cli.Usagef("-arms: %q is not jaco1 or jaco2", name)
		}
		u := unit{id: fmt.Sprintf("1-%d", i+1), kind: kind}
		d.Draw(rng, &u.world)
		u.arm = o.emulated(kind, i+1)
		u.arm.Motion = u.world.Motion
		if versions[i] != "" {
			if u.arm.Firmware, err = version(versions[i]); err != nil {
				return nil, err
			}
		}
		switch {
		case names[i] != "":
			u.arm.Name = names[i]
		case taken[u.arm.Name]:
			u.arm.Name += " (" + u.id + ")"
		}
		if taken[u.arm.Name] {
			return nil, cli.Usagef("-names: %q twice", u.arm.Name)
		}
		taken[u.arm.Name] = true
		units = append(units, u)
	}
	return units, nil
}

// each takes a list with an entry for each arm apart; an empty one has empty entries. Where one is
// for all it may have a single entry.
func each(flag, list string, arms int, oneForAll bool) ([]string, error) {
	entries := strings.Split(list, ",")
	if len(entries) == 1 && (list == "" || oneForAll) {
		return slices.Repeat(entries, arms), nil
	}
	if len(entries) != arms {
		return nil, cli.Usagef("%s: %d entries for %d arms", flag, len(entries), arms)
	}
	return entries, nil
}

// version reads a firmware version: major, minor, release.
func version(text string) (v [3]uint8, err error) {
	parts := strings.Split(text, ".")
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 8)
		if len(parts) != len(v) || err != nil {
			return v, cli.Usagef("-firmware: %q is not three numbers from 0 to 255, such as 6.2.5", text)
		}
		v[i] = uint8(n)
	}
	return v, nil
}

// emulated returns the options of the arm with a number, but for its motion.
func (o *options) emulated(kind protocol.DeviceType, number int) emulator.Options {
	e := emulator.NewOptions(kind)
	e.Serial = fmt.Sprintf("PJ%017d", number)
	e.Hold, e.PhysicsStep, e.Reply = *o.hold, *o.physicsStep, *o.reply
	e.Settings.VelocityFactor, e.Settings.VelocityWraps = *o.velocityFactor, *o.velocityWraps
	e.Choices = o.choices
	e.Choices.QueueCapacity, e.Choices.JoystickTimeout = *o.queueCapacity, *o.joystickTimeout
	e.Choices.NACKEvery, e.Choices.FailEvery = *o.nack, *o.fail
	for i, rule := range homeRules {
		if rule == *o.homeFirst {
			e.Choices.HomeFirst = emulator.HomeRule(i)
		}
	}
	keyframe := map[string]string{startHome: "home", startReach: "reach_start"}[*o.start]
	if q, ok := sim.Canonical().Keyframe(keyframe); ok {
		e.Start = &q
	}
	return e
}

// target returns where -picture-target puts the target.
func (o *options) target() (sim.Vec3, error) {
	x, y, ok := strings.Cut(*o.pictureTarget, ",")
	at := sim.Vec3{}
	var err1, err2 error
	at[0], err1 = strconv.ParseFloat(x, 64)
	at[1], err2 = strconv.ParseFloat(y, 64)
	if !ok || err1 != nil || err2 != nil {
		return at, cli.Usagef("-picture-target: %q is not two numbers with a comma between", *o.pictureTarget)
	}
	return at, nil
}
