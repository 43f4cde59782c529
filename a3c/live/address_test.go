package live

import (
	"io"
	"net"
	"strings"
	"testing"
)

func TestAddress(t *testing.T) {
	for text, want := range map[string]string{
		"127.0.0.1:8080": "127.0.0.1:8080", ":8080": "127.0.0.1:8080", "8080": "127.0.0.1:8080", "localhost:0": "localhost:0",
		"0.0.0.0:08080": "0.0.0.0:8080", "[::1]:80": "[::1]:80",
	} {
		var a Address
		if err := a.Set(text); err != nil || a.String() != want {
			t.Errorf("%q: %q, %v; want %q", text, a.String(), err, want)
		}
	}
	for text, want := range map[string]string{
		"": "want HOST:PORT", "localhost": "want HOST:PORT", "127.0.0.1:": "the port is", "127.0.0.1:http": "the port is", "127.0.0.1:65536": "65535",
		"::1:80": "want HOST:PORT", "http://127.0.0.1:80": "want HOST:PORT", "-1": "want", "99999": "65535",
	} {
		var a Address
		if err := a.Set(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

// start serves a page at an address of the flag.
func start(text string, stderr io.Writer) (*Page, error) {
	var a Address
	if err := a.Set(text); err != nil {
		return nil, err
	}
	return Start("train", &a, stderr)
}

func TestAddressesThatCannotBeTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for text, want := range map[string]string{
		taken.Addr().String(): "another program listens there",
		"192.0.2.7:0":         "no address of this machine", // reserved for documentation, RFC 5737
	} {
		if _, err := start(text, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

// The zero address is no page, and no page is a fine one.
func TestNoPage(t *testing.T) {
	p, err := Start("train", new(Address), io.Discard)
	if p != nil || err != nil {
		t.Fatalf("got %v, %v", p, err)
	}
	p.Watch(nil)
	p.ShowTrials(nil)
	p.Attach(nil)
	p.Close()
}

// Only an address that others reach is warned of.
func TestWarning(t *testing.T) {
	for text, warns := range map[string]bool{"127.0.0.1:0": false, "[::1]:0": false, "0.0.0.0:0": true} {
		var stderr strings.Builder
		p, err := start(text, &stderr)
		if err != nil {
			if text == "[::1]:0" {
				continue // a machine without IPv6
			}
			t.Fatal(err)
		}
		p.Close()
		if got := strings.Contains(stderr.String(), "no password"); got != warns || !strings.Contains(stderr.String(), "live page: http://") {
			t.Errorf("%s: %s", text, &stderr)
		}
	}
}
