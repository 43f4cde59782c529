package protocol

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Writing cuts the payload of a SET into packets: call Packet for each number from 1 to Count.
//
// The layout of a SET of S bytes (S): ceil(S/56) packets, at least one, each with Count packets and
// Size S; bytes behind the payload are 0 here, undefined in general.
type Writing struct {
	Command Command
	Payload []byte // at most MaxMessage bytes
}

// Count returns the number of packets.
func (w *Writing) Count() int { return Packets(len(w.Payload)) }

// Packet fills p with packet number, which counts from 1. It panics if there is no such packet.
func (w *Writing) Packet(number int, p *Packet) {
	if number < 1 || number > w.Count() {
		panic("protocol: no such packet in the message")
	}
	*p = Packet{Number: uint16(number), Count: uint16(w.Count()), Command: w.Command, Size: uint16(len(w.Payload))}
	copy(p.Data[:], w.Payload[(number-1)*DataSize:])
}

// Reading asks for the pages of an answer and puts them together. Begin, then send the packet of
// Request and hand its reply to Add, until Add says that the answer is complete; Payload then has
// it.
//
// The layout of a GET (S): the request has Count 1 and, in its data, a Word that is 1, or the
// parameter of a command that takes one (ErrorLogEntry); its Size is 1 for the first page and
// afterwards the size that the arm gave. Pages are numbered from 1.
type Reading struct {
	// Payload is the answer, as far as it has come. Its memory is used again by the next Begin.
	Payload []byte

	command   Command
	parameter uint32
	size      int // of the whole answer; known after the first page
	page      int // the next to ask for
}

// Begin starts to read the answer to command. parameter is 1 unless the command takes one.
func (r *Reading) Begin(command Command, parameter uint32) {
	*r = Reading{Payload: r.Payload[:0], command: command, parameter: parameter, page: 1}
}

// Request fills p with the next request.
func (r *Reading) Request(p *Packet) {
	*p = Packet{Number: uint16(r.page), Count: 1, Command: r.command, Size: 1}
	if r.page > 1 {
		p.Size = uint16(r.size)
	}
	c := codec{p: p.Data[:]}
	c.u32(&r.parameter)
}

// Add takes the reply to the last request. It reports whether the answer is complete. A reply with
// another size than the pages before is an ErrMismatch, an answer without bytes or above MaxMessage
// an ErrSize.
func (r *Reading) Add(reply *Packet) (complete bool, err error) {
	request := Packet{Number: uint16(r.page), Command: r.command}
	if err := request.Check(reply); err != nil {
		return false, err
	}
	size := int(reply.Size)
	switch {
	case r.page == 1 && (size == 0 || size > MaxMessage):
		return false, fmt.Errorf("command %s: an answer of %d bytes: %w", r.command, size, ErrSize)
	case r.page > 1 && size != r.size:
		return false, fmt.Errorf("command %s: page %d is of an answer of %d bytes, page 1 of %d: %w", r.command, r.page,
			size, r.size, ErrMismatch)
	}
	r.size = size
	r.Payload = append(r.Payload, reply.Data[:min(DataSize, size-len(r.Payload))]...)
	r.page++
	return len(r.Payload) == size, nil
}

// Collector puts the packets of SETs together, on the arm's side.
type Collector struct {
	// Payload is the message, as far as it has come. Its memory is used again by the next message.
	Payload []byte

	command Command
	count   int // packets of the message
	size    int
	next    int // number of the packet that must come
}

// Add takes a packet. It reports whether the message is complete. A first packet begins a new
// message, whatever was unfinished. A packet out of order, or one whose header contradicts the
// first's, is refused with an ErrMismatch and what was collected is dropped.
func (c *Collector) Add(p *Packet) (complete bool, err error) {
	if p.Number == 1 {
		if int(p.Size) > MaxMessage || int(p.Count) < Packets(int(p.Size)) || int(p.Count) > Packets(MaxMessage) {
			c.Reset()
			return false, fmt.Errorf("command %s: %d bytes in %d packets: %w", p.Command, p.Size, p.Count, ErrSize)
		}
		*c = Collector{Payload: c.Payload[:0], command: p.Command, count: int(p.Count), size: int(p.Size), next: 1}
	}
	if int(p.Number) != c.next || p.Command != c.command || int(p.Count) != c.count || int(p.Size) != c.size {
		expected := c.next
		c.Reset()
		return false, fmt.Errorf("command %s: packet %d of %d where packet %d must come: %w", p.Command, p.Number,
			p.Count, expected, ErrMismatch)
	}
	c.Payload = append(c.Payload, p.Data[:max(0, min(DataSize, c.size-len(c.Payload)))]...)
	if c.next++; c.next <= c.count {
		return false, nil
	}
	c.next = 0
	return true, nil
}

