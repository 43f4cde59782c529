package distill

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/minio/highwayhash"
)

// frames is a file of all steps of a run, written as they come. One goroutine appends, another one
// may read what was appended before.
//
// A file is a head of headSize bytes, a magic word and the shape as JSON, and records of one size.
// Each record has the HighwayHash-64 (zero key) of all that follows in it, its number included, so
// that a torn, damaged or misplaced one is noticed.
type frames struct {
	file  *os.File
	shape shape
	size  int64        // of a record
	n     atomic.Int64 // whole records

	damaged []bool // of the records that were there when the file was opened; nil: none is
	record  []byte // the one that is being appended
}

const (
	headSize    = 512
	framesMagic = "colonnade frames 1\n"
)

var hashKey [highwayhash.Size]byte

// openFrames opens the frames at path, or begins a new file there if begin is set.
func openFrames(path string, s shape, begin bool) (*frames, error) {
	flags := os.O_RDWR
	if begin {
		flags |= os.O_CREATE | os.O_TRUNC
	}
	file, err := os.OpenFile(path, flags, 0o666)
	if err != nil {
		return nil, fmt.Errorf("frames: %w", err)
	}
	f := &frames{file: file, shape: s, size: int64(s.size()), record: make([]byte, s.size())}
	if begin {
		err = f.writeHead()
	} else {
		err = f.load()
	}
	if err != nil {
		return nil, fmt.Errorf("frames in %s: %w", path, errors.Join(err, file.Close()))
	}
	return f, nil
}

func (f *frames) writeHead() error {
	text, err := json.Marshal(f.shape)
	if err != nil {
		return err
	}
	head := append([]byte(framesMagic), text...)
	if len(head) >= headSize {
		return fmt.Errorf("the head takes %d bytes, there is room for %d", len(head), headSize)
	}
	head = append(head, '\n')
	for len(head) < headSize {
		head = append(head, ' ')
	}
	_, err = f.file.WriteAt(head, 0)
	return err
}

// load checks the head and every record. What is behind the last whole record is left out: a step
// that was being written when the program died.
func (f *frames) load() error {
	head := make([]byte, headSize)
	if _, err := f.file.ReadAt(head, 0); err != nil {
		return fmt.Errorf("read the head: %w", err)
	}
	if string(head[:len(framesMagic)]) != framesMagic {
		return errors.New("not a file of frames, or of another version")
	}
	var s shape
	if err := json.Unmarshal(head[len(framesMagic):], &s); err != nil {
		return fmt.Errorf("read the head: %w", err)
	}
	if s != f.shape {
		return fmt.Errorf("they are of another student or teacher: %+v, want %+v", s, f.shape)
	}
	info, err := f.file.Stat()
	if err != nil {
		return err
	}
	n := (info.Size() - headSize) / f.size
	damaged, whole, bad := make([]bool, n), int64(0), 0
	for i := range n {
		if _, err := f.file.ReadAt(f.record, headSize+i*f.size); err != nil {
			return fmt.Errorf("read frame %d: %w", i, err)
		}
		if damaged[i] = !f.intact(f.record, i); damaged[i] {
			bad++
		} else {
			whole = i + 1
		}
	}
	f.n.Store(whole)
	if bad -= int(n - whole); bad > 0 {
		f.damaged = damaged[:whole]
	}
	return nil
}

// intact tells whether a record is what was once appended with that number.
func (f *frames) intact(record []byte, number int64) bool {
	return binary.LittleEndian.Uint64(record) == highwayhash.Sum64(record[checksumSize:], hashKey[:]) &&
		int64(binary.LittleEndian.Uint64(record[checksumSize:])) == number
}

// Len returns the number of frames.
func (f *frames) Len() int64 { return f.n.Load() }

// Damaged returns how many of them are damaged. They are not learnt from.
func (f *frames) Damaged() (n int) {
	for _, bad := range f.damaged {
		if bad {
			n++
		}
	}
	return n
}

// append adds a frame.
func (f *frames) append(frame *frame) error {
	n := f.n.Load()
	binary.LittleEndian.PutUint64(f.record[checksumSize:], uint64(n))
	frame.encode(f.record[checksumSize+numberSize:])
	binary.LittleEndian.PutUint64(f.record, highwayhash.Sum64(f.record[checksumSize:], hashKey[:]))
	if _, err := f.file.WriteAt(f.record, headSize+n*f.size); err != nil {
		return fmt.Errorf("keep frame %d: %w", n, err)
	}
	f.n.Store(n + 1)
	return nil
}

// usable tells whether a window of frames holds none that is damaged.
func (f *frames) usable(from, n int64) bool {
	for i := from; i < from+n && i < int64(len(f.damaged)); i++ {
		if f.damaged[i] {
			return false
		}
	}
	return true
}

// read reads n records from one on into buffer, which holds as many, and checks them.
func (f *frames) read(from, n int64, buffer []byte) error {
	if _, err := f.file.ReadAt(buffer[:n*f.size], headSize+from*f.size); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("the file has become shorter")
		}
		return fmt.Errorf("read frames %d to %d: %w", from, from+n-1, err)
	}
	for i := range n {
		if !f.intact(buffer[i*f.size:(i+1)*f.size], from+i) {
			return fmt.Errorf("read frame %d: its bytes are not those that were kept: the disk is damaged, or "+
				"somebody else writes to the file", from+i)
		}
	}
	return nil
}

// cut leaves the first n frames.
func (f *frames) cut(n int64) error {
	if err := f.file.Truncate(headSize + n*f.size); err != nil {
		return fmt.Errorf("cut frames: %w", err)
	}
	f.n.Store(n)
	if int64(len(f.damaged)) > n {
		f.damaged = f.damaged[:n]
	}
	return nil
}

// sync waits until all is on the disk.
func (f *frames) sync() error { return f.file.Sync() }

// Close closes the file.
func (f *frames) Close() error { return f.file.Close() }
