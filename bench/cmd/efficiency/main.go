// Command efficiency compares the learning curves of the fast training loop and of the plain one at equal steps.
package main

import "colonnade/a3c/cli"

func main() { cli.Main("efficiency", run) }
