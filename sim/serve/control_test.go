package serve_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"colonnade/sim/reach"
	"colonnade/sim/serve"
)

// TestRefusals: what does not fit is refused with a reason, and changes nothing.
func TestRefusals(t *testing.T) {
	k := connect(t, serve.Config{Envs: 2, Autoreset: serve.Disabled})
	refused := func(want string, op uint32, a, b, c uint64) {
		t.Helper()
		if _, text := k.ask(op, a, b, c); !strings.Contains(text, want) {
			t.Errorf("request %d %d %d %d: refused with %q, want %q", op, a, b, c, text, want)
		}
	}
	refused("reset first", 2, 0, 0, 0)
	refused("nothing to draw", 4, 1, 0, 0)
	refused("never reset", 3, 0, 0, 0)
	k.maskAll()
	before := slices.Clone(k.must(3, 0).pixels)
	for _, op := range []uint32{0, 6, 1 << 31} {
		refused("there is no request", op, 0, 0, 0)
	}
	refused("want 0 there", 2, 1, 0, 0)
	refused("want 0 there", 5, 0, 0, 9)
	refused("want 0 there", 3, 1, 0, 0)
	refused("want 0 there", 4, 0, 1, 0)
	refused("no environment 2", 4, 2, 0, 0)
	refused("hello comes once", 1, colonsim, 1, 0)
	for _, bad := range []int64{-1, 3, 1 << 62} {
		k.actions()[17] = bad
		refused("factor 8 of environment 1's action", 2, 0, 0, 0)
	}
	k.mask()[1] = 3
	refused("mask of environment 1 is 3", 3, 0, 0, 0)
	clear(k.mask())
	if o := k.must(3, 0); !bytes.Equal(o.pixels, before) {
		t.Error("refused requests moved something")
	}
	for i := range k.actions() {
		k.actions()[i] = 1
	}
	for range reach.EpisodeSteps {
		k.must(2, 0)
	}
	refused("the episode of environment 0 has ended: reset it first", 2, 0, 0, 0)
	if _, text := k.ask(5, 0, 0, 0); text != "" {
		t.Error(text)
	}
	if err := <-k.served; err != nil {
		t.Error(err)
	}
}

// TestHello: whoever is no client of this version is told so, and the server ends.
func TestHello(t *testing.T) {
	for _, c := range []struct {
		op   uint32
		a, b uint64
		want string
	}{
		{1, colonsim, 2, "the client speaks version 2, this server version 1"},
		{1, colonsim + 1, 1, "no hello"},
		{2, 0, 0, "no hello"},
		{99, 0, 0, "there is no request 99"},
	} {
		k := dial(t, serve.Config{Envs: 1})
		if _, text := k.ask(c.op, c.a, c.b, 0); !strings.Contains(text, c.want) {
			t.Errorf("refused with %q, want %q", text, c.want)
		}
		if err := <-k.served; err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the server ended with %v, want %q", err, c.want)
		}
	}
}

// TestClientGone: a client that is gone ends the server; one that dies within a request is
// reported.
func TestClientGone(t *testing.T) {
	k := connect(t, serve.Config{Envs: 1})
	k.conn.Close()
	if err := <-k.served; err != nil {
		t.Error(err)
	}
	k = connect(t, serve.Config{Envs: 1})
	k.conn.Write(make([]byte, 31))
	k.conn.Close()
	if err := <-k.served; !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a torn request: %v", err)
	}
}

// TestTargetsAnew: with mask 2 a reset depends on the seed alone, whatever came before.
func TestTargetsAnew(t *testing.T) {
	k := connect(t, serve.Config{Options: options(t, reach.Reach, "sim", 3), Envs: 1})
	reset := func(seed uint64, mask uint8) []uint8 {
		k.seeds()[0], k.mask()[0] = seed, mask
		return slices.Clone(k.must(3, 0).pixels)
	}
	first := reset(1, 2)
	if other := reset(2, 2); bytes.Equal(first, other) {
		t.Fatal("seeds make no difference")
	}
	if kept := reset(1, 1); bytes.Equal(first, kept) {
		t.Error("a target was placed anew within three episodes")
	}
	if again := reset(1, 2); !bytes.Equal(first, again) {
		t.Error("the same seed gives another episode")
	}
}

