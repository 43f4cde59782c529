package usbip

import "encoding/binary"

// The handshake: version u16, code u16, status u32, then the body.
const (
	version = 0x0111

	requestList   = 0x8005
	replyList     = 0x0005
	requestImport = 0x8003
	replyImport   = 0x0003

	statusOK       = 0
	statusBusy     = 2
	statusNoDevice = 4

	opSize     = 8
	busIDSize  = 32
	recordSize = 312
)

// appendOp appends the head of a reply.
func appendOp(dst []byte, code uint16, status uint32) []byte {
	dst = binary.BigEndian.AppendUint16(dst, version)
	dst = binary.BigEndian.AppendUint16(dst, code)
	return binary.BigEndian.AppendUint32(dst, status)
}

// appendRecord appends the description of a device.
//
//	offset  field
//	0       path, char[256]
//	256     bus id, char[32]
//	288     u32 bus, device number, speed
//	300     u16 vendor, product, release
//	306     u8 class, subclass, protocol, configuration value, configurations, interfaces
func appendRecord(dst []byte, e *export) []byte {
	var record [recordSize]byte
	copy(record[:255], "/sys/devices/emulated/"+e.id)
	copy(record[256:256+busIDSize-1], e.id)
	binary.BigEndian.PutUint32(record[288:], 1)
	binary.BigEndian.PutUint32(record[292:], e.number)
	binary.BigEndian.PutUint32(record[296:], speedFull)
	binary.BigEndian.PutUint16(record[300:], vendor)
	binary.BigEndian.PutUint16(record[302:], product)
	binary.BigEndian.PutUint16(record[304:], deviceRelease)
	record[309], record[310], record[311] = configuration, 1, 1
	return append(dst, record[:]...)
}

// The URBs. Headers have five u32 in common: command, sequence number, device, direction, endpoint.
const (
	cmdSubmit = 1
	cmdUnlink = 2
	retSubmit = 3
	retUnlink = 4

	headerSize = 48
	maxURB     = 1 << 16 // bytes of a transfer; an arm's are 64
	maxPending = 64      // transfers to the host that wait for data
)

// Statuses of a URB, negative errnos of Linux.
const (
	statusStall    = -32
	statusOverflow = -75
	statusUnlinked = -104
)

// header is a CMD_SUBMIT or CMD_UNLINK.
//
//	offset  CMD_SUBMIT                          CMD_UNLINK
//	0       command                             command
//	4       sequence                            sequence
//	8       device                              device
//	12      direction: 0 to the device, 1 from  direction
//	16      endpoint                            endpoint
//	20      flags                               sequence to unlink
//	24      length
//	32      isochronous packets: 0, or 0xffffffff
//	40      control request, 8 bytes
type header struct {
	command, sequence   uint32
	in                  bool
	endpoint            uint32
	unlink              uint32 // of CMD_UNLINK
	length, isochronous uint32
	setup               setup
}

func parseHeader(p *[headerSize]byte) header {
	u32 := func(at int) uint32 { return binary.BigEndian.Uint32(p[at:]) }
	return header{
		command: u32(0), sequence: u32(4), in: u32(12) != 0, endpoint: u32(16), unlink: u32(20), length: u32(24),
		isochronous: u32(32), setup: parseSetup(p[40:]),
	}
}

// appendReturn appends a RET_SUBMIT or RET_UNLINK with the data behind it. actual is the number of
// bytes that went over, which for a transfer to the device has no data behind it.
func appendReturn(dst []byte, command, sequence uint32, status int32, actual int, data []byte) []byte {
	var h [headerSize]byte
	binary.BigEndian.PutUint32(h[0:], command)
	binary.BigEndian.PutUint32(h[4:], sequence)
	binary.BigEndian.PutUint32(h[20:], uint32(status))
	binary.BigEndian.PutUint32(h[24:], uint32(actual))
	return append(append(dst, h[:]...), data...)
}
