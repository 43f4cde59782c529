// Package record keeps what happens on an arm: every step's frame, joints, action, reward and
// clocks, in a file that is only ever appended to, and plays it back in the simulator.
//
// # The file
//
// A line "jaco-record/1", then records, little-endian:
//
//	0   u32       bytes of the payload
//	4   u32       CRC-32C of the payload
//	8   payload   the fields of robot.Moment in order: u64 episode, u32 step, u64 seed, i64 clock,
//	              taken and measured (ns since clock.Epoch), 9 bytes of action, f32 reward, u8
//	              flags (1 terminated, 2 truncated), 9 f64 angles (rad), 9 f64 velocities (rad/s),
//	              2 f64 target (m), f64 confidence, u32 and bytes of the frame
//
// A record is one write; the file is synced where an episode begins and ends. A program or a
// machine that dies leaves at most one record torn, at the end, or zeros there: a Reader stops
// before that and says so, Append cuts it off, says so (Writer.Cut) and goes on, with the number of
// the next episode. One Writer at a time has a file.
package record

import (
	"bufio"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strings"

	"colonnade/jaco/robot"
)

// Writer appends to a file. It belongs to one goroutine.
type Writer struct {
	file     *os.File
	buf      []byte
	episodes uint64 // that the file held
	cut      int64
}

// ErrBusy is wrapped by what Append returns for a file that somebody records into.
var ErrBusy = errors.New("somebody records into it")

// Append opens a file to record into, a new one or one that holds records already; what follows its
// last whole record, where that is torn or zeros, is cut off: Cut tells. A damaged file, or one of
// something else, is an error and stays as it is: move it away. So is one that another Writer has
// open, in this process or another.
func Append(path string) (*Writer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	w := &Writer{file: f}
	if err = lock(f); err == nil {
		err = w.prepare()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("record into %s: %w", path, err), f.Close())
	}
	return w, nil
}

// prepare finds the end of the records, and completes a header that is not all there. Whatever else
// the file holds stays.
func (w *Writer) prepare() error {
	begun, err := io.ReadAll(io.LimitReader(w.file, int64(len(header))))
	if err != nil {
		return err
	}
	if len(begun) < len(header) && strings.HasPrefix(header, string(begun)) { // new, or torn at once
		if _, err := w.file.WriteString(header[len(begun):]); err != nil {
			return err
		}
		return w.file.Sync()
	}
	if _, err := w.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r, err := NewReader(w.file)
	if err != nil {
		return err
	}
	for {
		var m robot.Moment
		if err = r.Next(&m); err != nil {
			break
		}
		w.episodes = max(w.episodes, m.Episode)
	}
	if errors.Is(err, ErrTorn) {
		about, err := w.file.Stat()
		if err != nil {
			return err
		}
		w.cut = about.Size() - r.end
		if err := w.file.Truncate(r.end); err != nil {
			return err
		}
	} else if err != io.EOF {
		return err
	}
	_, err = w.file.Seek(r.end, io.SeekStart)
	return err
}

// Cut returns how many bytes were cut off the file's end when it was opened: what power loss or
// kill left of a record.
func (w *Writer) Cut() int64 { return w.cut }

// Write appends a moment: it is what robot.Options.Record wants. Its episode is counted on from
// those that the file held.
func (w *Writer) Write(m *robot.Moment) error {
	own := m.Episode
	m.Episode += w.episodes
	w.buf = appendRecord(w.buf[:0], m)
	m.Episode = own
	if _, err := w.file.Write(w.buf); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	if m.Step == 0 || m.Terminated || m.Truncated {
		if err := w.file.Sync(); err != nil {
			return fmt.Errorf("record: %w", err)
		}
	}
	return nil
}

// Close syncs and closes the file.
func (w *Writer) Close() error {
	if err := errors.Join(w.file.Sync(), w.file.Close()); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// Reader reads records one after the other.
type Reader struct {
	in   *bufio.Reader
	buf  []byte
	end  int64 // of the last whole record
	head [headSize]byte
}

// NewReader reads the file's header.
func NewReader(in io.Reader) (*Reader, error) {
	r := &Reader{in: bufio.NewReader(in)}
	got := make([]byte, len(header))
	if _, err := io.ReadFull(r.in, got); err != nil || string(got) != header {
		return nil, errors.New("this is no file of records: it does not begin with " + header[:len(header)-1])
	}
	r.end = int64(len(header))
	return r, nil
}

// Next reads the next record into m, whose Frame's memory is used again. It returns io.EOF after
// the last one, an error that wraps ErrTorn if that was not written to its end, and one that wraps
// ErrDamaged for bytes that were changed.
func (r *Reader) Next(m *robot.Moment) error {
	if _, err := io.ReadFull(r.in, r.head[:]); errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("at byte %d: %w", r.end, ErrTorn)
	} else if err != nil {
		return err
	}
	n := order.Uint32(r.head[:])
	if r.head == [headSize]byte{} && r.zeros() {
		return fmt.Errorf("at byte %d: %w: only zeros follow", r.end, ErrTorn)
	}
	if n < fixedSize || n > mostBytes {
		return fmt.Errorf("at byte %d: %w: a length of %d", r.end, ErrDamaged, n)
	}
	r.buf = append(r.buf[:0], make([]byte, n)...)
	if _, err := io.ReadFull(r.in, r.buf); errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF {
		return fmt.Errorf("at byte %d: %w", r.end, ErrTorn)
	} else if err != nil {
		return err
	}
	if crc32.Checksum(r.buf, table) != order.Uint32(r.head[4:]) {
		if [zeroTail]byte(r.buf[n-zeroTail:]) == [zeroTail]byte{} && r.zeros() {
			return fmt.Errorf("at byte %d: %w: zeros are in its place", r.end, ErrTorn)
		}
		return fmt.Errorf("at byte %d: %w: the checksum does not fit", r.end, ErrDamaged)
	}
	if err := decode(r.buf, m); err != nil {
		return fmt.Errorf("at byte %d: %w", r.end, err)
	}
	r.end += headSize + int64(n)
	return nil
}

// zeroTail is how many zeros at the end of a payload that does not fit its checksum, with nothing
// but zeros behind it, say that it was never written there: file systems make a file longer before
// they fill it.
const zeroTail = 16

// zeros tells whether nothing but zeros is left to read.
func (r *Reader) zeros() bool {
	for {
		b, err := r.in.ReadByte()
		if err != nil || b != 0 {
			return err == io.EOF
		}
	}
}
