package live

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"

	"colonnade/a3c/cli"
)

// Flag defines -http.
func Flag(f *cli.Flags) *Address {
	a := new(Address)
	f.Var(a, "http", "show the run while it goes on as a web page at this `address`, such as 127.0.0.1:8080; without a host it is 127.0.0.1")
	f.NotInFile("http")
	return a
}

// Address is where to listen. The zero value: nowhere.
type Address struct{ host, port string }

func (a *Address) String() string {
	if a.port == "" {
		return ""
	}
	return net.JoinHostPort(a.host, a.port)
}

// Set implements flag.Value.
func (a *Address) Set(text string) error {
	if _, err := strconv.Atoi(text); err == nil {
		text = ":" + text
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return errors.New("want HOST:PORT, such as 127.0.0.1:8080")
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("the port is %.20q, want a number from 0 (any that is free) to 65535", port)
	} else {
		port = strconv.FormatUint(n, 10)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	a.host, a.port = host, port
	return nil
}

// listen takes the address.
func (a *Address) listen() (net.Listener, error) {
	listener, err := net.Listen("tcp", a.String())
	var unknown *net.DNSError
	switch {
	case err == nil:
		return listener, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, cli.Hint(fmt.Errorf("-http %s: another program listens there", a), "take another port; 0 finds a free one")
	case errors.Is(err, syscall.EACCES):
		return nil, cli.Hint(fmt.Errorf("-http %s: the system does not permit it", a), "take a port above 1023")
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.As(err, &unknown):
		return nil, cli.Hint(fmt.Errorf("-http %s: %s is no address of this machine", a, a.host), "take 127.0.0.1:%s to look from this machine, 0.0.0.0:%s from others", a.port, a.port)
	}
	return nil, fmt.Errorf("-http %s: %w", a, err)
}

// public tells whether other machines can reach what listens at an address.
func public(address net.Addr) bool {
	at, err := netip.ParseAddrPort(address.String())
	return err != nil || !at.Addr().Unmap().IsLoopback()
}

// names are the hosts, in lower case, by which requests may name the server besides addresses, which no other
// site can take for itself.
func (a *Address) names() []string {
	names := []string{"localhost", strings.ToLower(a.host)}
	if own, err := os.Hostname(); err == nil {
		names = append(names, strings.ToLower(own))
	}
	return names
}
