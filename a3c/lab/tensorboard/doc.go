// Package tensorboard writes event files, which TensorBoard shows as curves and
// pictures: point it at a run folder, or at a folder of them.
//
//	tensorboard --logdir runs
//
// # The format
//
// An event file is a sequence of records, each with two checksums (record.go),
// and each record a protocol buffer: Event of TensorFlow's event.proto, with a
// Summary of summary.proto in it (event.go). Values are written as simple_value,
// pictures as PNG in image, which every version of TensorBoard reads.
//
// # Going on with a run
//
// Each invocation writes a file of its own, whose name sorts behind those
// before it: TensorBoard may be reading the old ones. It begins with the mark
// that TensorBoard itself defined for restarts, a SessionLog START at the first
// step that is written anew: a reader then drops what earlier files say of that
// step and later ones. Where a crash or a full disk left half a record at the
// end of an old file, readers stop there and go on with the next file.
//
// Start reading at [Writer].
package tensorboard
