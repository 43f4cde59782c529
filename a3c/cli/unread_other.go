//go:build !unix

package cli

import "os"

// unread is always false where no signal says that a pipe is broken.
func unread(...*os.File) bool { return false }
