//go:build !amd64 || purego

package peak

func work(int) int { return 0 }
