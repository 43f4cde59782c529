// Package world turns names from the command line into environments and
// networks: -env, -task, -domain, -target-every, -faults and -record into an [a3c.Env], -net, -width and -inputs
// into an [nn.Network] whose input is centred on frames of that world.
//
// [Fingerprint] tells whether a world is the one a checkpoint was trained in.
package world
