// Package chart draws a run's learning curve from its metrics: score, how
// episodes end, and the policy's entropy, over environment steps.
//
// Start at [Curve]; [WriteCurve] makes the SVG or PNG that a run folder keeps.
package chart
