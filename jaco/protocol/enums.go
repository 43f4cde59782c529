package protocol

import "fmt"

// PositionType says what the coordinates of a trajectory point mean (K, H).
type PositionType uint32

// The position types that are used here. 3 is the retracted pose, 4-6, 9 and 10 are positions
// stored in the arm, 11 is any trajectory.
const (
	NoPosition        PositionType = 0
	CartesianPose     PositionType = 1 // m, rad
	AngularPose       PositionType = 2 // degrees
	CartesianVelocity PositionType = 7 // m/s, rad/s
	AngularVelocities PositionType = 8 // degrees/s
	TimeDelay         PositionType = 12
)

// HandMode says what the finger fields of a trajectory point mean (K, H).
type HandMode uint32

// The hand modes in use.
const (
	HandStill    HandMode = 0
	HandPosition HandMode = 1
	HandVelocity HandMode = 2
)

// RetractState is where the arm is between its stored poses (K, H).
type RetractState uint32

// The retract states.
const (
	NormalToReady  RetractState = 0 // moving
	Ready          RetractState = 1 // standing at its ready pose, also called home
	ReadyToRetract RetractState = 2 // moving
	Retracted      RetractState = 3 // standing
	RetractToReady RetractState = 4 // moving
	Normal         RetractState = 5 // standing anywhere
	NotInitialised RetractState = 6 // as after power-up
	RetractError   RetractState = 25000
)

var retractNames = map[RetractState]string{
	NormalToReady: "moving to ready", Ready: "ready", ReadyToRetract: "moving to retracted", Retracted: "retracted",
	RetractToReady: "moving from retracted to ready", Normal: "normal", NotInitialised: "not initialised since power-up",
	RetractError: "error",
}

func (s RetractState) String() string {
	if name, ok := retractNames[s]; ok {
		return name
	}
	return fmt.Sprintf("retract state %d", uint32(s))
}

// Control modules, of QuickStatus (H).
const (
	ModuleNone              = 0
	ModuleAngularVelocity   = 1
	ModuleAngularPosition   = 2
	ModuleCartesianVelocity = 3
	ModuleCartesianPosition = 4
	ModuleRetract           = 5
	ModulePredefined        = 7
	ModuleTimeDelay         = 8
)

// Controllers, of General (H).
const (
	ControllerJoystick = 0
	ControllerAPI      = 2
	ControllerNone     = 6
)

// DeviceType is the kind of arm (H, S).
type DeviceType int32

// The device types.
const (
	Jaco1          DeviceType = 0
	Mico6          DeviceType = 1
	Mico4          DeviceType = 2
	Jaco2          DeviceType = 3 // six joints, service edition
	Jaco2Four      DeviceType = 4
	Mico6Assistive DeviceType = 5
	Jaco2Assistive DeviceType = 6
	Spherical6     DeviceType = 7
	Spherical7     DeviceType = 8 // seven joints: other layouts
	GenericRobot   DeviceType = 254
	ErrorRobot     DeviceType = 255
)

var deviceNames = map[DeviceType]string{
	Jaco1: "Jaco 1", Mico6: "Mico, 6 joints", Mico4: "Mico, 4 joints", Jaco2: "Jaco2, 6 joints", Jaco2Four: "Jaco2, 4 joints",
	Mico6Assistive: "Mico assistive, 6 joints", Jaco2Assistive: "Jaco2 assistive, 6 joints", Spherical6: "spherical, 6 joints",
	Spherical7: "spherical, 7 joints", GenericRobot: "generic robot", ErrorRobot: "robot in error",
}

func (d DeviceType) String() string {
	if name, ok := deviceNames[d]; ok {
		return name
	}
	return fmt.Sprintf("device type %d", int32(d))
}
