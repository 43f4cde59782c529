//go:build !amd64 || purego

package peak

func work() int { return 0 }
