// Package film makes animations of episodes that people can watch: a large
// picture of the arm and, beside it, the 64x64 observation the network sees, with
// step, reward, return and the network's value.
//
// [Frame] composes one picture; [WriteGIF] and [WritePNG] (an animated PNG, in
// full colour) write a sequence of them, and [Beside] puts two films next to
// each other.
package film
