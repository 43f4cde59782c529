// Command figures draws the paper's figures: learning curves from run folders, and pictures of the project's worlds.
//
//	figures DIR                               learning curves of all run folders in DIR: figure-4, figure-5
//	figures -sheet robot -out robot.png       64 samples of a domain, a preset or a file
//	figures -figure 3 -out figure3.png        the paper's figure 3: the same states in sim and robot
package main

import "colonnade/a3c/lab/cli"

func main() { cli.Main("figures", run) }
