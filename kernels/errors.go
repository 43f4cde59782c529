package kernels

// Wrong shapes and lengths are mistakes of the program that calls, so the
// kernels panic, each time with one of these constant texts.
const (
	errNegative    = "kernels: negative dimension"
	errStride      = "kernels: row stride shorter than the row"
	errShortA      = "kernels: insufficient length of a"
	errShortB      = "kernels: insufficient length of b"
	errShortC      = "kernels: insufficient length of c"
	errShortX      = "kernels: insufficient length of x"
	errShortY      = "kernels: insufficient length of y"
	errShortW      = "kernels: insufficient length of w"
	errShortBias   = "kernels: insufficient length of bias"
	errShortDX     = "kernels: insufficient length of dx"
	errShortDY     = "kernels: insufficient length of dy"
	errShortDW     = "kernels: insufficient length of dw"
	errShortDB     = "kernels: insufficient length of db"
	errShortSum    = "kernels: insufficient length of sum"
	errShortGates  = "kernels: insufficient length of gates"
	errShortDGates = "kernels: insufficient length of dgates"
	errShortCPrev  = "kernels: insufficient length of cPrev"
	errShortH      = "kernels: insufficient length of h"
	errShortDH     = "kernels: insufficient length of dh"
	errShortDC     = "kernels: insufficient length of dc"
	errShortLogits = "kernels: insufficient length of logits"
	errShortLogp   = "kernels: insufficient length of logp"
	errLengths     = "kernels: lengths differ"
	errChannels    = "kernels: mean and scale must have the same length, at least 1"
	errOverlap     = "kernels: output overlaps an input"
	errConv        = "kernels: impossible convolution"
)
