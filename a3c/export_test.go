package a3c

// For tests outside of the package: what is random in training.
var (
	TrainingSeed = trainingSeed
	ActionSource = actionSource
)
