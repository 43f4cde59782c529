//go:build linux

package testusb

import (
	"bytes"
	"compress/gzip"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// buildImage makes a kernel that QEMU boots and an initial file system with this binary from the
// packages in a folder.
func buildImage(t *testing.T, packages, dir string) (kernel, initrd string) {
	t.Helper()
	root := filepath.Join(dir, "package")
	unpack(t, onlyFile(t, packages, "linux-image-*.deb"), root, "./boot/vmlinuz-*", "*/kernel/drivers/usb/*",
		"*/kernel/drivers/media/*", "*/modules.builtin")
	unpack(t, onlyFile(t, packages, "usbip_*.deb"), root, "./usr/sbin/usbip")
	vmlinux, err := extractKernel(onlyFile(t, root, "boot/vmlinuz-*"))
	if err != nil {
		t.Fatal(err)
	}
	kernel = filepath.Join(dir, "vmlinux")
	if err := os.WriteFile(kernel, vmlinux, 0o600); err != nil {
		t.Fatal(err)
	}
	initrd = filepath.Join(dir, "initrd")
	f, err := os.Create(initrd)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zip, _ := gzip.NewWriterLevel(f, gzip.BestSpeed)
	a := &archive{w: zip}
	fill(t, a, root, dir)
	if err := errors.Join(a.end(), zip.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return kernel, initrd
}

// fill puts the guest's files into an archive.
func fill(t *testing.T, a *archive, root, dir string) {
	t.Helper()
	for _, d := range []string{"dev", "proc", "sys", "tmp", "run", "var", "bin", "modules", "lib", "lib64",
		"lib/x86_64-linux-gnu"} {
		a.add(d, modeFolder|0o755, nil)
	}
	a.add("dev/console", modeCharacter|0o600, nil)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	a.file(t, "init", self)

	for _, command := range []string{"jacoemu", "jacoctl"} {
		program := filepath.Join(dir, command)
		build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program,
			"colonnade/jaco/cmd/"+command)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if said, err := build.CombinedOutput(); err != nil {
			t.Fatalf("go build: %v\n%s", err, said)
		}
		a.file(t, "bin/"+command, program)
	}

	tool := filepath.Join(root, "usr/sbin/usbip")
	a.file(t, "bin/usbip", tool)
	for _, library := range libraries(t, tool) {
		a.file(t, strings.TrimPrefix(library, "/"), library)
	}

	var list strings.Builder
	for i, m := range kernelModules(t, root) {
		name := fmt.Sprintf("modules/%02d-%s.ko", i, m.name)
		a.file(t, name, m.path)
		fmt.Fprintf(&list, "%s %s\n", name, m.parameters)
	}
	a.add("modules/list", modeFile|0o644, []byte(list.String()))
}

// kernelModules returns the modules to load, in order, from an unpacked kernel package.
func kernelModules(t *testing.T, root string) []module {
	t.Helper()
	have := map[string]module{}
	var builtin []string
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, ".ko.xz") { // as newer releases of Debian have them
			if said, err := exec.Command("xz", "-d", path).CombinedOutput(); err != nil {
				return fmt.Errorf("xz: %w: %s", err, said)
			}
			path = strings.TrimSuffix(path, ".xz")
		}
		switch {
		case strings.HasSuffix(path, ".ko"):
			m, err := readModule(path)
			if err != nil {
				return err
			}
			have[m.name] = m
		case filepath.Base(path) == "modules.builtin":
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for line := range strings.Lines(string(text)) {
				builtin = append(builtin, moduleName(strings.TrimSpace(line)))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	order, err := loadOrder(wanted, have, builtin)
	if err != nil {
		t.Fatal(err)
	}
	return order
}

// libraries returns the shared libraries that a program needs, with the loader, as this machine has
// them.
func libraries(t *testing.T, program string) (paths []string) {
	t.Helper()
	said, err := exec.Command("ldd", program).Output()
	if err != nil {
		t.Fatalf("ldd %s: %v", program, err)
	}
	for line := range strings.Lines(string(said)) {
		if strings.Contains(line, "not found") {
			t.Fatalf("this machine lacks a library of usbip: %s", strings.TrimSpace(line))
		}
		for _, word := range strings.Fields(line) {
			if strings.HasPrefix(word, "/") {
				paths = append(paths, word)
			}
		}
	}
	return paths
}

// onlyFile returns the file that a pattern means, the last if there are several.
func onlyFile(t *testing.T, folder, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil || len(found) == 0 {
		t.Fatalf("there is no %s in %s: run make test-usb", pattern, folder)
	}
	return found[len(found)-1]
}

// unpack takes the files that patterns mean out of a package, without installing it.
func unpack(t *testing.T, deb, root string, patterns ...string) {
	t.Helper()
	if err := os.MkdirAll(root, 0o700); err != nil {
		t.Fatal(err)
	}
	list := exec.Command("dpkg-deb", "--fsys-tarfile", deb)
	files, err := list.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	tar := exec.Command("tar", append([]string{"-x", "-C", root, "--wildcards"}, patterns...)...)
	tar.Stdin = files
	var said bytes.Buffer
	tar.Stderr, list.Stderr = &said, &said
	if err := list.Start(); err != nil {
		t.Fatal(err)
	}
	err = tar.Run()
	if err := errors.Join(err, list.Wait()); err != nil {
		t.Fatalf("unpack %s: %v\n%s", deb, err, said.Bytes())
	}
}

// extractKernel returns the kernel inside a bzImage: QEMU boots that, too, and does not spend
// seconds on unpacking it. Offsets are those of the kernel's document on the x86 boot protocol.
func extractKernel(path string) ([]byte, error) {
	image, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(image) < 0x250 || string(image[0x202:0x206]) != "HdrS" {
		return nil, fmt.Errorf("%s is no bzImage", path)
	}
	begin := (int64(image[0x1f1])+1)*512 + int64(binary.LittleEndian.Uint32(image[0x248:]))
	length := int64(binary.LittleEndian.Uint32(image[0x24c:])) - 4 // the last four bytes are the unpacked size
	if length <= 0 || begin+length > int64(len(image)) {
		return nil, fmt.Errorf("%s has a payload of %d bytes at %d, beyond its end", path, length, begin)
	}
	xz := exec.Command("xz", "-dc", "--single-stream")
	xz.Stdin = bytes.NewReader(image[begin : begin+length])
	kernel, err := xz.Output()
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", path, err)
	}
	if !bytes.HasPrefix(kernel, []byte(elf.ELFMAG)) {
		return nil, fmt.Errorf("%s has no ELF file in it", path)
	}
	return kernel, nil
}

// Kinds of files, as in stat.
const (
	modeFolder    = 0o040000
	modeFile      = 0o100000
	modeCharacter = 0o020000
)

// archive writes a cpio archive of the kind newc, as the kernel takes it for its initial file
// system.
type archive struct {
	w     io.Writer
	inode int
	err   error
}

// add appends a file, folder, or the console's node (5:1). A folder comes before what is in it.
func (a *archive) add(name string, mode uint32, data []byte) {
	if a.err != nil {
		return
	}
	a.inode++
	major, minor := 0, 0
	if mode&modeCharacter == modeCharacter && mode&modeFile != modeFile {
		major, minor = 5, 1
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", a.inode, mode, 0, 0, 1, 0, len(data),
		0, 0, major, minor, len(name)+1, 0)
	b.WriteString(name + "\x00")
	b.Write(make([]byte, -b.Len()&3))
	b.Write(data)
	b.Write(make([]byte, -b.Len()&3))
	_, a.err = a.w.Write(b.Bytes())
}

// file appends a file of this machine, executable.
func (a *archive) file(t *testing.T, name, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	a.add(name, modeFile|0o755, data)
}

func (a *archive) end() error {
	a.add("TRAILER!!!", 0, nil)
	return a.err
}
