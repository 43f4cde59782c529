package tensorboard

import (
	"encoding/binary"
	"hash/crc32"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendRecord frames data as a TFRecord, everything little-endian (TensorFlow,
// core/lib/io/record_writer.h):
//
//	8 bytes  length of data
//	4 bytes  checksum of these 8 bytes
//	         data
//	4 bytes  checksum of data
func appendRecord(b, data []byte) []byte {
	at := len(b)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(data)))
	b = binary.LittleEndian.AppendUint32(b, checksum(b[at:]))
	b = append(b, data...)
	return binary.LittleEndian.AppendUint32(b, checksum(data))
}

// checksum is CRC-32C, masked so that a checksum of data that holds checksums
// stays a good one (TensorFlow, core/lib/hash/crc32c.h).
func checksum(data []byte) uint32 {
	crc := crc32.Checksum(data, castagnoli)
	return (crc>>15 | crc<<17) + 0xa282ead8
}
