package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"colonnade/a3c/cli"
	"colonnade/jaco/protocol"
)

func TestExchanges(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	p := start(t, "-arms", "jaco2,jaco1", "-log", log, "-log-format", "json")
	for i, want := range []protocol.DeviceType{protocol.Jaco2, protocol.Jaco1} {
		conn, status := p.attach(fmt.Sprintf("1-%d", i+1))
		if status != 0 {
			t.Fatalf("arm %d refused with status %d", i+1, status)
		}
		reply := p.exchange(conn, protocol.Packet{Number: 1, Count: 1, Command: protocol.GetConfig, Size: 1})
		if want == protocol.Jaco2 {
			var info protocol.Info
			reply = p.exchange(conn, protocol.Packet{Number: 1, Count: 1, Command: protocol.InfoRead, Size: 1})
			if err := info.Decode(reply.Data[:]); err != nil || info.Type != want || info.Serial.String() != "PJ00000000000000001" {
				t.Errorf("arm %d says it is %+v, %v", i+1, info, err)
			}
		}
		if reply = p.exchange(conn, protocol.Packet{Number: 1, Count: 1, Command: 4242}); !reply.NACK {
			t.Errorf("arm %d took an unknown command: %+v", i+1, reply)
		}
	}
	r := p.stop()
	want := []counts{{3, 3, 1}, {2, 2, 1}}
	if len(r.Arms) != 2 || r.Arms[0].counts != want[0] || r.Arms[1].counts != want[1] || r.Arms[1].Type != protocol.Jaco1.String() {
		t.Errorf("counted %+v, want %+v", r.Arms, want)
	}
	var lines []exchange
	for d := json.NewDecoder(open(t, log)); d.More(); {
		var e exchange
		if err := d.Decode(&e); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, e)
	}
	if len(lines) != 10 {
		t.Fatalf("%d lines, want 10: %+v", len(lines), lines)
	}
	info, nack := lines[3], lines[9]
	if info.Direction != "in" || *info.Command != 121 || info.Name != "device information" || info.Page != 1 || info.Size != 48 ||
		!strings.HasPrefix(info.Data, fmt.Sprintf("%x", "PJ00000000000000001")) {
		t.Errorf("written down as %+v", info)
	}
	if nack.Arm != "1-2" || !nack.NACK || *nack.Command != 4242 || nack.Data != "" {
		t.Errorf("a refusal is written down as %+v", nack)
	}
}

