package protocol

import "fmt"

// Command is the number of a command. The evidence is S for every one, but for
// AngularPositionLegacy (K only).
type Command uint16

// The commands that a driver for learning experiments needs, and those around them that programs of
// others send when they start. G reads, S writes.
const (
	SetConfig             Command = 0    // S Config
	GetConfig             Command = 1    // G Config; K, J1
	ControlTypeRead       Command = 10   // G Word: 0 cartesian, 1 angular
	AngularPositionLegacy Command = 15   // G JointVector, as AngularPosition; works on a Jaco 1; K only
	ErrorLogEntry         Command = 21   // G ErrorEntry; the request carries the index as a Word
	ErrorCount            Command = 23   // G Word
	ClearErrorLog         Command = 25   // S empty
	CodeVersions          Command = 36   // G Versions
	AngularControl        Command = 47   // S empty; K, J1
	CartesianControl      Command = 49   // S empty; K (with size 1), J1
	StartForceControl     Command = 57   // S empty; K
	StopForceControl      Command = 58   // S empty; K
	StartCurrentLimit     Command = 59   // S empty
	StopCurrentLimit      Command = 60   // S empty
	QuickStatusRead       Command = 62   // G QuickStatus; K-dsp
	GripperRead           Command = 103  // G Gripper
	CartesianPosition     Command = 104  // G CartesianVector; K, J1
	AngularPosition       Command = 105  // G JointVector; K, J1
	CartesianCommand      Command = 106  // G CartesianVector; K
	AngularCommand        Command = 107  // G JointVector; K
	CartesianForce        Command = 108  // G CartesianVector; K, J1
	AngularTorque         Command = 109  // G JointVector; K, J1
	AngularCurrent        Command = 110  // G JointVector; K, J1
	SensorsRead           Command = 111  // G Sensors; K, J1
	PositionCurrentRead   Command = 112  // G PositionCurrent
	MotorCurrent          Command = 113  // G JointVector; K
	AngularVelocity       Command = 114  // G JointVector; K
	AllForces             Command = 115  // G Forces
	GravityFreeTorque     Command = 116  // G JointVector
	AccelerometersRead    Command = 117  // G Accelerometers
	JoystickValue         Command = 120  // G Joystick
	InfoRead              Command = 121  // G Info
	CommandedVelocityRead Command = 123  // G CommandedVelocity
	GeneralRead           Command = 200  // G General; K
	AdvancedTrajectory    Command = 300  // S AdvancedPoint; J1
	EraseTrajectories     Command = 301  // S empty; K, J1
	StartAPI              Command = 302  // S empty; K, J1
	StopAPI               Command = 303  // S empty; K, J1
	QueueRead             Command = 304  // G Queue; J1
	JoystickSend          Command = 305  // S Joystick; K, J1
	TrajectoryRead        Command = 307  // G AdvancedPoint of 148 bytes; J1
	BasicTrajectory       Command = 308  // S BasicPoint; K, J1
	GoReady               Command = 311  // S empty: "move home"
	InventoryRead         Command = 403  // G Inventory
	TorqueSafety          Command = 1006 // S f32
	GravityType           Command = 1019 // S Word
	GravityOptimal        Command = 1021 // S 42 f32, of which the arm refuses the surplus
)

// Commands that only other programs send. The layouts of what they carry are in PROTOCOL.md.
const (
	EraseZones            Command = 37   // S empty
	SetZones              Command = 38   // S 4408 bytes
	ZonesRead             Command = 39   // G 4408 bytes
	SetJoystickMap        Command = 40   // S 14816 bytes
	JoystickMapRead       Command = 41   // G 14816 bytes
	FactoryDefaults       Command = 45   // S empty
	SetSpasmFilter        Command = 504  // S 56 bytes
	SpasmFilterRead       Command = 505  // G 56 bytes
	SetEndEffectorOffset  Command = 506  // S 56 bytes
	EndEffectorOffsetRead Command = 507  // G 56 bytes
	JointTorques          Command = 1000 // S 40 bytes
	HandForces            Command = 1001 // S 28 bytes
	TorqueMode            Command = 1004 // S Word: 0 position, 1 torque
	TorqueControlType     Command = 1027 // S Word
	TorqueModeRead        Command = 1043 // G Word, as TorqueMode
	TorqueInactivity      Command = 1044 // S Word: 0 back to position, 1 torques to zero
)

