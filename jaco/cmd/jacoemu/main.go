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
	"io"
	"os"

	"colonnade/a3c/cli"
)

func main() {
	cli.Main("jacoemu", func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
		return run(ctx, args, os.Stdin, stdout, stderr)
	})
}
