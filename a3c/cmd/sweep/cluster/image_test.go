package cluster

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

var (
	copies = regexp.MustCompile(`(?m)^COPY (.+) /bin/$`)
	inJob  = regexp.MustCompile(`(?s)\b(command|args): (\[.*?\])`)
)

// The commands that the image holds are those that make builds of a3c/cmd.
func TestDockerfileNamesTheCommands(t *testing.T) {
	match := copies.FindStringSubmatch(read(t, "Dockerfile"))
	if match == nil {
		t.Fatal("the Dockerfile copies nothing to /bin/")
	}
	named := strings.Fields(match[1])
	mains, err := filepath.Glob("../../*/main.go")
	if err != nil {
		t.Fatal(err)
	}
	var built []string
	for _, path := range mains {
		built = append(built, filepath.Base(filepath.Dir(path)))
	}
	slices.Sort(named)
	if !slices.Equal(named, built) {
		t.Errorf("the Dockerfile copies %v, a3c/cmd has %v", named, built)
	}
}

// What the Job's pods run, in a file system that holds the program and a volume and nothing else,
// as the user nobody: each pod gets its index by the environment, makes the study or finds it made,
// and brings one trial to its end.
func TestJobInAnEmptyFileSystem(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root may change the root of a file system")
	}
	fields := map[string][]string{}
	for _, match := range inJob.FindAllStringSubmatch(read(t, "job.yaml"), -1) {
		var words []string
		if err := json.Unmarshal([]byte(match[2]), &words); err != nil {
			t.Fatalf("%s: %v", match[2], err)
		}
		fields[match[1]] = words
	}
	if len(fields["command"]) != 1 {
		t.Fatalf("command %q", fields["command"])
	}
	// Later flags win: the same study, but small.
	small := append(fields["args"], "-width", "narrow", "-trials", "2", "-steps", "640", "-workers", "1", "-envs", "4",
		"-episodes", "2")

	root := t.TempDir()
	volume := filepath.Join(root, "studies")
	for _, err := range []error{os.Mkdir(volume, 0o700), os.Chown(volume, 65534, 65534),
		os.Mkdir(filepath.Join(root, "bin"), 0o755)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	data := read(t, build(t))
	if err := os.WriteFile(filepath.Join(root, "bin", "sweep"), []byte(data), 0o755); err != nil {
		t.Fatal(err)
	}
	for index, want := range []string{`"scores":1,"done":false`, `"scores":2,"done":true`} {
		cmd := exec.Command(fields["command"][0], expand(small, index)...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		cmd.Dir, cmd.Env = "/", []string{}
		if out := output(t, cmd); !strings.Contains(out, want) {
			t.Errorf("pod %d: %s, want %s", index, out, want)
		}
	}
}

// expand replaces references to the index as Kubernetes does.
func expand(args []string, index int) []string {
	expanded := slices.Clone(args)
	for i, arg := range expanded {
		expanded[i] = strings.ReplaceAll(arg, "$(JOB_COMPLETION_INDEX)", string(rune('0'+index)))
	}
	return expanded
}
