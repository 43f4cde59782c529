// Package usbip serves emulated arms over USB/IP, so that any Linux machine with the kernel module
// vhci_hcd attaches one as a USB device of its own:
//
//	usbip list -r HOST
//	usbip attach -r HOST -b 1-1
//
// The kernel there enumerates it, and programs that know nothing of an emulator use it through
// usbfs. Arms run in real time here.
//
// # The wire
//
// All integers are big-endian, but for the eight bytes of a control request, which are as on USB. A
// client first asks for the list of devices, or for one by its bus id. The connection that got a
// device carries URBs from then on: a header of 48 bytes each way, with the data behind it. Layouts
// are those of the kernel's document usbip_protocol, as tried against Linux 6.1.
//
// # Clients
//
// A device has one client at a time; another is told that it is busy. To attach a device resets its
// bus: what the client before did not read is gone. Whatever a client sends, it costs its own
// connection at most: lengths are bounded before memory is taken, and a client that stops in the
// middle of a message, or does not read its answers, is dropped after ten seconds. Between two
// transfers it may take any time. Where there are too many clients the one that has waited longest
// without asking for an arm makes room. There is no authentication and no encryption in USB/IP, so
// Listen takes loopback addresses only, unless it is told otherwise.
package usbip
