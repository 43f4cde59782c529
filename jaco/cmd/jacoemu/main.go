// Command jacoemu is a Kinova Jaco without the arm: it serves emulated arms over USB/IP, so that
// any Linux machine attaches one as a USB device of its own, and programs that know nothing of an
// emulator drive it:
//
//	jacoemu -listen 127.0.0.1:3240 -picture arm.png
//	modprobe vhci-hcd
//	usbip list -r 127.0.0.1
//	usbip attach -r 127.0.0.1 -b 1-1
//
// Several arms stand side by side with -arms jaco2,jaco1: their bus ids are 1-1, 1-2 and so on.
// Each takes one client at a time; -names and -firmware tell them apart. Arms move in real time, as
// -domain says; -picture shows what a camera would see of them. The flags from -ack-unknown to
// -velocity-factor choose answers that are not known of a real arm: see package emulator.
//
// -faults spoils each arm's cable by the rules of package transport, at the arm's end of it:
// replies that are late, lost, cut short, wrong or stalled, packets that do not arrive, and a cable
// that comes out in the middle of a message and is back after a while. -nack-every and -fail-every
// make the arm refuse.
//
// # Exchanges
//
// -log FILE writes every packet, as a line for people or, with -log-format json, as a JSON object:
//
//	{"time":"2026-01-02T15:04:05.000000006Z","arm":"1-1","direction":"out","command":105,"name":"angular position",
//	 "page":1,"pages":1,"size":1,"data":"01"}
//
// data is the 56 bytes behind the header without the zeros at their end, in hexadecimal; a reply
// may say "nack" or "failed"; what is no packet has "bytes", all of them, and no command.
//
// # Control
//
// With -control jacoemu reads lines from its standard input, for trying out what a driver makes of
// trouble:
//
//	unplug 1-1        pull the cable
//	plug 1-1          put it back
//	power 1-1         switch the arm off and on: it is back where it started
//	joystick 1-1      touch the arm's own joystick: API control ends
//	error 1-1 7       put an error of type 7 into the arm's log
//	state 1-1         tell joint angles and what the arm is doing
//	picture           write the pictures now
//
// Whoever can connect can move the arm, and USB/IP knows no passwords: addresses that others can
// reach need -remote. The result, when SIGINT or SIGTERM ends it, is one JSON object with the
// packets of each arm.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"colonnade/a3c/cli"
	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/transport"
	"colonnade/jaco/usbip"
)

func main() {
	cli.Main("jacoemu", func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
		return run(ctx, args, os.Stdin, stdout, stderr)
	})
}

// station is all that is served.
type station struct {
	server *usbip.Server
	arms   []served
}

// served is one arm.
type served struct {
	unit
	device  *emulator.Device
	tap     *tap
	painter *painter // nil: no picture
}

// result is the last line of standard output.
type result struct {
	Address string      `json:"address"`
	Seconds float64     `json:"seconds"`
	Arms    []armResult `json:"arms"`
}

type armResult struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	counts
	Contacts int `json:"contacts"` // ticks in which contact stopped the arm
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (err error) {
	f := cli.NewFlags("jacoemu",
		"jacoemu serves emulated Kinova arms over USB/IP, for any Linux machine to attach as USB devices.",
		"jacoemu -listen 127.0.0.1:3240 -picture arm.png", stdout, stderr)
	o := register(f)
	if err := f.Parse(args); err != nil {
		return err
	}
	if *o.pictureEvery < 0 {
		return cli.Usagef("-picture-every %v: want 0 or more", *o.pictureEvery)
	}
	notes, closeLog, err := o.openLog(stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeLog()) }()
	s, err := o.station(notes, func(text string) { fmt.Fprintf(stderr, "jacoemu: %s\n", text) })
	if err != nil {
		return err
	}
	l, err := usbip.Listen(*o.listen, *o.remote)
	if err != nil {
		return cli.Hint(err,
			"-listen 127.0.0.1:0 takes a port that is free; -remote allows addresses that others can reach")
	}
	s.greet(stderr, l.Addr())
	if *o.control {
		go s.obey(stdin, stderr) // reading cannot be ended: it ends with the process
	}
	started := time.Now()
	if err := s.serve(ctx, l, *o.pictureEvery, stderr); err != nil {
		return err
	}
	return cli.Result(stdout, s.result(l.Addr(), time.Since(started)))
}