var commandNames = map[Command]string{
	SetConfig: "write configuration", GetConfig: "configuration", ControlTypeRead: "control type",
	AngularPositionLegacy: "angular position (legacy)", ErrorLogEntry: "error log entry", ErrorCount: "error count",
	ClearErrorLog: "clear error log", CodeVersions: "code versions", AngularControl: "angular control",
	CartesianControl: "cartesian control", StartForceControl: "start force control",
	StopForceControl: "stop force control", StartCurrentLimit: "start current limitation",
	StopCurrentLimit: "stop current limitation", QuickStatusRead: "quick status", GripperRead: "gripper status",
	CartesianPosition: "cartesian position", AngularPosition: "angular position",
	CartesianCommand: "cartesian command", AngularCommand: "angular command", CartesianForce: "cartesian force",
	AngularTorque: "angular torque", AngularCurrent: "angular current", SensorsRead: "sensors",
	PositionCurrentRead: "position and current", MotorCurrent: "motor current", AngularVelocity: "angular velocity",
	AllForces: "all forces", GravityFreeTorque: "gravity-free torque", AccelerometersRead: "accelerometers",
	JoystickValue: "joystick value", InfoRead: "device information", CommandedVelocityRead: "commanded velocity",
	GeneralRead: "general information", AdvancedTrajectory: "advanced trajectory point",
	EraseTrajectories: "erase trajectories", StartAPI: "start API control", StopAPI: "stop API control",
	QueueRead: "trajectory queue", JoystickSend: "joystick command", TrajectoryRead: "trajectory being executed",
	BasicTrajectory: "basic trajectory point", GoReady: "go to ready", InventoryRead: "peripheral inventory",
	TorqueSafety: "torque safety factor", GravityType: "gravity type", GravityOptimal: "optimal gravity parameters",
	EraseZones: "erase protection zones", SetZones: "write protection zones", ZonesRead: "protection zones",
	SetJoystickMap: "write joystick mapping", JoystickMapRead: "joystick mapping",
	FactoryDefaults: "factory defaults", SetSpasmFilter: "write spasm filter", SpasmFilterRead: "spasm filter",
	SetEndEffectorOffset: "write end-effector offset", EndEffectorOffsetRead: "end-effector offset",
	JointTorques: "joint torques", HandForces: "cartesian force command", TorqueMode: "switch torque mode",
	TorqueControlType: "torque control type", TorqueModeRead: "torque mode", TorqueInactivity: "torque inactivity",
}

// String returns the number with the command's name, such as "105 (angular position)".
func (c Command) String() string {
	if name, ok := commandNames[c]; ok {
		return fmt.Sprintf("%d (%s)", uint16(c), name)
	}
	return fmt.Sprintf("%d", uint16(c))
}

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
	RetractToReady: "moving from retracted to ready", Normal: "normal",
	NotInitialised: "not initialised since power-up",
	RetractError:   "error",
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
	Jaco1: "Jaco 1", Mico6: "Mico, 6 joints", Mico4: "Mico, 4 joints", Jaco2: "Jaco2, 6 joints",
	Jaco2Four: "Jaco2, 4 joints", Mico6Assistive: "Mico assistive, 6 joints",
	Jaco2Assistive: "Jaco2 assistive, 6 joints", Spherical6: "spherical, 6 joints", Spherical7: "spherical, 7 joints",
	GenericRobot: "generic robot", ErrorRobot: "robot in error",
}

func (d DeviceType) String() string {
	if name, ok := deviceNames[d]; ok {
		return name
	}
	return fmt.Sprintf("device type %d", int32(d))
}
