package training

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// EventFiles matches the names of the files that a eventWriter makes.
const EventFiles = eventPrefix + "*" + eventSuffix

// TensorBoard takes every file with "tfevents" in its name, and several of a
// folder in the order of their names.
const (
	eventPrefix = "events.out.tfevents."
	eventSuffix = ".colonnade"
)

// eventWriter writes what one invocation of a run has to tell. The file appears with
// the first Write. A eventWriter belongs to one goroutine.
type eventWriter struct {
	dir    string
	from   int64
	file   *os.File
	buffer []byte
}

// newEventWriter returns a writer into a folder. What files that are already there
// say of step from and later ones no longer counts.
func newEventWriter(dir string, from int64) *eventWriter { return &eventWriter{dir: dir, from: from} }

// Write adds what there is to say of a step. It is in the file when Write
// returns.
func (w *eventWriter) Write(step int64, scalars []scalar, images ...eventImage) error {
	now := time.Now()
	w.buffer = w.buffer[:0]
	if w.file == nil {
		if err := w.create(now); err != nil {
			return fmt.Errorf("write TensorBoard events: %w", err)
		}
		w.buffer = appendRecord(w.buffer, appendVersion(newEvent(now, 0)))
		w.buffer = appendRecord(w.buffer, appendStart(newEvent(now, w.from)))
	}
	w.buffer = appendRecord(w.buffer, appendSummary(newEvent(now, step), scalars, images))
	if _, err := w.file.Write(w.buffer); err != nil {
		return fmt.Errorf("write TensorBoard events: %w", err)
	}
	return nil
}

// create opens a new file, named after the time like all event files, but
// always behind those that are there: a clock may have been set back, and an
// invocation may take less than a second.
func (w *eventWriter) create(now time.Time) error {
	there, err := os.ReadDir(w.dir)
	if err != nil {
		return err
	}
	number := now.Unix()
	for _, entry := range there {
		text := strings.TrimSuffix(strings.TrimPrefix(entry.Name(), eventPrefix), eventSuffix)
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			number = max(number, n+1)
		}
	}
	path := filepath.Join(w.dir, fmt.Sprintf("%s%010d%s", eventPrefix, number, eventSuffix))
	w.file, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	return err
}

// Close closes the file.
func (w *eventWriter) Close() error {
	if w.file == nil {
		return nil
	}
	err := w.file.Close()
	w.file = nil
	return err
}

// scalar is a number under a tag, such as "loss/policy_loss": TensorBoard puts
// tags with the same word before the slash together.
type scalar struct {
	Tag   string
	Value float64
}

// eventImage is a PNG under a tag.
type eventImage struct {
	Tag           string
	Height, Width int
	PNG           []byte
}

// fileVersion is what the first event of a file says; readers take it for the
// version of the format, and only from 2 on look at the marks of restarts.
const fileVersion = "brain.Event:2"

// Values of fields.
const (
	sessionStart = 1 // SessionLog.status
	colourRGB    = 3 // Summary.Image.colorspace
)

// event returns an Event with the fields that all have. The caller adds one of
// those that say what happened.
func newEvent(at time.Time, step int64) []byte {
	var m []byte
	m = protowire.AppendTag(m, 1, protowire.Fixed64Type) // wall_time, s
	m = protowire.AppendFixed64(m, math.Float64bits(float64(at.UnixMicro())/1e6))
	return appendInt(m, 2, step)
}

// The fields of Event that say what happened.
func appendVersion(m []byte) []byte {
	return protowire.AppendString(protowire.AppendTag(m, 3, protowire.BytesType), fileVersion)
}

func appendStart(m []byte) []byte { return appendBytes(m, 7, appendInt(nil, 1, sessionStart)) }

func appendSummary(m []byte, scalars []scalar, images []eventImage) []byte {
	var summary []byte
	for _, s := range scalars {
		value := appendBytes(nil, 1, []byte(s.Tag))
		value = protowire.AppendTag(value, 2, protowire.Fixed32Type)
		value = protowire.AppendFixed32(value, math.Float32bits(float32(s.Value)))
		summary = appendBytes(summary, 1, value)
	}
	for _, i := range images {
		image := appendInt(nil, 1, int64(i.Height))
		image = appendInt(image, 2, int64(i.Width))
		image = appendInt(image, 3, colourRGB)
		image = appendBytes(image, 4, i.PNG)
		summary = appendBytes(summary, 1, appendBytes(appendBytes(nil, 1, []byte(i.Tag)), 4, image))
	}
	return appendBytes(m, 5, summary)
}

func appendInt(m []byte, field protowire.Number, v int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(m, field, protowire.VarintType), uint64(v))
}

func appendBytes(m []byte, field protowire.Number, b []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(m, field, protowire.BytesType), b)
}

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
