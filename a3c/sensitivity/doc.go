// Package sensitivity finds out what a progressive network's trained column draws from the columns
// before it: it plays the same episodes again and again while something that enters the column is
// disturbed, and sees what of the score is left (the perturbation analysis of Rusu et al. 2016,
// Progressive Neural Networks, section 3).
//
// # What is disturbed
//
//	a lateral     one earlier layer on its way into one layer of the trained column (nn.Lateral)
//	a column      all laterals from one earlier column at once
//	all laterals  what remains is the trained column alone; left out where there is one earlier column
//	own           the trained column's last hidden layer on its way to the output: it can only be cut
//
// # How
//
// By normal noise whose deviation is a multiple of the root mean square that passes there
// undisturbed, and by cutting: zeros instead. A lateral that the score survives without is one that
// the policy does not draw from. Half, the noise that leaves half of the score, compares laterals
// by one number: the less is enough, the more depends on it. Rusu et al. call 1/noise² at that
// point the precision, and Share is a lateral's part in the sum of all precisions; theirs is taken
// among the columns of one layer, the trained one included, which has no lateral here.
//
// All evaluations play the same episodes with the same seeds for actions, so each is compared with
// the undisturbed one episode by episode (stats.Paired). The noise comes from streams of its own,
// one for each source, strength and group of episodes: the same seed gives the same report with any
// number of workers.
//
// Start reading at Analyze.
package sensitivity
