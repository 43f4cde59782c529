// Command transfer goes on learning in a second world: with a new column beside frozen ones, or by
// what one would do otherwise.
//
//	transfer -from bench/pretrained/reach-recurrent-wide.safetensors -method progressive -domain robot -out runs/column2
//	transfer -from bench/pretrained/reach-recurrent-wide.safetensors -method finetune -teacher twin -domain robot -steps 10000 -out runs/taught
//
// It leaves a run folder as train does and prints the same JSON object, with the method and the
// number of environments.
//
// # Learning with a twin, in one page
//
// Column 1 learnt in simulation to reach for the target. On the robot it sees other colours from
// another camera, and its score falls. The paper adds a column that learns on the robot from
// rewards. But a robot makes ten steps a second, and most of them have no reward. The second
// command has a teacher instead.
//
// The idea. An arm knows its joint angles, and a tracker finds the target for the reward. So the
// present state can be drawn in the appearance of the world that column 1 knows. This picture is
// the twin. Column 1 looks at the twin and says what it would do: nine distributions, one for each
// joint, and a value. The student looks at the camera's picture of the same moment and learns to
// say the same. That is supervised learning with a label at every step. No reward is needed.
// Package a3c/distill has the loss and the data that it keeps.
//
// What the twin needs: encoders, a tracked target, a world that column 1 knows. What the student
// gains: it acts by the camera alone. A student is no better than its teacher, and the teacher is
// as good as the encoders: half a degree that nobody knows of costs two points.
//
// The steps in a lab, each with the emulated arm (-env jaco) before the real one (-arm usb):
//
//  1. jacoctl calibrate finds where the camera sees the table. jacoctl calibrate -encoders -out
//     zeros.json draws the arm in 40 poses and finds by how much its joints report wrong angles.
//     The file is -zeros of all commands for the emulated arm and the simulator, and -calibration
//     of a real arm.
//  2. jacoctl run -see twin lets column 1 act by the twin's pictures. Nothing is trained. If the
//     score is low, the twin is wrong: look at encoders, tracker and table first.
//  3. transfer -teacher twin trains the student. 10,000 steps are 17 minutes of an arm's time. The
//     teacher takes all actions at first and none after -share-steps, so the arm is never driven by
//     a policy that knows nothing.
//  4. Watch agreement with the teacher, the teacher's share of the actions, and the score of
//     episodes that the student played alone: on the page (-http :8080), in TensorBoard, in
//     metrics.jsonl. On a real arm, the slowest action and the late ones as well (10 ms is late).
//  5. eval, or jacoctl run without -see, measures the student by the camera alone.
//
// Which student? -method finetune begins with all of column 1, and is best where something of the
// old picture is left. -method progressive -width wide begins with column 1's LSTM and output, and
// with new eyes that get laterals from column 1's. The laterals make the first 5,000 steps worth
// more, unless column 1 recognises nothing in the new world. -method scratch-wide -inherit is the
// same column without laterals. -method scratch-wide begins with nothing and needs 60,000 steps.
// -width narrow is the paper's second column; it is too small to learn to see.
//
// The run can be stopped, killed and resumed (-resume); in the simulator, with -deterministic, it
// then ends with the same bits. The file frames keeps every step, 14 KB each with a checksum: on an
// arm no step comes twice, so none is thrown away. On a real arm the learner works on another core
// than the arm's goroutine, and acting never waits for it. sweep -teacher twin searches the
// learning rate.
//
// The planner of sim/reach cannot teach yet. It gives one best action: no distribution, no value,
// no features, no LSTM state. The frames, the loss and the snapshot have a place for each of these,
// so a second kind of teacher would change all three.
//
// Scores: bench/results/twin.
package main
