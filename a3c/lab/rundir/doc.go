// Package rundir is the folder that a training run leaves and can be resumed
// from:
//
//	config.toml            every flag of the run, resolved
//	domain.json            the domain, where it came from a file
//	run.json               seed, revision, processor, kernels, start time
//	metrics.jsonl          one JSON object a line, every -metrics-every steps
//	metrics.jsonl.damaged-N  what it was before resuming left out damaged lines
//	events.out.tfevents.*  the same for TensorBoard, and frames that the network saw
//	curve.svg              score, outcomes and entropy over steps
//	latest.safetensors     the parameters           \ one unit: the state carries
//	latest.state           optimiser, workers, ...  / the parameters' digest
//	previous.*             the unit before, kept in case a crash splits the latest
//	best.safetensors       the parameters with the best training score so far
//	step-N.safetensors     milestones
//
// A folder is used by one process at a time (a file lock that ends with the
// process), and a folder that holds a run is only touched by resuming it.
package rundir
