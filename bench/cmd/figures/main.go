// Command figures draws the paper's figures: learning curves from run folders, and pictures of the project's worlds.
//
//	figures DIR                               learning curves of all run folders in DIR: figure-4, figure-5
//	figures bench/results/figure-6            an experiment's figures and tables, anew from its records
//	figures -sheet robot -out robot.png       64 samples of a domain, a preset or a file
//	figures -figure 3 -out figure3.png        the paper's figure 3: the same states in sim and robot
package main

import "colonnade/a3c/cli"

func main() { cli.Main("figures", run) }
