// Package robot is the reach task on an arm: an environment for learners made of driver, Guard,
// camera and tracker. It has the methods that package a3c asks of an environment, in built-in
// types.
//
// # The task
//
// As in sim/reach, but for what a workcell cannot do. The palm is where the arm's own joints put it
// by the model, the target where the tracker sees it. Every third episode somebody moves the target
// (Workcell.MoveTarget; the emulator does it itself). Between episodes the arm moves to the next
// start on its own, through the Guard like all else: straight where that way keeps all margins,
// else over a high pose, else on a way that is searched for; where none leads another start is
// drawn. It never goes its firmware's own way home. A command that the Guard refuses ends the
// episode as the violation would have.
//
// # What goes wrong
//
// Nothing is invented. A lost cable, a lost camera, a target that is neither in sight nor behind
// the arm: the arm rests, and the step ends when all is there again, or with an error after
// Options.Patience. A target behind the arm lies where it lay. An emergency stop is an error at
// once, whatever is waited for; an arm that does not get out of the Guard's margins by itself is
// one after Options.Patience.
//
// # Time
//
// All time is that of the Workcell's one clock, between Enter and Leave of Reset and Step: on a
// virtual clock the world stands still while the learner thinks; on the real one an arm that gets
// no command for 150 ms stops, and goes on with the next step.
//
// # Emulated workcells
//
// Emulate makes one in memory: the emulated arm of package emulator in the looks and with the
// motion of a domain, behind the same cable, driver, Guard, camera and tracker. Options.Workcell
// uses it as a real one is used. Options.Fresh makes a new one for each episode, the arm at its
// start: an episode then depends on its seed and its actions alone. With Emulation.Conveyor the
// target glides, and Options.Moving lets the tracker follow.
//
// # The twin
//
// With Options.Twin, Env.Twin draws the present state a second time, as another world shows it: a
// policy that was trained in that world can drive the arm by such pictures, without having seen it.
//
// # Real workcells
//
// Connect makes one of the devices that are there. Only a Jaco2 with six joints, the curved wrist
// and three fingers is driven: a Jaco 1, a Mico and an arm with a spherical wrist are read at most,
// a hand of two fingers is refused. A person moves the target: Hardware.Ask says where to. The arm
// moves on when the person has confirmed it (Hardware.Confirm), and the camera has seen the whole
// disc lie still, and nothing else move, for a second. An arm that was unplugged, and a target or a
// camera that was away, are confirmed in the same way, as somebody has put them right.
// Hardware.AutoPlace goes by the picture alone.
//
// # Numbers
//
// On the emulated arm of domain robot, in virtual time, on one core of an AMD EPYC (Zen 4) that no
// other process got: 2,890 to 3,540 steps/s of random actions in three runs, all motion to starts
// included; 1,220 to 2,180 beside 15 busy threads on two cores (go test ./jaco/robot -bench Step
// -benchtime 6000x). Nothing is allocated in a step. The planner of sim/reach scores 36.7 over
// 300 episodes, of which the Guard ended 3 (go test ./jaco/robot -run Planner -v -args -episodes
// 300); in sim/reach, without Guard and cable, 39.2.
//
// Hostility: 4,000 episodes of random actions that are held for eight steps each, 170,542 steps.
// The Guard ended 1,284 episodes. 28 ways to a start were searched for, one start was drawn anew.
// The table was touched once, for 20 ms and by 0.2 mm: where an arm sinks after it has stopped (go
// test ./jaco/robot -run Hostile -v -args -episodes 800).
//
// Faults: 1,200 episodes of a trained policy, 59,288 steps, with 9,582 faults on the cable (3,405
// delays, 3,030 lost packets, 1,323 with garbage, 969 short, 853 stalls, 2 unpluggings). The arm
// stopped and went on 8,123 times, no episode was lost, nothing was touched. Score 36.4 +- 0.4 (95
// %), 2.5 % of the episodes ended by the Guard; without faults 34.8 +- 0.4 and 4.2 %: an arm that
// stops now and then is slower, and less often refused.
//
//	jacoctl run -checkpoint bench/pretrained/reach-recurrent-wide.safetensors -domain sim
//	-episodes 1200 -faults "lose in every 911; delay in chance 0.002 for 40ms; garbage in every
//	1301; short in every 1777; stall out every 2003; lose out every 1499; unplug byte 4000000 for
//	2s; unplug byte 200000001 for 500ms"
//
// And 60,000 training steps with the same faults (transfer -from that checkpoint -env jaco -domain
// sim -steps 60000 -seed 1 -faults ...): none was lost, 1,259 steps/s, learning included; the
// second column scores 35.6 +- 1.8 over 100 episodes.
//
// Start reading at Env.Step.
package robot
