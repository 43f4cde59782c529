// Command inspect prints what a network consists of: its tensors with shapes
// and counts, its layers with the work they do, and what a checkpoint says of
// itself.
//
//	inspect -checkpoint runs/column1
//	inspect -net recurrent -width narrow -json
package main

import "colonnade/a3c/lab/cli"

func main() { cli.Main("inspect", run) }
