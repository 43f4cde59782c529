// Package testusb tries the code for USB and cameras against the real Linux kernel, on a machine
// that has neither an arm nor a camera. It consists of tests only; make test-usb runs them, go test
// alone skips most.
//
// # How
//
// A stock Debian kernel boots in QEMU, which emulates the processor (no KVM), so this works
// wherever QEMU does. Its whole user space is this package's own test binary, static, as /init: as
// process 1 it mounts file systems, loads kernel modules and runs itself again as an ordinary
// process with the tests whose names begin with TestGuest. The emulated arm is served over USB/IP
// to the kernel's own virtual host controller (vhci_hcd), above which everything is what a real arm
// meets: usbcore, enumeration, sysfs, usbfs.
//
// QEMU's exit status proves nothing by itself: the guest asks for status 33 through a device for
// that purpose, and TestBoot wants both that and a line on the console.
//
// # Measured
//
// On two cores with 10 to 16 other busy programs: 65 to 130 s for make test-usb with a warm build
// cache, of which 26 to 60 s are an episode through the whole chain. The last nine runs went well,
// as did three of the six before them; of the others two found jacoctl too impatient with the
// webcam, and in one jacoctl doctor did not end after the cable was pulled, probably because it
// read texts of a hub that the kernel was at work on, which it does not do any more.
//
// An exchange with the arm took 3 to 9 ms in the median, at best 1.5 ms, of which 1 ms is the
// emulator's own; the driver's periods began up to 48 ms late (in one run 140), and the loss of the
// device was noticed within 22 ms (in one run 78). In the episode the safety layer stopped the arm
// 1 to 61 times, because joint angles came more than 80 ms late, and the environment went on each
// time: always 50 steps without contact, score of the planner 5 to 42. That is an emulated
// processor: of real hardware it says no more than that the order of things is right.
//
// # Files
//
//	host_test.go     TestBoot: collects, boots, judges
//	image_test.go    kernel and initial file system from Debian packages
//	modules_test.go  which kernel modules, in which order
//	init_test.go     process 1
//	rig_test.go      what the tests for the arm share: one on the kernel's bus
//	usb_test.go      the driver through usbfs: motion, unplug, stall, cancel, permission
//	tool_test.go     jacoemu, attached by Debian's own usbip tool
//	chain_test.go    an episode from webcam to motion, calibrated by jacoctl; jacoctl doctor before real faults
//	camera_test.go   capture from the kernel's virtual camera vivid and from an emulated webcam
//	webcam_test.go   that webcam, as a device on USB/IP
//
// packages.sh installs QEMU and downloads, but does not install, the kernel.
package testusb
