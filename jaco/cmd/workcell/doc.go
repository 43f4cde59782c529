// Package workcell gives commands one way to say which arm and which camera: [Settings], by the
// flags -arm, -camera, -camera-settings, -calibration, -move, -auto-place, -stop-file and
// -safety-log, and what they open. It stands beside the commands, as its errors are those of usage.
//
// Without them the arm is emulated. A real one is only looked at unless -move stands on the command
// line; no configuration file can say it, nor keep it for the next time.
package workcell
