// Package view draws what people look at: charts of runs and evaluations, and animations of
// episodes. The same numbers give the same bytes.
//
//	WriteCurve      a run's learning curve: score, how episodes end and entropy over steps
//	WriteBands      means of several runs with their spread
//	WritePanels     several such charts in one picture
//	WriteClouds     points over something positive, such as scores over learning rates
//	WriteMap        scores of episodes over the positions of their targets
//	WriteResponses  how scores fall as a disturbance grows
//	Film            plays episodes and returns their frames
//	WriteGIF        an animation
//	WriteAPNG       an animation in full colour
//
// A frame of a film ([Frame]) is a large picture of the arm and, beside it, the observation that
// the network sees, with step, reward, return and the network's value; [Beside] puts two films next
// to each other.
//
// Colours of charts stay apart for people who see red and green alike.
package view
