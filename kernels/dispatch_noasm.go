//go:build !amd64 || purego

package kernels

func available() []string { return []string{"base"} }

func enable(string) {}
