// Command jacoctl brings up a Kinova Jaco and runs policies on it: a real arm on a USB cable, or an
// emulated one.
//
//	jacoctl doctor     what is wrong with arm, cable, camera, calibration and this machine, and what to do about it
//	jacoctl status     joint angles, state, distances to everything that must not be touched
//	jacoctl home       to the ready pose, by the arm's own way; -fingers opens the hand
//	jacoctl jog        single joints, by keys, lines or flags
//	jacoctl calibrate  where the camera sees which place on the table; error in mm, and a picture to check it;
//	                   -encoders: by how much the joints' angles are off
//	jacoctl latency    how long from motion to picture and from command to motion; writes a domain with it
//	jacoctl record     episodes into a file, pictures included
//	jacoctl replay     such a file in the simulator, with the difference
//	jacoctl shadow     a policy looks on while somebody else drives
//	jacoctl run        episodes with a trained policy; tells the score
//
// Without flags the arm is emulated, in virtual time: an episode takes a moment. Every command
// explains itself with -h, says on stderr what people read, and on the last line of stdout its
// result as a JSON object. Exit codes are 0 done, also after Ctrl-C if the arm acknowledged its
// stop, 1 failed, 2 wrong command line.
//
//	jacoctl run -checkpoint bench/pretrained/reach-recurrent-wide.safetensors -domain sim
//	jacoctl run -checkpoint bench/pretrained/reach-recurrent-wide.safetensors -domain robot -see twin
//	jacoctl doctor -arm usb -camera /dev/video0 -calibration table.json
//
// # A real arm: before the first motion
//
// No real arm was at hand when this was written: protocol and driver were tried against an emulated
// one and the Linux kernel only. Whoever does it first is a test pilot. What must be true:
//
//   - It is a Jaco2 with six joints, the curved wrist and three fingers (j2n6s300 in kinova-ros).
//     No other arm is driven: a Jaco 1, a Mico and a spherical wrist are read only, a hand of two
//     fingers is refused. doctor names them.
//   - You can reach the arm's power switch, or better a switch in its supply, without reaching into
//     its way. It is the only stop that depends on no software. Without power a Jaco is not held:
//     it sinks.
//   - Nobody is within 1.2 m of the base, and nobody comes in. The hand can pinch.
//   - The base is bolted down. The table is the model's: its top at the height of the base's foot
//     (z = 0). What else stands within reach is not known to the safety layer.
//   - Nothing is in the hand, and nothing on the table but the flat target: the layer knows of
//     neither.
//   - Kinova's own joystick moves the arm, and its own program has found no fault. Put the joystick
//     away then.
//   - This machine does nothing else, or gives jacoctl real-time priority (chrt -f 10 jacoctl ...),
//     and has no USB hub between: the page of package arm has what becomes of motion otherwise.
//
// # In this order
//
// Each step says how it went: do not go on from one that did not go well.
//
//  1. jacoctl doctor -arm usb -camera /dev/video0. Nothing moves. Put right what it names.
//  2. jacoctl status -arm usb. Nothing moves. Compare the angles with what you see, joint by joint,
//     and the palm with a ruler: the safety layer believes them.
//  3. jacoctl jog -arm usb -dry-run -joint 1 -speed 0.05. An emulated arm that stands where yours
//     does moves, and the list of what would be sent is printed. Your arm gets questions only.
//  4. jacoctl home -arm usb -move -fingers. The arm finds its own way to its ready pose and opens
//     its hand. The safety layer does not watch this: only stops end it, and those are not tried
//     yet. Keep a hand at the power switch.
//  5. touch jaco.stop while jacoctl jog -arm usb -move -joint 1 -speed 0.05 -for 10s moves: it must
//     stop at once. Remove the file. Do the same with a key and with Ctrl-C. Then pull the USB
//     cable: it must stop within a blink.
//  6. jacoctl jog -arm usb -move, each joint a little both ways: the angles must grow as the model
//     says, turning about the axes that you expect. Then towards the table, slowly: it must be
//     refused about 2 cm above it.
//  7. jacoctl calibrate -arm usb -camera /dev/video0 -out table.json -overlay table.png. The arm is
//     not used. Errors should be below 5 mm; look at the picture. The file keeps size and crop of
//     the pictures: give the same -camera-settings from here on.
//  8. jacoctl latency -arm usb -move -camera /dev/video0 -out lab.json. It turns joint 1 back and
//     forth by 10 degrees.
//  9. jacoctl shadow -arm usb -camera /dev/video0 -calibration table.json -checkpoint POLICY while
//     somebody drives with the joystick. Nothing is sent. A policy that mostly wants the opposite
//     of a good driver is not ready.
//  10. jacoctl run -arm usb -move -camera /dev/video0 -calibration table.json -checkpoint POLICY
//     -episodes 1 -record first.jaco -safety-log safety.log. Then jacoctl replay first.jaco, and
//     read the log.
//  11. transfer -env jaco -arm usb -move ... trains on it; the same flags, the same stops.
//
// # Encoder offsets
//
// jacoctl calibrate -encoders estimates by how much the joints report wrong angles. The arm moves
// to 40 poses, as to starts of episodes: through the safety layer, after Enter, with all stops, and
// a real one only with -move. It is drawn as -domain shows it until it matches the pictures; so
// that domain must look as the workcell does, its camera's place included, which is not estimated.
// Refused are: fewer than 20 poses, pictures that do not match (another world, a mirrored picture),
// an offset beyond 50 mrad, and a joint that is not known to 6 mrad either way, as of an arm that
// is not in view. The file of -out is written in the end or left as it was.
//
//	jacoctl calibrate -encoders -arm usb -move -camera /dev/video0 -calibration table.json -domain lab.json -out zeros.json
//
// zeros.json is then the file for -calibration. The twin, the palm of the reward and what the arm
// hides of the target go by corrected angles; observations and records keep those reported. The
// safety layer looks at both and keeps the worse. Driver, joint commands and detection of stalls
// need none: they go by differences. For the emulated arm, -zeros takes the file.
//
// On the emulated arm of domain robot (jacoctl calibrate -encoders, seeds 7, 1, 2, 3) the joints
// are found within 0.6 mrad, the fingers within 3, but for one of seed 3, which is 9 off. It is
// drawn by the same renderer as its twin: a real arm, whose world is known less well, will do
// worse. The intervals are those of noise and pixels alone, and too narrow: joint 3 of seed 7, +-
// 0.1 mrad, is 0.3 off, and that finger, +- 4, is 9 off. Driven by the twin (run -checkpoint
// bench/pretrained/reach-recurrent-wide.safetensors -domain robot -episodes 100 -see twin) the
// score is 34.1 +- 1.6 without and 34.4 +- 1.5 with the offsets: no difference that 100 episodes
// show. The safety layer ends 6 % of the episodes in both.
//
// # What stops the arm
//
//   - any key while jacoctl moves it, but for an Enter that was asked for (in jog the space key,
//     or the line "stop"), the loss of the terminal, Ctrl-C, SIGTERM or a hang-up, and the file of
//     -stop-file, jaco.stop in the working folder: emergency stops. They act the moment that they
//     are read, whatever is being done or waits to be done. They stay: in jog until r (or the line
//     "reset"), else until the program is started again, and for as long as the file is there. On
//     the live page of transfer the button is one, too; Ctrl-C lets transfer end the 20 steps
//     under way, two seconds, and save, and once more ends it at once.
//   - the safety layer, when the way until standstill leads too near to table, arm, joint limits or
//     the end of the workspace; when a velocity is no number or too large; when joint angles are
//     older than 80 ms; when a joint does not do what it was told, or what it reports cannot be;
//     when a joint moved by 0.05 rad while it was to stand; when points go out so slowly that
//     nobody watches the arm (go doc ./jaco/safety; its README.md has all cases).
//   - a camera that gives no new picture for half a second, or the very same one again and again.
//     It is opened again; meanwhile the arm rests.
//   - the driver's watchdog, when no command came for 150 ms, an answer is late by 30 ms, does not
//     fit or is implausible, the cable is out, or the arm says that its joystick took over (go doc
//     ./jaco/arm).
//   - whatever somebody may have had a hand in. Before the arm moves on after the target was asked
//     for, after a plug was pulled, after the target or the camera was away, and after a trip over
//     what the arm met, it waits until Enter is pressed, or the button on the live page of
//     transfer. Then the picture must bear it out for a second: a target of the disc's size and
//     shape, with nothing on it, and nothing that moves, the arm's own joints included. Without
//     that the arm stands. -auto-place
//     does without it, by the picture alone: a hand that rests, or is out of the picture, is not
//     seen, and the arm moves. Use it only where nobody can reach in.
//   - a stop is a point of zero velocity, then command 301, which drops the arm's queue. If neither
//     gets through, the two or three points in the queue run out: 30 ms.
//
// # What is not protected
//
//   - People, and things that the model does not have: walls, a camera's stand, cables, a laptop.
//   - The arm's own way home, and its joystick: both go where the firmware goes, through the table
//     if it is there. If program or cable die just then, the arm may go on to its ready pose.
//   - A base that moves, a table at another height, a load in the hand, a bent link, a zero that is
//     off by more than 8 mrad beyond what calibrate -encoders found.
//   - What sinks when the power fails.
//   - A machine that hangs altogether: nothing is sent then, and the arm stands once its queue is
//     empty; that rests on what is known of its firmware, not on a test.
//   - Forces: contact that was not foreseen is felt only where it holds a joint back. Torques stop
//     the arm only where they cannot be true.
package main
