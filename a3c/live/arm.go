package live

// Arm is the arm of a run, or all of them, that the page watches. Any goroutine may call its
// methods.
type Arm interface {
	// Safety says how the arm is.
	Safety() Safety
	// Stop stops the arm at once, and returns when it has been told so. It may be called again.
	Stop() error
	// Asked says what somebody is to do before the arm moves on.
	Asked() Asked
	// Confirm confirms that the arm may move on, and tells whether the question of this number was
	// still open.
	Confirm(number int) bool
}

// Asked is what somebody is asked to do. The zero value: nothing.
type Asked struct {
	Number int    // of the question, from 1
	Text   string // what is to be done, and why the arm waits
	Wants  bool   // a confirmation
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
