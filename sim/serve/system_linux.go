package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Socket is a Conn over a Unix socket. Its reads block the thread, which wakes up faster so than
// through the runtime's poller.
type Socket struct{ *os.File }

// SendFile implements Conn.
func (s *Socket) SendFile(message []byte, file *os.File) error {
	return syscall.Sendmsg(int(s.Fd()), message, syscall.UnixRights(int(file.Fd())), nil, 0)
}

// Stop wakes up whoever reads, as if the client were gone. Any goroutine may call it, also while
// another one closes the socket.
func (s *Socket) Stop() {
	if raw, err := s.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { syscall.Shutdown(int(fd), syscall.SHUT_RDWR) })
	}
}

// Inherited returns the control channel that the process was started with: a connected Unix socket
// of that number.
func Inherited(descriptor int) (*Socket, error) {
	if kind, err := syscall.GetsockoptInt(descriptor, syscall.SOL_SOCKET, syscall.SO_TYPE); err != nil ||
		kind != syscall.SOCK_STREAM {
		return nil, fmt.Errorf("serve: descriptor %d is no stream socket", descriptor)
	}
	syscall.CloseOnExec(descriptor)
	return newSocket(descriptor)
}

// newSocket takes a descriptor over, and refuses a peer of another user.
func newSocket(descriptor int) (*Socket, error) {
	peer, err := syscall.GetsockoptUcred(descriptor, syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	if err == nil && int(peer.Uid) != os.Getuid() {
		err = fmt.Errorf("the client is of user %d, the server of %d", peer.Uid, os.Getuid())
	}
	if err == nil {
		err = syscall.SetNonblock(descriptor, false)
	}
	if err != nil {
		syscall.Close(descriptor)
		return nil, fmt.Errorf("serve: control channel: %w", err)
	}
	return &Socket{os.NewFile(uintptr(descriptor), "control")}, nil
}

// Listen makes a Unix socket of mode 0600 at path, waits for one client, and removes the socket
// again, whether one came or not. patience is how long it waits; 0: until ctx ends.
func Listen(ctx context.Context, path string, patience time.Duration) (*Socket, error) {
	if patience > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, patience, fmt.Errorf("no client came within %v", patience))
		defer cancel()
	}
	before := syscall.Umask(0o177)
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	syscall.Umask(before)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("serve: %s is there already: take another path, or remove it if no server listens there",
			path)
	}
	if err != nil {
		return nil, fmt.Errorf("serve: listen in %s: %w", filepath.Dir(path), err)
	}
	defer listener.Close()
	stop := context.AfterFunc(ctx, func() { listener.Close() })
	defer stop()
	conn, err := listener.AcceptUnix()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("serve: wait for a client: %w", err)
	}
	defer conn.Close()
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("serve: control channel: %w", err)
	}
	descriptor := -1
	if failed := raw.Control(func(fd uintptr) { descriptor, err = syscall.Dup(int(fd)) }); failed != nil {
		err = failed
	}
	if err != nil {
		return nil, fmt.Errorf("serve: control channel: %w", err)
	}
	syscall.CloseOnExec(descriptor)
	return newSocket(descriptor)
}

// newMemory makes and maps a file of mode 0600 without a name. It lies in memory where a folder for
// that has room, else among temporary files.
func newMemory(bytes int) (*os.File, []byte, error) {
	var problems []error
	for _, folder := range []string{"/dev/shm", os.Getenv("XDG_RUNTIME_DIR"), os.TempDir()} {
		if folder == "" {
			continue
		}
		file, memory, err := mapFile(folder, bytes)
		if err == nil {
			return file, memory, nil
		}
		problems = append(problems, err)
	}
	return nil, nil, fmt.Errorf("no room for %d MiB of shared memory: %w", bytes>>20+1, errors.Join(problems...))
}

func mapFile(folder string, bytes int) (*os.File, []byte, error) {
	file, err := os.CreateTemp(folder, "simserve-*")
	if err != nil {
		return nil, nil, err
	}
	err = os.Remove(file.Name())
	if err == nil {
		// Reserved now: a folder without room would end the process at the first write.
		err = syscall.Fallocate(int(file.Fd()), 0, 0, int64(bytes))
	}
	var memory []byte
	if err == nil {
		memory, err = syscall.Mmap(int(file.Fd()), 0, bytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	}
	if err != nil {
		file.Close()
		return nil, nil, fmt.Errorf("%s: %w", folder, err)
	}
	return file, memory, nil
}

func freeMemory(memory []byte) error { return syscall.Munmap(memory) }
