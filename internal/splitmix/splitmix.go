// Package splitmix has the arithmetic of SplitMix64 (Steele, Lea, Flood 2014). It spreads
// neighbouring numbers, such as seeds and counts of steps, over all 64 bits, so that generators
// seeded with the results are independent of each other.
package splitmix

// Golden is by how much the state grows from one number to the next: 2^64 over the golden ratio.
const Golden = 0x9e3779b97f4a7c15

// Mix turns a state into a number, each into another one.
func Mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
