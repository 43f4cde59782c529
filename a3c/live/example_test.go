package live_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/live"
	"colonnade/a3c/training"
)

// Serve the page of a command with -http, and look at it while a run goes on. A command hands its plan to Page.Watch, and
// the run then calls what is called here by hand.
func Example() {
	f := cli.NewFlags("train", "", "", io.Discard, io.Discard)
	address := live.Flag(f)
	if err := f.Parse([]string{"-http", "127.0.0.1:0"}); err != nil { // 0: a port that is free
		fmt.Println(err)
		return
	}
	var said strings.Builder
	page, err := live.Start("train", address, &said)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer page.Close()
	page.Begin(training.Watched{Folder: "runs/one", Title: "reach in sim", Until: 50_000, Workers: func() []a3c.WorkerStatus { return nil }})
	page.Metrics(a3c.Metrics{Steps: 20_000, WindowEpisodes: 400, Score: 7.5})

	answer, err := http.Get(regexp.MustCompile(`http://\S+`).FindString(said.String()) + "metrics")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	numbers, err := io.ReadAll(answer.Body)
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(string(numbers)) {
		if strings.HasPrefix(line, "colonnade_steps_total ") || strings.HasPrefix(line, "colonnade_score ") {
			fmt.Fprint(os.Stdout, line)
		}
	}
	// Output:
	// colonnade_steps_total 20000
	// colonnade_score 7.5
}
