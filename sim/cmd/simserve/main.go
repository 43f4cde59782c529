// Command simserve lets a learner in another process step environments of the simulator. The
// client is usually sim/python/colonnade.py, which starts and ends it by itself; package serve has
// the control messages and the memory that both share, for clients in other languages:
//
//	simserve -socket /run/user/1000/arm -envs 64 -domain robot
//
// It serves one client of the same user, and ends when that is gone. The last line of stdout tells
// what was done: {"steps":640000,"episodes":15023}.
package main

import "colonnade/a3c/cli"

func main() { cli.Main("simserve", run) }
