// Package job is what the commands that train in a folder share: train and transfer ask for the same folder, watch it
// the same way and end with the same line, and sweep keeps its study as they keep a run.
//
//	-out -resume             the folder: a new one, or one to go on with (Place)
//	-stages -profile -http   what to show of the run besides (Training)
//
// Start reading at Training.Run: a whole training, from flags that are read to the result on stdout.
package job
