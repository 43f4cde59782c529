package transport_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/transport"
)

// mute is a device that takes everything and answers nothing.
type mute struct{}

func (mute) Out(time.Time, []byte) error           { return nil }
func (mute) In(time.Time, []byte) (int, time.Time) { return 0, time.Time{} }

// Open a device in memory, wait for an answer that never comes, and lose the device.
func Example() {
	v := clock.NewVirtual()
	v.Enter()
	defer v.Leave()
	rules, _ := transport.ParseRules("unplug in transfer 2")
	faults, _ := transport.NewInjector(v, 1, rules)
	socket := transport.NewMemory(v, mute{}, time.Millisecond)

	conn, err := faults.Opener(socket.Open)(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	var limit clock.Deadline
	limit.Set(context.Background(), v.Now().Add(50*time.Millisecond))
	_, err = conn.Read(&limit, make([]byte, 64))
	fmt.Println(errors.Is(err, transport.ErrTimeout), "after", v.Now().Sub(clock.Epoch))
	_, err = conn.Read(&limit, make([]byte, 64))
	fmt.Println(errors.Is(err, transport.ErrNoDevice))
	// Output:
	// true after 50ms
	// true
}
