package nn

// Misuse of the package by its caller is a programming error and panics with one of these texts.
// Whatever comes from outside (a file, an architecture, a scaling) is an error value instead.
const (
	panicTheta  = "nn: length of theta is not the network's number of parameters"
	panicGrad   = "nn: length of grad is not the network's number of parameters"
	panicBatch  = "nn: the batch was made by another network"
	panicStep   = "nn: step outside the batch"
	panicSteps  = "nn: number of steps outside the batch"
	panicEnv    = "nn: environment outside the batch"
	panicEnvs   = "nn: number of environments outside the batch"
	panicColumn = "nn: no such column"
	panicState  = "nn: length of an LSTM state is not the batch's"
	panicSize   = "nn: a batch needs at least one step and one environment"
)
