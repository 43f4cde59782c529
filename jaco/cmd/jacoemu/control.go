package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
)

// obey does what the lines of r say, until they end, and answers on w.
func (s *station) obey(r io.Reader, w io.Writer) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) == 0 {
			continue
		}
		if err := s.do(words, w); err != nil {
			fmt.Fprintf(w, "control: %v\n", err)
		}
	}
}

// do is one line of control.
func (s *station) do(words []string, w io.Writer) error {
	verb := words[0]
	if verb == "picture" {
		return s.paint()
	}
	var arm *served
	for i := range s.arms {
		if len(words) > 1 && s.arms[i].id == words[1] {
			arm = &s.arms[i]
		}
	}
	if arm == nil && len(words) > 1 {
		return fmt.Errorf("there is no arm %s; the first is %s", words[1], s.arms[0].id)
	}
	if arm == nil {
		return fmt.Errorf("%q: want a verb and the bus id of an arm, such as: unplug %s", strings.Join(words, " "),
			s.arms[0].id)
	}
	now := time.Now()
	switch verb {
	case "unplug":
		s.server.Unplug(arm.id)
	case "plug":
		s.server.Plug(arm.id)
	case "power":
		s.server.Unplug(arm.id)
		arm.device.PowerCycle()
		s.server.Plug(arm.id)
	case "joystick":
		arm.device.TakeControl(now)
	case "error":
		if len(words) != 3 {
			return fmt.Errorf("want: error %s TYPE", arm.id)
		}
		kind, err := strconv.ParseUint(words[2], 10, 32)
		if err != nil {
			return fmt.Errorf("error type %q is no number from 0 to %d", words[2], uint32(1<<32-1))
		}
		arm.device.ReportError(now, uint32(kind))
	case "state":
		st := arm.device.State(now)
		fmt.Fprintf(w, "arm %s: joints %.3f rad, palm %.3f m, %v, API control %v, %d points queued, limit fault %v, "+
			"%d ticks in contact\n",
			arm.id, st.Q, st.Palm, st.Retract, st.API, st.Queue, st.Fault, st.Contacts)
		return nil
	default:
		return fmt.Errorf("%q is not unplug, plug, power, joystick, error, state or picture", verb)
	}
	fmt.Fprintf(w, "arm %s: %s done\n", arm.id, verb)
	return nil
}

// tap is a transport.Device that counts, and writes down, what goes in and out of another.
type tap struct {
	device transport.Device
	id     string
	book   *book // nil: nothing is written down

	mu     sync.Mutex // guards what follows
	counts counts
}

// counts is what an arm has received and sent.
type counts struct {
	Packets int `json:"packets"` // from the host
	Replies int `json:"replies"` // that the host read
	NACKs   int `json:"nacks"`   // among them
}

func (t *tap) Out(now time.Time, p []byte) error {
	t.mu.Lock()
	t.counts.Packets++
	t.mu.Unlock()
	t.book.write(now, t.id, "out", p)
	return t.device.Out(now, p)
}

func (t *tap) In(now time.Time, p []byte) (int, time.Time) {
	n, ready := t.device.In(now, p)
	if n > 0 {
		var reply protocol.Packet
		refused := reply.Decode(p[:n]) == nil && reply.NACK
		t.mu.Lock()
		t.counts.Replies++
		if refused {
			t.counts.NACKs++
		}
		t.mu.Unlock()
		t.book.write(now, t.id, "in", p[:n])
	}
	return n, ready
}

// Reset passes a reset of the bus on.
func (t *tap) Reset() { transport.Reset(t.device) }

func (t *tap) sum() counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counts
}

// exchange is what is written down of a packet.
type exchange struct {
	Time      time.Time `json:"time"`
	Arm       string    `json:"arm"`
	Direction string    `json:"direction"` // out: from the host; in: to it
	Command   *uint16   `json:"command,omitempty"`
	Name      string    `json:"name,omitempty"`
	Page      uint16    `json:"page,omitempty"`
	Pages     uint16    `json:"pages,omitempty"`
	Size      uint16    `json:"size"` // of the whole message, bytes
	NACK      bool      `json:"nack,omitempty"`
	Failed    bool      `json:"failed,omitempty"`
	Data      string    `json:"data,omitempty"`
	Bytes     string    `json:"bytes,omitempty"` // of what is no packet
}

func newExchange(now time.Time, arm, direction string, p []byte) exchange {
	e := exchange{Time: now, Arm: arm, Direction: direction}
	var packet protocol.Packet
	if packet.Decode(p) != nil {
		e.Bytes = hex.EncodeToString(p)
		return e
	}
	number := uint16(packet.Command)
	e.Command, e.Page, e.Pages, e.Size, e.NACK, e.Failed = &number, packet.Number, packet.Count, packet.Size,
		packet.NACK, packet.Failed
	_, name, _ := strings.Cut(packet.Command.String(), " ")
	e.Name = strings.Trim(name, "()")
	e.Data = hex.EncodeToString(packet.Data[:])
	for strings.HasSuffix(e.Data, "00") {
		e.Data = e.Data[:len(e.Data)-2]
	}
	return e
}

// String is the exchange as a line for people.
func (e exchange) String() string {
	arrow := map[string]string{"out": ">", "in": "<"}[e.Direction]
	line := fmt.Sprintf("%s %s %s ", e.Time.Format("15:04:05.000000"), e.Arm, arrow)
	if e.Command == nil {
		return line + "no packet: " + e.Bytes
	}
	line += fmt.Sprintf("%s, page %d of %d, %d bytes", protocol.Command(*e.Command), e.Page, e.Pages, e.Size)
	if e.NACK {
		line += ", NACK"
	}
	if e.Failed {
		line += ", failed"
	}
	if e.Data != "" {
		line += ": " + e.Data
	}
	return line
}

// book is where exchanges are written down: line by line, so that a process that is killed leaves
// all of them.
type book struct {
	json bool

	mu     sync.Mutex // guards what follows
	w      io.Writer
	failed error // of the first write that did; none are tried after it
}

func (b *book) write(now time.Time, arm, direction string, p []byte) {
	if b == nil {
		return
	}
	e := newExchange(now, arm, direction, p)
	line := []byte(e.String())
	if b.json {
		line, _ = json.Marshal(e) // numbers, strings and a time always encode
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed == nil {
		_, b.failed = b.w.Write(append(line, '\n'))
	}
}

// err returns why not everything was written down.
func (b *book) err() error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed != nil {
		return fmt.Errorf("not all packets are in the log: %w", b.failed)
	}
	return nil
}
