package protocol

import "fmt"

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
		return false, fmt.Errorf("command %s: page %d is of an answer of %d bytes, page 1 of %d: %w", r.command, r.page, size, r.size, ErrMismatch)
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
		return false, fmt.Errorf("command %s: packet %d of %d where packet %d must come: %w", p.Command, p.Number, p.Count, expected, ErrMismatch)
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
