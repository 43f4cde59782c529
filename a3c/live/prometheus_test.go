package live

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// Grammar of the text format: prometheus.io/docs/instrumenting/exposition_formats.
var (
	helpLine   = regexp.MustCompile(`^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) \S.*$`)
	typeLine   = regexp.MustCompile(`^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge)$`)
	sampleLine = regexp.MustCompile(
		`^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)+\})? (\S+)$`)
)

// parse reads the text format strictly: help and type before the samples, each family once, each
// sample once.
func parse(t *testing.T, text string) map[string]float64 {
	t.Helper()
	samples, helped, typed := map[string]float64{}, "", map[string]string{}
	if !strings.HasSuffix(text, "\n") {
		t.Error("the last line does not end")
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if m := helpLine.FindStringSubmatch(line); m != nil {
			helped = m[1]
		} else if m := typeLine.FindStringSubmatch(line); m != nil {
			if m[1] != helped || typed[m[1]] != "" {
				t.Errorf("type of %s after help of %s, or again", m[1], helped)
			}
			typed[m[1]] = m[2]
		} else if m := sampleLine.FindStringSubmatch(line); m != nil {
			value, err := strconv.ParseFloat(m[3], 64)
			if _, twice := samples[m[1]+m[2]]; err != nil || twice || m[1] != helped || typed[m[1]] == "" {
				t.Errorf("sample %q: %v, or not in its family", line, err)
			}
			if counter := typed[m[1]] == "counter"; counter != strings.HasSuffix(m[1], "_total") {
				t.Errorf("%s is a %s", m[1], typed[m[1]])
			}
			samples[m[1]+m[2]] = value
		} else {
			t.Errorf("line %q", line)
		}
	}
	return samples
}

func TestMetricsForPrometheus(t *testing.T) {
	p, s := serve(t)
	text, _ := get(t, s.URL+"/metrics")
	if got := parse(t, text); got[`colonnade_phase{phase="starting"}`] != 1 {
		t.Errorf("before the run: %v", got)
	}
	run := watchedRun()
	run.Folder = "a\\b\"c\nd\xe9" // the last in Latin-1
	p.Begin(run)
	for _, m := range windows(3) {
		p.Metrics(m)
	}
	text, answer := get(t, s.URL+"/metrics")
	if got := answer.Header.Get("Content-Type"); got != "text/plain; version=0.0.4; charset=utf-8" {
		t.Errorf("content type %q", got)
	}
	if !utf8.ValidString(text) {
		t.Error("not UTF-8")
	}
	got := parse(t, text)
	for name, want := range map[string]float64{
		"colonnade_steps_total": 3000, "colonnade_score": 7.25, `colonnade_entropy_nats{joint="joint_2"}`: 0.52,
		`colonnade_worker_replaced_total{worker="2"}`: 2, `colonnade_stage_seconds_total{stage="forward"}`: 0.018,
		`colonnade_phase{phase="training"}`: 1, "colonnade_grad_norm": 0.75, "colonnade_value_loss": 0.125,
	} {
		if v, ok := got[name]; !ok || v != want {
			t.Errorf("%s is %v (%t), want %v", name, v, ok, want)
		}
	}
}
