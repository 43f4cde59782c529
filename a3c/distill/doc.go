// Package distill trains a column under a teacher that sees more than it does: the twin of the arm.
//
// # Why
//
// On a real arm a step lasts 100 ms. 60,000 steps are 100 minutes, and a sparse reward says little
// about each of them. But an arm knows its joint angles, and the target's position is tracked for
// the reward anyway. So the present state can be drawn in the appearance of the world that column 1
// was trained in: the twin picture (a3c.Twin). Column 1, frozen, looks at the twin with an LSTM
// state of its own, and says at every step what it would do and what the state is worth. The
// student looks at the camera alone and learns to say the same. It gets nine whole distributions a
// step instead of one reward now and then.
//
//	encoders, tracker -> twin picture -> column 1 (frozen): the teacher --- probabilities, value, features
//	                                                                              |  loss
//	camera ----------------------------> student ------------------------ probabilities, value, features
//
// What it needs: encoders, a tracked target, and a world that column 1 knows. What the student
// gains: it acts by the camera alone, so encoders may be off and nobody has to track the target any
// more. A student is never better than its teacher, which has the errors of the encoders: they are
// the twin's.
//
// # How
//
// The loss of a step is
//
//	sum over factors of KL(teacher || student) + ValueCost (v - v_teacher)^2 + FeatureCost |f - f_teacher|^2
//
// where f are the features, fc's output after its ReLU; that term is left out where the student has
// another number of them. While the student is bad, it visits states that it will not visit later.
// So the teacher takes a part of the actions, all of them at first and none after ShareSteps (Ross
// et al. 2011, DAgger): in the end the student learns in the states that it leads to itself.
//
// Every step is kept as a frame: the picture, what the teacher said of it, and the LSTM states with
// which it was seen. After each rollout the student trains on windows of consecutive frames, drawn
// from all that there are. A window begins with the LSTM state that the teacher had there, if the
// student's LSTM is as wide, else with the student's own of that time.
//
// # Students
//
// Any network learns so: a copy of column 1 (finetune), a new column beside it (progressive), one
// that knows nothing. A wide progressive column does best when it begins with column 1's LSTM and
// output and only learns to see (Inherit).
//
// # On an arm
//
// Acting never waits for learning. With Settings.Beside the learner works on a core of its own and
// publishes parameters as a whole; the arm's goroutine takes the newest ones between two steps. The
// time from observation to action is measured, and counted as late beyond Deadline.
//
// Frames are written to a file as they come, each with a checksum. A run that was killed goes on
// from its last checkpoint: in a simulator it plays the steps since then again, to the bit; on an
// arm, where no step comes twice, it keeps the frames.
//
// Start reading at Trainer.RunUntil, then learner.update.
package distill
