//go:build !unix

package record

import "os"

// lock does nothing: this system is not known to have locks of files. No arm is driven on one.
func lock(*os.File) error { return nil }
