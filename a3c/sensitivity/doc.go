// Package sensitivity measures what the trained column of a progressive network uses from the
// columns before it. It plays the same episodes many times, disturbs one input of the column at a
// time, and compares the scores. This is the perturbation analysis of Rusu et al. 2016, Progressive
// Neural Networks, section 3.
//
// # What is disturbed
//
//	a lateral     one earlier layer on its way into one layer of the trained column (nn.Lateral)
//	a column      all laterals from one earlier column at once
//	all laterals  only the trained column remains; omitted where there is one earlier column
//	own           the trained column's last hidden layer on its way to the output: only cut
//
// # How
//
// There are two disturbances. Noise is normal, with a deviation that is a multiple of the
// undisturbed signal's root mean square. Cutting replaces the signal by zeros. If the score does
// not change, the policy does not use that lateral. Half is the noise that halves the score: the
// smaller it is, the more the policy depends on the lateral. Rusu et al. call 1/noise² at that
// point the precision. Share is a lateral's part of the sum of all precisions. (Theirs is taken
// among the columns of one layer and includes the trained column, which has no lateral here.)
//
// All evaluations play the same episodes with the same seeds for actions, so each is compared with
// the undisturbed one episode by episode (stats.Paired). Noise comes from its own random streams,
// one for each source, strength and group of episodes: the same seed gives the same report with any
// number of workers.
//
// Start reading at Analyze.
package sensitivity
