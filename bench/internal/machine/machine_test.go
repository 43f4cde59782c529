package machine

import "testing"

func TestFolder(t *testing.T) {
	for cpu, want := range map[string]string{
		"AMD EPYC family 25 model 17":           "amd-epyc-family-25-model-17",
		"Intel(R) Xeon(R) CPU @ 2.60GHz":        "intel-r-xeon-r-cpu-2-60ghz",
		" ../etc ":                              "etc",
		"Neoverse-N1 (Ampere® Altra®) family 8": "neoverse-n1-ampere-altra-family-8",
	} {
		if got := (Machine{CPU: cpu}).Folder(); got != want {
			t.Errorf("%q gives the folder %q, want %q", cpu, got, want)
		}
	}
}

func TestHere(t *testing.T) {
	m := Here(".")
	if m.CPU == "" || m.Cores < 1 || m.Go == "" || m.Commit == "" || m.Folder() == "" {
		t.Errorf("%+v, want every field set", m)
	}
	if m := Here("/"); m.Commit != "unknown" {
		t.Errorf("outside a repository the commit is %q", m.Commit)
	}
}
