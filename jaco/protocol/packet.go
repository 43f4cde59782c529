package protocol

import (
	"encoding/binary"
	"errors"
	"fmt"
)

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
		return fmt.Errorf("command %s: packet %d answered with packet %d: %w", p.Command, p.Number, reply.Number, ErrMismatch)
	case reply.NACK:
		return fmt.Errorf("command %s, packet %d: %w", p.Command, p.Number, ErrNACK)
	case reply.Failed:
		return fmt.Errorf("command %s, packet %d: %w", p.Command, p.Number, ErrFailed)
	}
	return nil
}

// Packets returns the number of packets of a payload of size bytes: at least 1.
func Packets(size int) int { return max(1, (size+DataSize-1)/DataSize) }
