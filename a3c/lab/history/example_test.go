package history_test

import (
	"fmt"

	"colonnade/a3c"
	"colonnade/a3c/lab/history"
)

// A run of a thousand windows, of 20,000 steps and one more episode each time, and what is kept of it.
func Example() {
	var h history.History
	for i := int64(1); i <= 1000; i++ {
		h.Add(a3c.Metrics{Steps: 20_000 * i, WindowEpisodes: i, Score: float64(i)})
	}
	rows := h.Rows()
	fmt.Println(h.Windows(), "windows in", len(rows), "rows")
	fmt.Printf("first row: step %d, %d episodes, mean score %.2f\n", rows[0].Steps, rows[0].WindowEpisodes, rows[0].Score)
	fmt.Printf("latest window: score %.0f\n", h.Latest(1)[0].Score)
	// Output:
	// 1000 windows in 250 rows
	// first row: step 80000, 10 episodes, mean score 3.00
	// latest window: score 1000
}
