// Package device is what usbfs and camera need of Linux alike: a node under /dev that answers to
// ioctls, and waiting for it in a way that another goroutine can end. It builds on the systems of
// those two packages, Linux on amd64 and arm64.
package device
