package main

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// obey does what the lines of r say, until they end, and answers on w.
func (s *station) obey(r io.Reader, w io.Writer) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) == 0 {
			continue
		}
		if err := s.do(words, w); err != nil {
			fmt.Fprintf(w, "control: %v\n", err)
		}
	}
}

// do is one line of control.
func (s *station) do(words []string, w io.Writer) error {
	verb := words[0]
	if verb == "picture" {
		return s.paint()
	}
	var arm *served
	for i := range s.arms {
		if len(words) > 1 && s.arms[i].id == words[1] {
			arm = &s.arms[i]
		}
	}
	if arm == nil && len(words) > 1 {
		return fmt.Errorf("there is no arm %s; the first is %s", words[1], s.arms[0].id)
	}
	if arm == nil {
		return fmt.Errorf("%q: want a verb and the bus id of an arm, such as: unplug %s", strings.Join(words, " "),
			s.arms[0].id)
	}
	now := time.Now()
	switch verb {
	case "unplug":
		s.server.Unplug(arm.id)
	case "plug":
		s.server.Plug(arm.id)
	case "power":
		s.server.Unplug(arm.id)
		arm.device.PowerCycle()
		s.server.Plug(arm.id)
	case "joystick":
		arm.device.TakeControl(now)
	case "error":
		if len(words) != 3 {
			return fmt.Errorf("want: error %s TYPE", arm.id)
		}
		kind, err := strconv.ParseUint(words[2], 10, 32)
		if err != nil {
			return fmt.Errorf("error type %q is no number from 0 to %d", words[2], uint32(1<<32-1))
		}
		arm.device.ReportError(now, uint32(kind))
	case "state":
		st := arm.device.State(now)
		fmt.Fprintf(w, "arm %s: joints %.3f rad, palm %.3f m, %v, API control %v, %d points queued, limit fault %v, "+
			"%d ticks in contact\n",
			arm.id, st.Q, st.Palm, st.Retract, st.API, st.Queue, st.Fault, st.Contacts)
		return nil
	default:
		return fmt.Errorf("%q is not unplug, plug, power, joystick, error, state or picture", verb)
	}
	fmt.Fprintf(w, "arm %s: %s done\n", arm.id, verb)
	return nil
}