// TestListen: a socket is its user's alone, and is gone as soon as a client is there or none comes.
func TestListen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "control")
	begun := time.Now()
	if _, err := serve.Listen(t.Context(), path, 20*time.Millisecond); err == nil ||
		!strings.Contains(err.Error(), "no client came within 20ms") {
		t.Errorf("nobody came: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) || time.Since(begun) > time.Minute {
		t.Errorf("the socket is still there: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := serve.Listen(ctx, path, 0)
		ended <- err
	}()
	for {
		if info, err := os.Stat(path); err == nil {
			if info.Mode().Perm() != 0o600 {
				t.Errorf("the socket has mode %o", info.Mode().Perm())
			}
			break
		}
	}
	if _, err := serve.Listen(t.Context(), path, 0); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("a second server at one path: %v", err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
	if _, err := serve.Inherited(1 << 20); err == nil {
		t.Error("a descriptor that is none was taken")
	}
}

func TestConfig(t *testing.T) {
	good := serve.Config{Envs: 1, Threads: 1, Buffers: 2, Picture: 64}
	for name, change := range map[string]func(*serve.Config){
		"envs is 0": func(c *serve.Config) { c.Envs = 0 }, "envs is 4097": func(c *serve.Config) { c.Envs = 4097 },
		"threads is 2, want 1 to 1": func(c *serve.Config) { c.Threads = 2 },
		"buffers is 1":              func(c *serve.Config) { c.Buffers = 1 },
		"picture is 4097":           func(c *serve.Config) { c.Picture = 4097 },
		"autoreset is 3":            func(c *serve.Config) { c.Autoreset = 3 },
		"MiB of memory":             func(c *serve.Config) { c.Envs, c.Buffers, c.Options.Pixels = 4096, 4096, 1024 },
		"pixels is 7":               func(c *serve.Config) { c.Options.Pixels = 7 },
	} {
		c := good
		change(&c)
		if name == "MiB of memory" {
			c.Envs = 32
		}
		if _, err := serve.New(c); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %q", err, name)
		}
	}
}

// pipe is a Conn that reads what it was given.
type pipe struct {
	io.Reader
	replies bytes.Buffer
}

func (p *pipe) Write(m []byte) (int, error)            { return p.replies.Write(m) }
func (p *pipe) SendFile(m []byte, file *os.File) error { p.replies.Write(m); return nil }

// TestNoAllocations: a step, resets included, allocates nothing, however often it is asked for.
func TestNoAllocations(t *testing.T) {
	step := make([]byte, 32)
	binary.LittleEndian.PutUint32(step, 2)
	k := connect(t, serve.Config{Envs: 4, Threads: 2, Autoreset: serve.SameStep})
	k.maskAll()
	k.must(3, 0)
	reply := make([]byte, 256)
	if n := testing.AllocsPerRun(200, func() {
		k.conn.Write(step)
		io.ReadFull(k.conn, reply)
	}); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}

// FuzzControl: no stream of requests makes the server panic, each whole one gets one reply, and a
// reply is either done or says why not.
func FuzzControl(f *testing.F) {
	request := func(op uint32, a, b uint64) []byte {
		m := binary.LittleEndian.AppendUint32(nil, op)
		m = binary.LittleEndian.AppendUint32(m, 7)
		m = binary.LittleEndian.AppendUint64(m, a)
		m = binary.LittleEndian.AppendUint64(m, b)
		return binary.LittleEndian.AppendUint64(m, 0)
	}
	hello := request(1, colonsim, 1)
	f.Add(slices.Concat(hello, request(3, 0, 0), request(2, 0, 0), request(4, 0, 0), request(5, 0, 0)))
	f.Add(slices.Concat(hello, request(2, 0, 0), request(9, 9, 9)))
	f.Add(hello[:31])
	f.Add(request(1, colonsim, 2))
	s := newServer(f, serve.Config{Envs: 1, Picture: 8})
	f.Fuzz(func(t *testing.T, stream []byte) {
		p := &pipe{Reader: bytes.NewReader(stream)}
		err := s.Serve(p)
		replies := p.replies.Bytes()
		if len(replies)%256 != 0 || len(replies)/256 > len(stream)/32 {
			t.Fatalf("%d bytes of replies to %d of requests", len(replies), len(stream))
		}
		for ; len(replies) > 0; replies = replies[256:] {
			switch status := binary.LittleEndian.Uint32(replies); {
			case status > 1, status == 0 && replies[16] != 0, status == 1 && replies[16] == 0:
				t.Fatalf("reply %x", replies[:256])
			}
		}
		if err == nil && len(stream)%32 != 0 && !closed(stream) {
			t.Errorf("a torn request of %d bytes was no error", len(stream)%32)
		}
	})
}

// closed tells whether a stream has a request to close.
func closed(stream []byte) bool {
	for ; len(stream) >= 32; stream = stream[32:] {
		if binary.LittleEndian.Uint32(stream) == 5 {
			return true
		}
	}
	return false
}