func open(t *testing.T, path string) io.Reader {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// The second client of an arm gets a refusal at once, and people read who has it.
func TestSecondClient(t *testing.T) {
	p := start(t)
	p.attach("1-1")
	if _, status := p.attach("1-1"); status == 0 {
		t.Error("two clients have one arm")
	}
	p.await(`asks for 1-1, which 127\.0\.0\.1:\d+ has`)
	if _, status := p.attach("1-2"); status == 0 {
		t.Error("there is an arm that was not asked for")
	}
}

func TestPicture(t *testing.T) {
	path := filepath.Join(t.TempDir(), "arm.png")
	p := start(t, "-picture", path, "-picture-size", "96", "-picture-every", "1ms", "-start", "home")
	var file *os.File
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		var err error
		if file, err = os.Open(path); err == nil {
			defer file.Close()
			break
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
	picture, err := png.Decode(file) // never half of one
	if err != nil || picture.Bounds().Dx() != 96 || picture.Bounds().Dy() != 96 {
		t.Fatalf("picture of %v, %v", picture.Bounds(), err)
	}
	colours := map[any]bool{}
	for y := range 96 {
		for x := range 96 {
			colours[picture.At(x, y)] = true
		}
	}
	if len(colours) < 200 {
		t.Errorf("the picture has %d colours only", len(colours))
	}
	p.stop()
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if got := picturePath("a/arm.png", "1-2", true); got != "a/arm-1-2.png" {
		t.Errorf("of several arms the file is %s", got)
	}
}

func TestControl(t *testing.T) {
	path := filepath.Join(t.TempDir(), "arm.png")
	p := start(t, "-control", "-picture", path, "-picture-size", "32", "-picture-every", "0")
	say := func(line string) { fmt.Fprintln(p.control, line) }
	conn, _ := p.attach("1-1")

	say("state 1-1")
	p.await(`arm 1-1: joints \[4\.716 .*API control false`)
	p.exchange(conn, protocol.Packet{Number: 1, Count: 1, Command: protocol.StartAPI})
	say("joystick 1-1")
	p.await("joystick done")
	if s := p.exchange(conn, protocol.Packet{Number: 1, Count: 1, Command: protocol.ErrorCount, Size: 1}); s.Data[0] != 0 {
		t.Errorf("%d errors to begin with", s.Data[0])
	}
	say("error 1-1 7")
	p.await("error done")
	if s := p.exchange(conn, protocol.Packet{Number: 1, Count: 1, Command: protocol.ErrorCount, Size: 1}); s.Data[0] != 1 {
		t.Errorf("%d errors in the arm's log, want 1", s.Data[0])
	}
	say("unplug 1-1")
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("unplugged, the client is not dropped")
	}
	if _, status := p.attach("1-1"); status == 0 {
		t.Error("unplugged, the arm can be had")
	}
	say("power 1-1")
	p.await("power done")
	conn, status := p.attach("1-1")
	for deadline := time.Now().Add(10 * time.Second); status != 0 && time.Now().Before(deadline); conn, status = p.attach("1-1") {
		time.Sleep(10 * time.Millisecond) // until the server has let go of the client that it dropped
	}
	if status != 0 {
		t.Errorf("switched on again, the arm is refused with status %d", status)
	} else if s := p.exchange(conn, protocol.Packet{Number: 1, Count: 1, Command: protocol.ErrorCount, Size: 1}); s.Data[0] != 0 {
		t.Error("the arm was not switched off")
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a picture that nobody asked for")
	}
	say("picture\nstate 1-1")
	say("nonsense 1-1\nunplug 9-9\nerror 1-1 x")
	p.await(`(?s)"nonsense" is not.*no arm 9-9.*error type "x"`)
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

// Arms have client names and firmware versions of their own.
func TestNamesAndFirmware(t *testing.T) {
	name := func(p *process, id string) string {
		conn, _ := p.attach(id)
		defer conn.Close()
		reply := p.exchange(conn, protocol.Packet{Number: 1, Count: 1, Command: protocol.GetConfig, Size: 1})
		return protocol.Text(reply.Data[20:40]).String()
	}
	p := start(t, "-arms", "jaco2,jaco1,jaco2")
	for id, want := range map[string]string{"1-1": "Jaco 2", "1-2": "Jaco 1", "1-3": "Jaco 2 (1-3)"} {
		if got := name(p, id); got != want {
			t.Errorf("arm %s is named %q, want %q", id, got, want)
		}
	}
	p = start(t, "-arms", "jaco2,jaco2", "-names", "left,right", "-firmware", "5.0.4,6.1.2")
	if left, right := name(p, "1-1"), name(p, "1-2"); left != "left" || right != "right" {
		t.Errorf("arms are named %q and %q", left, right)
	}
	conn, status := p.attach("1-2")
	for ; status != 0; conn, status = p.attach("1-2") {
		time.Sleep(time.Millisecond) // until the server has let go of the client before
	}
	var info protocol.Info
	reply := p.exchange(conn, protocol.Packet{Number: 1, Count: 1, Command: protocol.InfoRead, Size: 1})
	if err := info.Decode(reply.Data[:]); err != nil || info.Major != 6 || info.Minor != 1 || info.Release != 2 {
		t.Errorf("the second arm has firmware %d.%d.%d, %v", info.Major, info.Minor, info.Release, err)
	}
}

// -faults loses replies and pulls the cable, and puts it in again.
func TestFaults(t *testing.T) {
	p := start(t, "-faults", "delay in transfer 2 for 100ms; unplug in transfer 3 for 50ms")
	conn, _ := p.attach("1-1")
	request := protocol.Packet{Number: 1, Count: 1, Command: protocol.QueueRead, Size: 1}
	p.exchange(conn, request)
	began := time.Now()
	if p.exchange(conn, request); time.Since(began) < 100*time.Millisecond {
		t.Errorf("the second reply came after %v", time.Since(began))
	}
	var wire [protocol.PacketSize]byte
	request.Encode(&wire)
	for in := range uint32(2) {
		var h [48]byte
		for at, v := range map[int]uint32{0: 1, 4: 9 + in, 12: in, 16: 2, 24: protocol.PacketSize} {
			binary.BigEndian.PutUint32(h[at:], v)
		}
		conn.Write(h[:])
		if in == 0 {
			conn.Write(wire[:])
		}
	}
	if rest, err := io.ReadAll(conn); len(rest) > 48 {
		t.Errorf("a reply of %d bytes though the cable came out, %v", len(rest), err)
	}
	p.await("the cable comes out for 50ms")
	status := uint32(1)
	for deadline := time.Now().Add(10 * time.Second); status != 0 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		conn, status = p.attach("1-1")
	}
	if status != 0 {
		t.Fatalf("the arm is not back: status %d", status)
	}
	p.exchange(conn, request)
}

// A log that cannot be written does not stop the arm, but the command fails in the end.
func TestFullLog(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	p := start(t, "-log", "/dev/full")
	conn, _ := p.attach("1-1")
	for range 2 {
		p.exchange(conn, protocol.Packet{Number: 1, Count: 1, Command: protocol.QueueRead, Size: 1})
	}
	p.cancel()
	if err := <-p.ended; err == nil || !strings.Contains(err.Error(), "not all packets are in the log") {
		t.Errorf("ended with %v", err)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{"-arms", "jaco3"},
		{"-arms", ""},
		{"-domain", "moon"},
		{"-picture-target", "1"},
		{"-picture-every", "-1s"},
		{"-picture", "x.png", "-picture-size", "0"},
		{"-physics-step", "0.003"},
		{"-nack-every", "-1"},
		{"-home-first", "never"},
		{"-fail-every", "-1"},
		{"-faults", "lose in"},
		{"-firmware", "6.2"},
		{"-firmware", "6.2.300"},
		{"-firmware", "6.2.5,6.2.5"},
		{"-arms", "jaco2,jaco2", "-names", "left"},
		{"-arms", "jaco2,jaco2", "-names", "left,left"},
		{"-names", "a name of over twenty bytes"},
	} {
		err := run(context.Background(), append(args, "-listen", "127.0.0.1:0"), nil, io.Discard, io.Discard)
		var usage *cli.UsageError
		if !errors.As(err, &usage) {
			t.Errorf("%v: %v, want a usage error", args, err)
		}
	}
	if err := run(context.Background(), []string{"-listen", ":0"}, nil, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "other machines") {
		t.Errorf("to listen to the whole world gave %v", err)
	}
}

// A line of the log as people see it.
func TestText(t *testing.T) {
	p := protocol.Packet{Number: 2, Count: 3, Command: protocol.AngularPosition, Size: 36, NACK: true, Failed: true}
	copy(p.Data[:], []byte{1, 2, 0, 3})
	var wire [protocol.PacketSize]byte
	p.Encode(&wire)
	at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	for _, c := range []struct {
		p    []byte
		want string
	}{
		{wire[:], "03:04:05.000006 1-1 < 105 (angular position), page 2 of 3, 36 bytes, NACK, failed: 01020003"},
		{[]byte{0xab}, "03:04:05.000006 1-1 < no packet: ab"},
	} {
		if got := newExchange(at, "1-1", "in", c.p).String(); got != c.want {
			t.Errorf("%s\nwant %s", got, c.want)
		}
	}
}
