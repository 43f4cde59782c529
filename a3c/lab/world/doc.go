// Package world turns settings into environments and networks: [Settings] into a [World], which makes an [a3c.Env], and
// [Network] into an [nn.Network] whose input is centred on frames of that world. Their tags say by which flags commands
// change them.
//
// [Fingerprint] tells whether a world is the one a checkpoint was trained in.
package world