// openLog opens what -log asks for. The function that it returns says whether all was written.
func (o *options) openLog(stderr io.Writer) (*book, func() error, error) {
	asJSON := *o.logFormat == "json"
	switch *o.log {
	case "":
		return nil, func() error { return nil }, nil
	case "-":
		b := &book{json: asJSON, w: stderr}
		return b, b.err, nil
	}
	file, err := os.OpenFile(*o.log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, nil, fmt.Errorf("-log: %w", err)
	}
	b := &book{json: asJSON, w: file}
	return b, func() error { return errors.Join(b.err(), file.Close()) }, nil
}

// station makes the arms that the flags ask for.
func (o *options) station(notes *book, log func(string)) (*station, error) {
	units, err := o.units()
	if err != nil {
		return nil, err
	}
	target, err := o.target()
	if err != nil {
		return nil, err
	}
	rules, err := transport.ParseRules(*o.faults)
	if err != nil {
		return nil, cli.Usagef("-faults: %v", err)
	}
	s := new(station)
	var exports []usbip.Arm
	for i, u := range units {
		device, err := emulator.New(u.arm)
		if err != nil {
			return nil, cli.Usagef("%v", err)
		}
		faults, err := transport.NewInjector(clock.Real(), *o.seed+uint64(i), rules)
		if err != nil {
			return nil, cli.Usagef("-faults: %v", err)
		}
		spoilt := faults.Device(device, func(away time.Duration) {
			log(fmt.Sprintf("arm %s: the cable comes out for %v", u.id, away))
			s.server.Unplug(u.id)
			time.AfterFunc(away, func() { s.server.Plug(u.id) })
		})
		a := served{unit: u, device: device, tap: &tap{device: spoilt, id: u.id, book: notes}}
		if *o.picture != "" {
			path := picturePath(*o.picture, u.id, len(units) > 1)
			if a.painter, err = newPainter(device, &u.world, path, *o.pictureSize, target, *o.seed); err != nil {
				return nil, cli.Usagef("-picture: %v", err)
			}
		}
		s.arms = append(s.arms, a)
		exports = append(exports, usbip.Arm{BusID: u.id, Device: a.tap})
	}
	s.server, err = usbip.NewServer(exports, log)
	return s, err
}

// greet says what there is and how to get it.
func (s *station) greet(w io.Writer, address net.Addr) {
	host, port, _ := net.SplitHostPort(address.String())
	tool := "usbip"
	if port != "3240" {
		tool += " --tcp-port " + port
	}
	for _, a := range s.arms {
		fmt.Fprintf(w, "jacoemu: arm %s is a %v named %s with serial number %s; attach it by: %s attach -r %s -b %s\n",
			a.id, a.kind, a.arm.Name, a.arm.Serial, tool, host, a.id)
	}
}

// serve serves until ctx ends, and paints meanwhile.
func (s *station) serve(ctx context.Context, l net.Listener, every time.Duration, stderr io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	var painting sync.WaitGroup
	defer painting.Wait()
	defer cancel()
	if every > 0 && s.arms[0].painter != nil {
		painting.Go(func() { s.keepPainting(ctx, every, stderr) })
	}
	return s.server.Serve(ctx, l)
}

// keepPainting paints at once and then again and again. It goes on where a picture cannot be
// written, and says so once.
func (s *station) keepPainting(ctx context.Context, every time.Duration, stderr io.Writer) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	told := false
	for {
		if err := s.paint(); err != nil && !told {
			fmt.Fprintf(stderr, "jacoemu: %v\n", err)
			told = true
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// paint writes the pictures of all arms.
func (s *station) paint() error {
	var failed error
	for _, a := range s.arms {
		if a.painter == nil {
			return errors.New("there are no pictures without -picture")
		}
		failed = errors.Join(failed, a.painter.paint())
	}
	return failed
}

func (s *station) result(address net.Addr, d time.Duration) result {
	r := result{Address: address.String(), Seconds: d.Seconds()}
	for _, a := range s.arms {
		r.Arms = append(r.Arms, armResult{ID: a.id, Type: a.kind.String(), counts: a.tap.sum(),
			Contacts: a.device.State(time.Now()).Contacts})
	}
	return r
}
