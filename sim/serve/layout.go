package serve

import (
	"encoding/binary"
	"fmt"
	"unsafe"
)

// Version is that of the control messages and of the memory. A client of another one is refused.
const Version = 1

const (
	magic       = "COLONSIM"
	headerBytes = 4096
	alignment   = 64 // of every array, bytes: a cache line
	choices     = 3  // of each factor of an action
)

// Limits of what a server is asked for.
const (
	MaxEnvs    = 4096
	MaxBuffers = 4096
	MaxMemory  = 64 << 30 // bytes
)

// layout says where the arrays lie: offsets in the memory, and of arrays in a buffer.
type layout struct {
	envs, side, proprio, factors, buffers, picture int

	actions, seeds, mask, pictures, first, stride                                       int
	pixels, proprios, reward, terminated, truncated, violation, finalPixels, finalProps int
	total                                                                               int
}

// allocator hands out aligned space.
type allocator struct{ used int }

func (a *allocator) take(bytes int) int {
	at := a.used
	a.used += (bytes + alignment - 1) / alignment * alignment
	return at
}

// newLayout plans the memory. It fails if that is larger than MaxMemory.
func newLayout(envs, side, proprio, factors, buffers, picture int, final bool) (*layout, error) {
	l := &layout{envs: envs, side: side, proprio: proprio, factors: factors, buffers: buffers, picture: picture}
	memory := allocator{used: headerBytes}
	l.actions = memory.take(8 * envs * factors)
	l.seeds = memory.take(8 * envs)
	l.mask = memory.take(envs)
	l.pictures = memory.take(3 * picture * picture)
	var buffer allocator
	l.pixels = buffer.take(envs * l.frame())
	l.proprios = buffer.take(4 * envs * proprio)
	l.reward = buffer.take(8 * envs)
	l.terminated = buffer.take(envs)
	l.truncated = buffer.take(envs)
	l.violation = buffer.take(envs)
	if final {
		l.finalPixels = buffer.take(envs * l.frame())
		l.finalProps = buffer.take(4 * envs * proprio)
	}
	l.first, l.stride = memory.used, buffer.used
	l.total = l.first + buffers*l.stride
	if l.total > MaxMemory {
		return nil, fmt.Errorf("%d environments with %d buffers need %d MiB of memory, more than %d", envs, buffers,
			l.total>>20, MaxMemory>>20)
	}
	return l, nil
}

// frame is the size of one picture in bytes.
func (l *layout) frame() int { return 3 * l.side * l.side }

// writeHeader writes the header for clients. The server never reads it.
func (l *layout) writeHeader(memory []byte, autoreset Autoreset, episodeSteps int) {
	copy(memory, magic)
	for i, n := range []int{
		Version, l.envs, l.side, l.side, 3, l.proprio, l.factors, choices, l.buffers, int(autoreset),
		l.picture, episodeSteps,
	} {
		binary.LittleEndian.PutUint32(memory[8+4*i:], uint32(n))
	}
	for i, n := range []int{
		l.actions, l.seeds, l.mask, l.pictures, l.first, l.stride,
		l.pixels, l.proprios, l.reward, l.terminated, l.truncated, l.violation, l.finalPixels, l.finalProps, l.total,
	} {
		binary.LittleEndian.PutUint64(memory[64+8*i:], uint64(n))
	}
}

// inputs are the arrays that the client writes.
type inputs struct {
	actions []int64 // [N, F]
	seeds   []uint64
	mask    []uint8
	picture []uint8 // [P, P, 3], by the server
}

func (l *layout) inputs(memory []byte) inputs {
	return inputs{
		actions: view[int64](memory, l.actions, l.envs*l.factors), seeds: view[uint64](memory, l.seeds, l.envs),
		mask: view[uint8](memory, l.mask, l.envs), picture: view[uint8](memory, l.pictures, 3*l.picture*l.picture),
	}
}

// buffer holds what one step gave.
type buffer struct {
	pixels                           []uint8   // [N, H, W, C]
	proprio                          []float32 // [N, Q]
	reward                           []float64
	terminated, truncated, violation []uint8
	finalPixels                      []uint8 // empty without final observations
	finalProprio                     []float32
}

func (l *layout) buffer(memory []byte, k int) buffer {
	memory = memory[l.first+k*l.stride:][:l.stride]
	b := buffer{
		pixels: view[uint8](memory, l.pixels, l.envs*l.frame()), proprio: view[float32](memory, l.proprios,
			l.envs*l.proprio),
		reward: view[float64](memory, l.reward, l.envs), terminated: view[uint8](memory, l.terminated, l.envs),
		truncated: view[uint8](memory, l.truncated, l.envs), violation: view[uint8](memory, l.violation, l.envs),
	}
	if l.finalPixels != 0 {
		b.finalPixels = view[uint8](memory, l.finalPixels, l.envs*l.frame())
		b.finalProprio = view[float32](memory, l.finalProps, l.envs*l.proprio)
	}
	return b
}

// view returns n numbers that begin at an aligned offset of the memory.
func view[T int64 | uint64 | float64 | float32 | uint8](memory []byte, offset, n int) []T {
	var one T
	part := memory[offset:][:n*int(unsafe.Sizeof(one))]
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(part))), n)
}

// row returns part i of n equal parts.
func row[T any](all []T, i, n int) []T {
	size := len(all) / n
	return all[i*size : (i+1)*size : (i+1)*size]
}
