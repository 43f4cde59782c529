// Package sheet draws pictures of domains for people. [Preview] draws 64 samples of one domain.
// [Compare] draws the paper's figure 3: the same states in two worlds, side by side. Both show
// frames as the network sees them, enlarged by whole pixels, and some frames large. [WritePNG]
// reduces a picture to 256 colours, so that the file stays small.
package sheet
