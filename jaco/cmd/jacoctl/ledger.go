package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
)

// ledger writes down what is sent that changes something: the list of a dry run. Equal packets in a row are one line.
type ledger struct {
	mu    sync.Mutex // guards what follows
	out   io.Writer
	last  string
	count int // of last, in a row
	all   int // packets
}

// questions are the commands that only ask. Whatever else is sent counts as changing something, so that a command which is new
// here is shown rather than hidden.
var questions = map[protocol.Command]bool{
	protocol.GetConfig: true, protocol.ControlTypeRead: true, protocol.AngularPositionLegacy: true, protocol.ErrorLogEntry: true,
	protocol.ErrorCount: true, protocol.CodeVersions: true, protocol.QuickStatusRead: true, protocol.GripperRead: true,
	protocol.CartesianPosition: true, protocol.AngularPosition: true, protocol.CartesianCommand: true, protocol.AngularCommand: true,
	protocol.CartesianForce: true, protocol.AngularTorque: true, protocol.AngularCurrent: true, protocol.SensorsRead: true,
	protocol.PositionCurrentRead: true, protocol.MotorCurrent: true, protocol.AngularVelocity: true, protocol.AllForces: true,
	protocol.GravityFreeTorque: true, protocol.AccelerometersRead: true, protocol.JoystickValue: true, protocol.InfoRead: true,
	protocol.CommandedVelocityRead: true, protocol.GeneralRead: true, protocol.QueueRead: true, protocol.TrajectoryRead: true,
	protocol.InventoryRead: true,
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
		return fmt.Sprintf("%v: joints %s degrees/s, fingers %s units/s", command, list(point.Values[:]), list(point.Fingers[:]))
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
