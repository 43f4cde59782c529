package camera

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// standardTables is a JPEG segment with the typical Huffman tables of ITU-T T.81, annex K.3 (tables K.3 to K.6), which
// MJPEG lets cameras leave out: marker, length, then for luminance and chrominance each the table for DC and the one
// for AC, as class and number, how many codes there are of each length from 1 to 16, and what they stand for.
var standardTables, _ = hex.DecodeString("ffc401a2" +
	"00" + "00010501010101010100000000000000" + "000102030405060708090a0b" +
	"10" + "0002010303020403050504040000017d" +
	"01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a43" +
	"4445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2" +
	"b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa" +
	"01" + "00030101010101010101010000000000" + "000102030405060708090a0b" +
	"11" + "00020102040403040705040400010277" +
	"0001020311040521310612415107617113223281081442" + "91a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a" +
	"434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9" +
	"aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa")

// The markers of JPEG in use.
const (
	markerStart  = 0xd8 // of the picture
	markerScan   = 0xda
	markerTables = 0xc4 // Huffman
)

// completeTables returns picture, a JPEG file, with Huffman tables in it: itself, or a copy with the standard ones before
// its scan, which is valid until the next call.
func (d *decoder) completeTables(picture []byte) ([]byte, error) {
	if !bytes.HasPrefix(picture, []byte{0xff, markerStart}) {
		return nil, fmt.Errorf("%w: it does not begin like a JPEG", ErrFrame)
	}
	for at := 2; at+4 <= len(picture); {
		marker := picture[at+1]
		switch {
		case picture[at] != 0xff:
			return nil, fmt.Errorf("%w: no marker where one must be, at byte %d", ErrFrame, at)
		case marker == 0xff: // fill
			at++
			continue
		case marker == markerTables:
			return picture, nil
		case marker == markerScan:
			d.completed = append(append(append(d.completed[:0], picture[:at]...), standardTables...), picture[at:]...)
			return d.completed, nil
		}
		at += 2 + int(binary.BigEndian.Uint16(picture[at+2:]))
	}
	return nil, fmt.Errorf("%w: it ends before its scan", ErrFrame)
}
