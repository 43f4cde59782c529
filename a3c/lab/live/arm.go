package live

// Arm is a real arm that the page watches. Any goroutine may call its methods.
type Arm interface {
	// Safety says how the arm is.
	Safety() Safety
	// Stop stops the arm at once, and returns when it has been told so. It may be called again.
	Stop() error
}

// Safety is the state of an arm's safety in words for people.
type Safety struct {
	State   string // such as "moving", "stopped by the page", "over the current limit"
	Fine    bool   // nothing is wrong
	Stopped bool   // it takes no commands any more
	Details []Detail
}

// Detail is one more thing to know, such as a limit and how near it is.
type Detail struct{ Name, Value string }
