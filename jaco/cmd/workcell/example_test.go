package workcell_test

import (
	"fmt"
	"io"

	"colonnade/a3c/cli"
	"colonnade/jaco/cmd/workcell"
)

// Which arm does a command line name, and may it move? The emulated one always may, a real one only when told so.
func Example() {
	for _, args := range [][]string{{}, {"-arm", "usb"}, {"-arm", "usb", "-move"}, {"-move"}} {
		f := cli.NewFlags("jacoctl home", "", "", io.Discard, io.Discard)
		o := workcell.Register(f)
		if err := f.Parse(args); err != nil {
			fmt.Println(err)
			return
		}
		if err := o.Validate(); err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(o.Name(), "is real:", o.Real(), "may move:", o.Move())
	}
	// Output:
	// emulated is real: false may move: true
	// usb is real: true may move: false
	// usb is real: true may move: true
	// -move: the emulated arm always may; -arm usb is a real one
}
