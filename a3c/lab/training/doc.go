// Package training is a training run in its folder: begun or resumed, trained with progress on the screen, saved while it
// goes on, and evaluated in the end. The commands that train say what by a [Plan] and leave the rest to it.
//
// Start reading at Open, then Run.Train.
package training
