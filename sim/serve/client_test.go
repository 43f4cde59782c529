package serve_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"colonnade/sim/domain"
	"colonnade/sim/reach"
	"colonnade/sim/serve"
)

// client is one in another language: it knows the tables of the package documentation and nothing
// else.
type client struct {
	tb     testing.TB
	conn   *net.UnixConn
	memory []byte
	number uint32
	served chan error // what Serve returned
}

func options(tb testing.TB, task reach.Task, world string, targetEvery int) reach.Options {
	tb.Helper()
	d, err := domain.Load(world)
	if err != nil {
		tb.Fatal(err)
	}
	return reach.Options{Task: task, Domain: d, TargetEvery: targetEvery}
}

func newServer(tb testing.TB, c serve.Config) *serve.Server {
	tb.Helper()
	if c.Options.Domain == nil {
		c.Options = options(tb, reach.Reach, "sim", 1)
	}
	c.Threads, c.Buffers, c.Picture = max(c.Threads, 1), max(c.Buffers, 2), max(c.Picture, 64)
	s, err := serve.New(c)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// dial starts a server and says nothing yet.
func dial(tb testing.TB, c serve.Config) *client {
	tb.Helper()
	s := newServer(tb, c)
	path := filepath.Join(tb.TempDir(), "control")
	k := &client{tb: tb, served: make(chan error, 1)}
	go func() {
		socket, err := serve.Listen(context.Background(), path, 0)
		if err == nil {
			err = s.Serve(socket)
			socket.Close()
		}
		s.Close()
		k.served <- err
	}()
	for range 1000 {
		var err error
		if k.conn, err = net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"}); err == nil {
			tb.Cleanup(func() { k.conn.Close() })
			return k
		}
		syscall.Nanosleep(&syscall.Timespec{Nsec: 5e6}, nil)
	}
	tb.Fatal("the server does not listen")
	return nil
}

// connect starts a server and greets it.
func connect(tb testing.TB, c serve.Config) *client {
	tb.Helper()
	k := dial(tb, c)
	k.write(1, colonsim, 1, 0)
	reply, control := make([]byte, 256), make([]byte, 64)
	n, controls, _, _, err := k.conn.ReadMsgUnix(reply, control)
	if err != nil || n != 256 {
		tb.Fatalf("a reply of %d bytes: %v", n, err)
	}
	if text := refusal(reply); text != "" {
		tb.Fatal(text)
	}
	messages, err := syscall.ParseSocketControlMessage(control[:controls])
	if err != nil || len(messages) != 1 {
		tb.Fatalf("%d control messages, want 1: %v", len(messages), err)
	}
	descriptors, err := syscall.ParseUnixRights(&messages[0])
	if err != nil {
		tb.Fatal(err)
	}
	file := os.NewFile(uintptr(descriptors[0]), "memory")
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		tb.Fatal(err)
	}
	if mode, links := info.Mode().Perm(), info.Sys().(*syscall.Stat_t).Nlink; mode != 0o600 || links != 0 {
		tb.Errorf("the memory's file has mode %o and %d names, want 600 and none", mode, links)
	}
	k.memory, err = syscall.Mmap(descriptors[0], 0, int(info.Size()), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { syscall.Munmap(k.memory) })
	if string(k.memory[:8]) != "COLONSIM" || k.u32(8) != 1 || k.u64(176) != len(k.memory) {
		tb.Errorf("header %x", k.memory[:184])
	}
	return k
}

const colonsim = 0x4d49534e4f4c4f43

func (k *client) write(op uint32, a, b, c uint64) {
	k.number++
	m := binary.LittleEndian.AppendUint32(nil, op)
	m = binary.LittleEndian.AppendUint32(m, k.number)
	for _, x := range []uint64{a, b, c} {
		m = binary.LittleEndian.AppendUint64(m, x)
	}
	if _, err := k.conn.Write(m); err != nil {
		k.tb.Fatal(err)
	}
}

// refusal returns the text of a reply, empty if the request was done.
func refusal(reply []byte) string {
	if binary.LittleEndian.Uint32(reply) == 0 {
		return ""
	}
	return strings.TrimRight(string(reply[16:]), "\x00")
}

// ask sends a request and returns the buffer that it filled, or why it was refused.
func (k *client) ask(op uint32, a, b, c uint64) (buffer int, refused string) {
	k.tb.Helper()
	k.write(op, a, b, c)
	reply := make([]byte, 256)
	if _, err := io.ReadFull(k.conn, reply); err != nil {
		k.tb.Fatal(err)
	}
	if n := binary.LittleEndian.Uint32(reply[4:]); n != k.number {
		k.tb.Fatalf("a reply to request %d, want %d", n, k.number)
	}
	return int(binary.LittleEndian.Uint32(reply[8:])), refusal(reply)
}

// must is ask of what may not be refused.
func (k *client) must(op uint32, a uint64) observation {
	k.tb.Helper()
	buffer, refused := k.ask(op, a, 0, 0)
	if refused != "" {
		k.tb.Fatal(refused)
	}
	return k.observation(buffer)
}

func (k *client) u32(at int) int { return int(binary.LittleEndian.Uint32(k.memory[at:])) }
func (k *client) u64(at int) int { return int(binary.LittleEndian.Uint64(k.memory[at:])) }

func array[T any](memory []byte, at, n int) []T {
	var one T
	part := memory[at:][:n*int(unsafe.Sizeof(one))]
	return unsafe.Slice((*T)(unsafe.Pointer(&part[0])), n)
}

func (k *client) envs() int        { return k.u32(12) }
func (k *client) actions() []int64 { return array[int64](k.memory, k.u64(64), k.envs()*k.u32(32)) }
func (k *client) seeds() []uint64  { return array[uint64](k.memory, k.u64(72), k.envs()) }
func (k *client) mask() []uint8    { return array[uint8](k.memory, k.u64(80), k.envs()) }

// maskAll asks for a first episode everywhere.
func (k *client) maskAll() {
	for i := range k.mask() {
		k.mask()[i] = 2
	}
}

// observation is what one buffer holds.
type observation struct {
	pixels, final                    []uint8
	proprio, finalProprio            []float32
	reward                           []float64
	terminated, truncated, violation []uint8
}

func (k *client) observation(buffer int) observation {
	n, q := k.envs(), k.u32(28)
	frames := n * k.u32(16) * k.u32(20) * k.u32(24)
	memory := k.memory[k.u64(96)+buffer*k.u64(104):][:k.u64(104)]
	o := observation{
		pixels: array[uint8](memory, k.u64(112), frames), proprio: array[float32](memory, k.u64(120), n*q),
		reward: array[float64](memory, k.u64(128), n), terminated: array[uint8](memory, k.u64(136), n),
		truncated: array[uint8](memory, k.u64(144), n), violation: array[uint8](memory, k.u64(152), n),
	}
	if at := k.u64(160); at != 0 {
		o.final, o.finalProprio = array[uint8](memory, at, frames), array[float32](memory, k.u64(168), n*q)
	}
	return o
}

// lcg is a generator that every language can have.
type lcg uint64

func (g *lcg) choice() int64 {
	*g = *g*6364136223846793005 + 1442695040888963407
	return int64(*g >> 33 % 3)
}

func (g *lcg) fill(actions []int64) {
	for j := range actions {
		actions[j] = g.choice()
	}
}

// seed is that of episode k of environment i in tests.
func seed(i, k int) uint64 { return uint64(i*1000003 + k) }
