// Command sweep searches learning rate and entropy cost: at random, or by successive halving.
package main

import "colonnade/a3c/cli"

func main() { cli.Main("sweep", run) }