// Reset drops an unfinished message.
func (c *Collector) Reset() { *c = Collector{Payload: c.Payload[:0]} }

// Page fills p with page number of the answer, on the arm's side. Pages past the end are empty:
// libkindrv reads a fixed number of them (K). count is what the reply's Count field says; a real
// arm's is not known.
func Page(command Command, answer []byte, number, count uint16, p *Packet) {
	*p = Packet{Number: number, Count: count, Command: command, Size: uint16(len(answer))}
	if from := (int(number) - 1) * DataSize; from >= 0 && from < len(answer) {
		copy(p.Data[:], answer[from:])
	}
}

// Sizes of packets, in bytes. Evidence K, S: both refuse any other length.
const (
	PacketSize = 64
	HeaderSize = 8
	DataSize   = PacketSize - HeaderSize
)

// MaxMessage is the largest payload that is put together from packets: more than any known message
// (the largest is the joystick mapping of 14,816 bytes) and less than what the size field could
// claim.
const MaxMessage = 16384

// What can be wrong with a reply. Errors of this package wrap one of them.
var (
	ErrNACK      = errors.New("the arm refused the command (NACK)")
	ErrFailed    = errors.New("the arm reports that the command failed")
	ErrMismatch  = errors.New("the reply does not belong to the request")
	ErrSize      = errors.New("wrong size")
	ErrNotFinite = errors.New("a number is not finite")
)

// The flags in the command field of a reply (S).
const (
	flagNACK    = 0x8000
	flagFailed  = 0x4000
	commandMask = 0x3fff
)

// Packet is one transfer in either direction.
//
//	offset  type      field    meaning                                             evidence
//	0       u16       Number   number of the packet in its message, from 1         K S
//	2       u16       Count    packets in the message; in a GET 1                  K S; in the arm's replies ?
//	4       u16       Command  command; in replies bit 15 = NACK, bit 14 = Failed  K S
//	6       u16       Size     bytes of the whole message, not of this packet      S
//	8       u8 [56]   Data     a piece of the payload                              K S
//
// There is no checksum and no sequence number: a reply is known by its order, Number and Command
// alone.
type Packet struct {
	Number, Count uint16
	Command       Command // without flags
	NACK, Failed  bool    // only in replies
	Size          uint16
	Data          [DataSize]byte
}

// Encode writes the packet into buf.
func (p *Packet) Encode(buf *[PacketSize]byte) {
	command := uint16(p.Command) & commandMask
	if p.NACK {
		command |= flagNACK
	}
	if p.Failed {
		command |= flagFailed
	}
	binary.LittleEndian.PutUint16(buf[0:], p.Number)
	binary.LittleEndian.PutUint16(buf[2:], p.Count)
	binary.LittleEndian.PutUint16(buf[4:], command)
	binary.LittleEndian.PutUint16(buf[6:], p.Size)
	copy(buf[HeaderSize:], p.Data[:])
}

// Decode reads a packet. Any other length than 64 bytes is an ErrSize.
func (p *Packet) Decode(buf []byte) error {
	if len(buf) != PacketSize {
		return fmt.Errorf("packet of %d bytes, want %d: %w", len(buf), PacketSize, ErrSize)
	}
	command := binary.LittleEndian.Uint16(buf[4:])
	p.Number = binary.LittleEndian.Uint16(buf[0:])
	p.Count = binary.LittleEndian.Uint16(buf[2:])
	p.Command = Command(command & commandMask)
	p.NACK, p.Failed = command&flagNACK != 0, command&flagFailed != 0
	p.Size = binary.LittleEndian.Uint16(buf[6:])
	copy(p.Data[:], buf[HeaderSize:])
	return nil
}

// Check tells whether reply answers the request p: nil, or an error that wraps ErrMismatch, ErrNACK
// or ErrFailed.
func (p *Packet) Check(reply *Packet) error {
	switch {
	case reply.Command != p.Command:
		return fmt.Errorf("command %s answered with command %s: %w", p.Command, reply.Command, ErrMismatch)
	case reply.Number != p.Number:
		return fmt.Errorf("command %s: packet %d answered with packet %d: %w", p.Command, p.Number, reply.Number,
			ErrMismatch)
	case reply.NACK:
		return fmt.Errorf("command %s, packet %d: %w", p.Command, p.Number, ErrNACK)
	case reply.Failed:
		return fmt.Errorf("command %s, packet %d: %w", p.Command, p.Number, ErrFailed)
	}
	return nil
}

// Packets returns the number of packets of a payload of size bytes: at least 1.
func Packets(size int) int { return max(1, (size+DataSize-1)/DataSize) }
