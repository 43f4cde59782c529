//go:build !amd64 || purego

package cpu

func supported() bool { return false }
