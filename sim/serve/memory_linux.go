package serve

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

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
