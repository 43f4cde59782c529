package training

import (
	"os"
	"runtime/metrics"
	"strconv"
	"strings"

	"colonnade/a3c"
)

// row is a line of metrics.jsonl.
type row struct {
	a3c.Metrics
	ResidentBytes int64 `json:"resident_bytes"` // memory of the process that is in RAM
}

// ResidentBytes returns what the system says of this process, or, where it does not, what Go has in use.
func ResidentBytes() int64 {
	if statm, err := os.ReadFile("/proc/self/statm"); err == nil { // Linux, proc_pid_statm(5): size, resident, ... in pages
		if fields := strings.Fields(string(statm)); len(fields) > 1 {
			if pages, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
				return pages * int64(os.Getpagesize())
			}
		}
	}
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64() - sample[1].Value.Uint64())
}
