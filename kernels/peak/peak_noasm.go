//go:build !amd64 || purego

package peak

func work(bool) int { return 0 }
