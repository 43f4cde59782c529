// Command transfer goes on learning in a second world: with a new column beside frozen ones, or by what one would do
// otherwise.
//
//	transfer -from bench/pretrained/reach-recurrent-wide.safetensors -method progressive -domain robot -out runs/column2
//
// It leaves a run folder as train does and prints the same JSON object, with the method and the number of environments.
package main

import "colonnade/a3c/cli"

func main() { cli.Main("transfer", run) }
