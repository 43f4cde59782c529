// Package camera takes the pictures that a policy sees: 64x64 pixels.
//
// A Camera hands out one picture at a time, with the time at which it was taken. Emulated draws the emulated arm in a
// domain's looks, through its lens and sensor, as late as the domain says. It draws 64x64 pixels at once: another
// size first would cost 90 times as much and show the same.
package camera
