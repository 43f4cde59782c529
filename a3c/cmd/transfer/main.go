// Command transfer goes on learning in a second world: with a new column beside frozen ones, or by what one would do
// otherwise.
//
//	transfer -from bench/pretrained/reach-recurrent-wide.safetensors -method progressive -domain robot -out runs/column2
//	transfer -from bench/pretrained/reach-recurrent-wide.safetensors -method finetune -teacher twin -domain robot -steps 10000 -out runs/taught
//
// The second line has a teacher: the column itself, which looks at the twin of the arm (package
// a3c/distill), while the student looks at the camera. It needs encoders and a tracked target, and
// no reward. Its run folder keeps every step in the file frames, 14 KB each, and the teacher.
//
// It leaves a run folder as train does and prints the same JSON object, with the method and the number of environments.
package main

import "colonnade/a3c/cli"

func main() { cli.Main("transfer", run) }
