// Package sheet draws pictures of domains for people: a preview sheet of 64 samples of one
// ([Preview]), and the paper's figure 3, the same states in two worlds side by side ([Compare]).
// Both show frames as the network sees them, enlarged by whole pixels, and some large. [WritePNG]
// writes them with a palette of 256 colours, so that they stay small.
package sheet
