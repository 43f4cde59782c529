package usbip

import "encoding/binary"

// What an arm's USB side looks like. Vendor and product id, strings and endpoints 0x02 and 0x82 are
// facts (K, S, and kernel logs); the rest is not known and chosen (jaco/protocol/PROTOCOL.md,
// sections 1 and 10).
const (
	vendor        = 0x22cd
	product       = 0x0000
	deviceRelease = 0x0100
	configuration = 1

	endpointSize = 64
	speedFull    = 2 // 12 Mbit/s

	stringManufacturer = 1
	stringProduct      = 2
)

var (
	deviceDescriptor = []byte{
		18, 1, 0x00, 0x02, 0, 0, 0, endpointSize, vendor & 0xff, vendor >> 8, product & 0xff, product >> 8,
		deviceRelease & 0xff, deviceRelease >> 8, stringManufacturer, stringProduct, 0, 1,
	}
	configurationDescriptor = []byte{
		9, 2, 46, 0, 1, configuration, 0, 0xc0, 50, // self-powered, 100 mA
		9, 4, 0, 0, 4, 0xff, 0, 0, 0, // interface 0: vendor class, four endpoints
		7, 5, 0x01, 2, endpointSize, 0, 0, // bulk: the RS-485 pipe
		7, 5, 0x81, 2, endpointSize, 0, 0,
		7, 5, 0x02, 3, endpointSize, 0, 1, // interrupt: commands
		7, 5, 0x82, 3, endpointSize, 0, 1, // and replies
	}
	languages = []byte{4, 3, 0x09, 0x04}

	// The product string of real arms is cut off, with garbage behind it.
	texts = map[uint8]string{stringManufacturer: "Kinova inc.", stringProduct: "Kinova Robotic Pl"}
)

// setup is a control request.
type setup struct {
	kind, request        uint8
	value, index, length uint16
}

func parseSetup(p []byte) setup {
	return setup{p[0], p[1], binary.LittleEndian.Uint16(p[2:]), binary.LittleEndian.Uint16(p[4:]),
		binary.LittleEndian.Uint16(p[6:])}
}

// code is the request as the constants below have it.
func (s setup) code() uint16 { return uint16(s.kind)<<8 | uint16(s.request) }

// Control requests: kind<<8 | request.
const (
	getStatus        = 0x8000
	getStatusPort    = 0x8100 // of the interface
	getStatusPipe    = 0x8200 // of an endpoint
	getDescriptor    = 0x8006
	getConfiguration = 0x8008
	getInterface     = 0x810a
	setConfiguration = 0x0009
	setInterface     = 0x010b
	clearHalt        = 0x0201
)

// control answers a control request that is not about an endpoint; ok is false for a stall.
func control(s setup) (data []byte, ok bool) {
	switch s.code() {
	case getStatus:
		data = []byte{1, 0} // self-powered
	case getStatusPort:
		data = []byte{0, 0}
	case getConfiguration:
		data = []byte{configuration}
	case getInterface:
		data = []byte{0}
	case setConfiguration:
		return nil, s.value <= configuration
	case setInterface:
		return nil, s.value == 0 && s.index == 0
	case getDescriptor:
		if data = descriptor(uint8(s.value>>8), uint8(s.value)); data == nil {
			return nil, false
		}
	default:
		return nil, false
	}
	return data[:min(len(data), int(s.length))], true
}

func descriptor(kind, index uint8) []byte {
	switch kind {
	case 1:
		return deviceDescriptor
	case 2:
		if index == 0 {
			return configurationDescriptor
		}
	case 3:
		if index == 0 {
			return languages
		}
		if text, ok := texts[index]; ok {
			d := []byte{byte(2 + 2*len(text)), 3}
			for _, c := range []byte(text) {
				d = append(d, c, 0)
			}
			return d
		}
	}
	return nil // a full-speed device has no device qualifier, no BOS
}
