package study_test

import (
	"os"
	"os/exec"
	"testing"

	"colonnade/a3c/cmd/cmdtest"
)

// On a file system without hard links a study is created as anywhere else.
func TestCreateWithoutHardLinks(t *testing.T) {
	const forbidden = "COLONNADE_TEST_WITHOUT_LINKS"
	if os.Getenv(forbidden) != "" {
		if err := cmdtest.ForbidLinks(); err != nil {
			t.Fatal(err)
		}
		TestCreateAtOnce(t)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestCreateWithoutHardLinks$")
	cmd.Env = append(os.Environ(), forbidden+"=1")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}
