// Package training is one training run: its settings, the world it learns in, its folder, and how
// it is trained, saved, resumed and evaluated.
//
// [Config] is the configuration of a run, of a first column or of a transfer to a second world. It
// makes a [Plan] in a [World]: the simulator ([NewSimulator]), or one that a command hands over,
// such as a robot arm. [Open] begins the plan in a [Folder] or resumes what is there; [Run.Train]
// and [Run.Evaluate] do the rest.
//
// # Transfer
//
//	progressive    a new column beside the frozen old ones, with laterals from them; begins with their policy
//	finetune       the old column itself goes on learning, all of it
//	finetune-last  the old column's output layer alone goes on learning
//	scratch        a new narrow column that knows nothing
//	scratch-wide   a new wide column that knows nothing
//
// By default there is one worker with one environment, as there is one arm, and the target gets a
// new position every third episode, as a person would move it.
//
// # The run folder
//
//	config.toml            every setting of the run, resolved
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
// A folder is used by one process at a time (a file lock that ends with the process), and a folder
// that holds a run is only touched by resuming it.
//
// # Event files
//
// TensorBoard shows a run folder, or a folder of them: tensorboard --logdir runs. An event file is
// a sequence of records, each with two checksums, and each record a protocol buffer: Event of
// TensorFlow's event.proto, with a Summary of summary.proto in it. Values are written as
// simple_value, pictures as PNG in image, which every version of TensorBoard reads.
//
// Each invocation writes a file of its own, whose name sorts behind those before it: TensorBoard
// may be reading the old ones. It begins with the mark that TensorBoard defined for restarts, a
// SessionLog START at the first step that is written anew: a reader then drops what earlier files
// say of that step and later ones. Where a crash or a full disk left half a record at the end of an
// old file, readers stop there and go on with the next file.
//
// Start reading at Config.Plan, then Open and Run.Train.
package training
