package live

import (
	"bytes"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/training"
)

// metrics serves the numbers in Prometheus's text format, version 0.0.4
// (prometheus.io/docs/instrumenting/exposition_formats).
func (v *handler) metrics(w http.ResponseWriter, r *http.Request) {
	n := v.of.notes()
	data, err := v.get("metrics", state{runs: n.runs, windows: n.windows, second: time.Now().Unix()},
		func() ([]byte, error) {
			return v.of.exposition(&n), nil
		})
	answer(w, "text/plain; version=0.0.4; charset=utf-8", data, err)
}

// exposition collects families of samples.
type exposition struct{ bytes.Buffer }

// family begins a metric. Kind is gauge or counter.
func (x *exposition) family(name, kind, help string) func(value float64, labels ...string) {
	fmt.Fprintf(x, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
	return func(value float64, labels ...string) {
		var pairs []string
		for pair := range slices.Chunk(labels, 2) {
			pairs = append(pairs,
				fmt.Sprintf(`%s="%s"`, pair[0], escapeLabel.Replace(strings.ToValidUTF8(pair[1], "\uFFFD"))))
		}
		x.WriteString(name)
		if len(pairs) > 0 {
			fmt.Fprintf(x, "{%s}", strings.Join(pairs, ","))
		}
		fmt.Fprintf(x, " %s\n", strconv.FormatFloat(value, 'g', -1, 64))
	}
}

// escapeLabel escapes a label's value, which the format wants to be UTF-8; the name of a folder
// need not be.
var escapeLabel = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func (p *Page) exposition(n *notes) []byte {
	var x exposition
	x.family("colonnade_run_info", "gauge", "What runs; the value is 1.")(1, "command", p.command, "folder",
		n.run.Folder, "run", n.run.Title, "network", n.run.Network)
	phases := x.family("colonnade_phase", "gauge", "1 for what the run is at.")
	for _, phase := range []phase{starting, learning, evaluating, ended} {
		is := 0.0
		if phase == n.phase {
			is = 1
		}
		phases(is, "phase", string(phase))
	}
	x.family("colonnade_runs_total", "counter", "Runs begun by this process: trials of a sweep.")(float64(n.runs))
	x.family("colonnade_evaluation_episodes", "gauge",
		"Episodes of the final evaluation that have ended.")(float64(n.ended))
	x.family("colonnade_resident_bytes", "gauge",
		"Memory of the process that is in RAM.")(float64(training.ResidentBytes()))
	x.family("go_goroutines", "gauge", "Goroutines of the process.")(float64(runtime.NumGoroutine()))
	if n.runs > 0 {
		x.workers(n.run.Workers())
	}
	if m := n.last(); m != nil {
		x.window(m, n.run.Factors)
		stages := x.family("colonnade_stage_seconds_total", "counter",
			"Time that workers spent in each stage, over the whole run.")
		var sum a3c.Stages
		for i := range n.rows {
			sum.Add(n.rows[i].Stages)
		}
		for name, d := range sum.All() {
			stages(d.Seconds(), "stage", name)
		}
	}
	return x.Bytes()
}

func (x *exposition) workers(all []a3c.WorkerStatus) {
	type number struct {
		name, kind, help string
		of               func(a3c.WorkerStatus) float64
	}
	for _, f := range []number{
		{"colonnade_worker_steps_total", "counter", "Environment steps that the worker pushed in this process.",
			func(w a3c.WorkerStatus) float64 { return float64(w.Steps) }},
		{"colonnade_worker_replaced_total", "counter", "Times that the worker panicked and was replaced.",
			func(w a3c.WorkerStatus) float64 { return float64(w.Replaced) }},
		{"colonnade_worker_policy_lag", "gauge", "Pushes by others during the worker's last rollout.",
			func(w a3c.WorkerStatus) float64 { return float64(w.Lag) }},
		{"colonnade_worker_last_push_timestamp_seconds", "gauge", "Unix time of the worker's last push; 0: none yet.",
			func(w a3c.WorkerStatus) float64 {
				if w.Last.IsZero() {
					return 0
				}
				return float64(w.Last.UnixMilli()) / 1e3
			}},
	} {
		sample := x.family(f.name, f.kind, f.help)
		for id, w := range all {
			sample(f.of(w), "worker", strconv.Itoa(id))
		}
	}
}

// window writes the latest window's numbers.
func (x *exposition) window(m *a3c.Metrics, factors []string) {
	for _, f := range []struct {
		name, kind, help string
		value            float64
	}{
		{"colonnade_steps_total", "counter", "Environment steps of the run.", float64(m.Steps)},
		{"colonnade_updates_total", "counter", "Gradients pushed.", float64(m.Updates)},
		{"colonnade_episodes_total", "counter", "Episodes ended.", float64(m.Episodes)},
		{"colonnade_training_seconds_total", "counter", "Time spent training.", m.Seconds},
		{"colonnade_steps_per_second", "gauge", "Environment steps a second, latest window.", m.StepsPerSecond},
		{"colonnade_score", "gauge", "Mean return of the window's episodes.", m.Score},
		{"colonnade_length_steps", "gauge", "Mean length of the window's episodes.", m.Length},
		{"colonnade_reached_ratio", "gauge", "Fraction of the window's episodes that reached the target.", m.Reached},
		{"colonnade_violations_ratio", "gauge", "Fraction of the window's episodes that ended in a violation.",
			m.Violations},
		{"colonnade_policy_loss", "gauge", "Policy loss, mean of the window.", m.PolicyLoss},
		{"colonnade_value_loss", "gauge", "Squared error of the value, mean of the window.", m.ValueLoss},
		{"colonnade_value", "gauge", "Value, mean of the window, in scaled reward.", m.Value},
		{"colonnade_reward_per_step", "gauge", "Reward of a step, mean of the window.", m.RewardPerStep},
		{"colonnade_explained_value_ratio", "gauge", "Share of the returns' variance that the value explains.",
			m.ExplainedValue},
		{"colonnade_grad_norm", "gauge", "Length of the gradient before clipping, mean of the window.", m.GradNorm},
		{"colonnade_clipped_ratio", "gauge", "Fraction of gradients that clipping shortened.", m.Clipped},
		{"colonnade_learning_rate", "gauge", "Learning rate at the end of the window.", m.LearningRate},
		{"colonnade_policy_lag", "gauge", "Pushes by others between pull and push, mean of the window.", m.PolicyLag},
	} {
		x.family(f.name, f.kind, f.help)(f.value)
	}
	entropy := x.family("colonnade_entropy_nats", "gauge", "Entropy of the policy of each joint, mean of the window.")
	for i, e := range m.Entropy {
		entropy(e, "joint", factor(factors, i))
	}
}

// factor names a factor of the action.
func factor(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return strconv.Itoa(i + 1)
}
