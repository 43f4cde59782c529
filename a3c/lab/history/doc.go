// Package history keeps the windows of a run's metrics in memory that does not grow with the run. A run of 50 million steps
// has thousands of them, and who draws all of them at every checkpoint needs more memory each time.
//
// A History holds at most MaxRows rows. As long as a run has no more windows than that, each is a row. Then neighbours are
// merged two by two, again and again: a row is the mean of 2, 4, 8 windows, weighted by what each of them counted. The same
// windows give the same rows, however often the run was resumed in between.
//
// Start reading at History.Add.
package history
