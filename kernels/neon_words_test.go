package kernels

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// neonWords says for every macro of neon_arm64.h how a disassembler writes it
// for the operands m, n and d.
var neonWords = map[string]string{
	"FADD":    "fadd v%[3]d.4s, v%[2]d.4s, v%[1]d.4s",
	"FSUB":    "fsub v%[3]d.4s, v%[2]d.4s, v%[1]d.4s",
	"FMUL":    "fmul v%[3]d.4s, v%[2]d.4s, v%[1]d.4s",
	"FDIV":    "fdiv v%[3]d.4s, v%[2]d.4s, v%[1]d.4s",
	"FMAX":    "fmax v%[3]d.4s, v%[2]d.4s, v%[1]d.4s",
	"FMIN":    "fmin v%[3]d.4s, v%[2]d.4s, v%[1]d.4s",
	"FCMGT":   "fcmgt v%[3]d.4s, v%[2]d.4s, v%[1]d.4s",
	"FCMEQ":   "fcmeq v%[3]d.4s, v%[2]d.4s, v%[1]d.4s",
	"FACGT":   "facgt v%[3]d.4s, v%[2]d.4s, v%[1]d.4s",
	"FADDP":   "faddp v%[3]d.4s, v%[2]d.4s, v%[1]d.4s",
	"FNEG":    "fneg v%[2]d.4s, v%[1]d.4s",
	"FSQRT":   "fsqrt v%[2]d.4s, v%[1]d.4s",
	"FRINTN":  "frintn v%[2]d.4s, v%[1]d.4s",
	"FCVTNS":  "fcvtns v%[2]d.4s, v%[1]d.4s",
	"UCVTF":   "ucvtf v%[2]d.4s, v%[1]d.4s",
	"FCVTL":   "fcvtl v%[2]d.2d, v%[1]d.2s",
	"FCVTL2":  "fcvtl2 v%[2]d.2d, v%[1]d.4s",
	"FADDD2":  "fadd v%[3]d.2d, v%[2]d.2d, v%[1]d.2d",
	"FADDPD2": "faddp d%[2]d, v%[1]d.2d",
	"FMLAE":   "fmla v%[4]d.4s, v%[3]d.4s, v%[1]d.s[%[2]d]",
}

// TestNEONWords assembles every macro of neon_arm64.h with operands that have
// every bit set and clear, and has it read back by the disassembler of the Go
// distribution: it shares nothing with the assembler (golang.org/x/arch, from
// Arm's machine-readable description), comes with the go command, and so works
// on every machine that builds, without a package or an arm64 processor.
func TestNEONWords(t *testing.T) {
	if testing.Short() {
		t.Skip("assembles for another architecture")
	}
	if _, err := exec.LookPath("go"); err != nil {
		if os.Getenv("KERNELS_REQUIRE") != "" {
			t.Fatal(err)
		}
		t.Skip("needs the go command")
	}
	header, err := filepath.Abs("neon_arm64.h")
	if err != nil {
		t.Fatal(err)
	}
	source, wants := neonProbe(t, header)
	dir := t.TempDir()
	probe, object := filepath.Join(dir, "probe_arm64.s"), filepath.Join(dir, "probe.o")
	if err := os.WriteFile(probe, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	goTool(t, "arm64", "asm", "-o", object, probe)
	listing := goTool(t, "", "objdump", "-gnu", object)

	var got []string
	comment := regexp.MustCompile(`// (.*)$`)
	for line := range strings.Lines(listing) {
		if m := comment.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			got = append(got, strings.TrimSpace(m[1]))
		}
	}
	if len(got) < len(wants) {
		t.Fatalf("%d instructions are read back of %d:\n%s", len(got), len(wants), listing)
	}
	for i, want := range wants {
		if got[i] != want {
			t.Errorf("the word of %q is %q", want, got[i])
		}
	}
}

// neonProbe makes the source of a function that has every macro of the header,
// and what a disassembler must say of it.
func neonProbe(t *testing.T, header string) (source string, wants []string) {
	t.Helper()
	text, err := os.ReadFile(header)
	if err != nil {
		t.Fatal(err)
	}
	define := regexp.MustCompile(`(?m)^#define (\w+)\(([^)]*)\)\s+WORD `)
	macros := define.FindAllStringSubmatch(string(text), -1)
	if len(macros) != len(neonWords) || strings.Count(string(text), "WORD ") != len(macros) {
		t.Errorf("%s defines %d words, this test knows %d", filepath.Base(header), len(macros), len(neonWords))
	}
	var body strings.Builder
	for _, macro := range macros {
		name, count := macro[1], strings.Count(macro[2], ",")+1
		format, known := neonWords[name]
		if !known {
			t.Errorf("this test does not know %s", name)
			continue
		}
		for turn, registers := range [4][3]int{{31, 1, 10}, {0, 30, 21}, {21, 10, 31}, {12, 19, 0}} {
			var values []any
			var list []string
			for i, v := range registers[:min(count, 3)] {
				values, list = append(values, v), append(list, fmt.Sprint(v))
				if i == 0 && name == "FMLAE" { // the element
					values, list = append(values, turn), append(list, fmt.Sprint(turn))
				}
			}
			fmt.Fprintf(&body, "\t%s(%s)\n", name, strings.Join(list, ", "))
			wants = append(wants, fmt.Sprintf(format, values...))
		}
	}
	return fmt.Sprintf("#include %q\n\nTEXT ·probe(SB), 4, $0\n%s\tRET\n", header, body.String()), wants
}

// goTool runs a tool of the Go distribution, built for the machine that runs
// this test, on files of the given architecture.
func goTool(t *testing.T, arch string, args ...string) string {
	t.Helper()
	command := exec.Command("go", append([]string{"tool"}, args...)...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GOARCH=") && !strings.HasPrefix(v, "GOOS=") {
			command.Env = append(command.Env, v)
		}
	}
	if arch != "" {
		command.Env = append(command.Env, "GOOS=linux", "GOARCH="+arch)
	}
	out, err := command.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go tool %s on %s: %v\n%s", args[0], runtime.GOARCH, err, exit.Stderr)
		}
		t.Fatal(err)
	}
	return string(out)
}
