// Package chart draws what runs and evaluations found, for people: the same numbers give the same bytes.
//
//	WriteCurve      a run's learning curve from its metrics: score, how episodes end, and the policy's entropy over steps
//	WriteBands      means of several runs with their spread
//	WritePanels     several such charts in one picture
//	WriteClouds     points over something positive, such as scores over learning rates
//	WriteMap        scores of episodes over the places where their targets lay
//	WriteResponses  how scores fall as a disturbance grows
//
// Colours stay apart for people who see red and green alike.
package chart
