//go:build !amd64 || purego

package cpu

func hasAVX512() bool { return false }

func hasAVX2() bool { return false }
