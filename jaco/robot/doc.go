// Package robot is the reach task on an arm: an environment for learners made of driver, Guard, camera and tracker. It has
// the methods that package a3c asks of an environment, in built-in types.
//
// # The task
//
// As in sim/reach, but for what a laboratory cannot do. The palm is where the arm's own joints put it by the model, the
// target where the tracker sees it. Every third episode somebody moves the target (Lab.Place; the emulator does it itself).
// Between episodes the arm moves to the next start on its own, through the Guard like all else. A command that the Guard
// refuses ends the episode as the violation would have.
//
// # What goes wrong
//
// Nothing is invented. A lost cable, a lost camera, a target that is neither in sight nor behind the arm: the arm rests, and
// the step ends when all is there again, or with an error after Options.Patience. A target behind the arm lies where it
// lay. An emergency stop is an error at once.
//
// # Time
//
// All time is that of the Lab's one clock, between Enter and Leave of Reset and Step: on a virtual clock the world stands
// still while the learner thinks; on the real one an arm that gets no command for 150 ms stops, and goes on with the next
// step.
//
// # Emulated laboratories
//
// Emulate makes one in memory: the emulated arm of package emulator in the looks and with the motion of a domain, behind the
// same cable, driver, Guard, camera and tracker. Options.Lab uses it as a real one is used. Options.Fresh makes a new one
// for each episode, the arm at its start: an episode then depends on its seed and its actions alone.
//
// # Numbers
//
// On the emulated arm of domain robot, in virtual time, on one core of an AMD EPYC (Zen 4) whose other processes took most
// of it: 310 µs of processor time a step of random actions, all motion to starts included, 2,180 steps/s by the clock
// (go test ./jaco/robot -bench Step -benchtime 6000x). The planner of sim/planner scores 36.7 over 300 episodes, of which the
// Guard ended 3 (go test ./jaco/robot -run Planner -v -args -episodes 300); in sim/reach, without Guard and cable, 39.2.
//
// Start reading at Env.Step.
package robot
