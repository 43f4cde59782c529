// Command simserve lets a learner in another process step environments of the simulator. The
// client is usually sim/python/colonnade.py, which starts and ends it by itself; package serve has
// the control messages and the memory that both share, for clients in other languages:
//
//	simserve -socket /run/user/1000/arm -envs 64 -domain robot
//
// It serves one client of the same user, and ends when that is gone. The last line of stdout tells
// what was done: {"steps":640000,"episodes":15023}.
package main

import (
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"time"

	"colonnade/a3c/cli"
	"colonnade/sim/domain"
	"colonnade/sim/reach"
	"colonnade/sim/serve"
)

func main() { cli.Main("simserve", run) }

// settings are the flags.
type settings struct {
	Task        string        `flag:"task" choice:"reach|conveyor" help:"*task* of the arm"`
	Domain      string        `flag:"domain" help:"how the world looks and moves: the *name* of a domain, or a file"`
	TargetEvery int           `flag:"target-every" help:"*episodes* between two new target positions"`
	Pixels      int           `flag:"pixels" help:"side of the square observation, in *pixels*"`
	Envs        int           `flag:"envs" help:"*number* of environments"`
	Threads     int           `flag:"threads" help:"*number* of threads that step them; 0: one for each CPU"`
	Buffers     int           `flag:"buffers" help:"*number* of buffers that observations go to in turn"`
	Autoreset   string        `flag:"autoreset" choice:"next-step|same-step|disabled" help:"when a new *episode* begins after one has ended"`
	Picture     int           `flag:"picture" help:"side of the pictures for people, in *pixels*"`
	Socket      string        `flag:"socket" file:"-" help:"*path* of the Unix socket to make and to wait at for a client"`
	Inherited   int           `flag:"socket-fd" file:"-" help:"*number* of the descriptor of a connected Unix socket, inherited, instead of -socket"`
	Patience    time.Duration `flag:"patience" file:"-" help:"*time* to wait for a client at -socket; 0: for ever"`
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	f := cli.NewFlags("simserve",
		"simserve steps environments for a learner in another process, through shared memory.",
		"simserve -socket /run/user/1000/arm -envs 64", stdout, stderr)
	set := settings{
		Task: reach.Reach.String(), Domain: "sim", TargetEvery: 1, Pixels: 64, Envs: 1, Buffers: 2,
		Autoreset: serve.Autoresets[serve.NextStep], Picture: 512, Inherited: -1,
	}
	f.Bind(&set)
	profile := f.ProfileFlag("the current folder")
	if err := f.Parse(args); err != nil {
		return err
	}
	config, err := set.config()
	if err != nil {
		return err
	}
	server, err := serve.New(config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	stop, err := cli.StartProfile(*profile, ".")
	if err != nil {
		return err
	}
	defer stop()
	socket, err := set.connect(ctx)
	if err != nil {
		return err
	}
	defer socket.Close()
	defer context.AfterFunc(ctx, socket.Stop)()
	if err := server.Serve(socket); err != nil {
		return err
	}
	steps, episodes := server.Counts()
	return cli.Result(stdout, struct {
		Steps    int64 `json:"steps"`
		Episodes int64 `json:"episodes"`
	}{steps, episodes})
}

// config returns what the flags ask for, or an error of usage.
func (s *settings) config() (serve.Config, error) {
	var c serve.Config
	task, err := reach.ParseTask(s.Task)
	if err != nil {
		return c, cli.Usagef("-task: %v", err)
	}
	world, err := domain.Load(s.Domain)
	if err != nil {
		return c, cli.Usagef("-domain: %v", err)
	}
	if s.Threads == 0 {
		s.Threads = min(runtime.GOMAXPROCS(0), s.Envs)
	}
	c = serve.Config{
		Options: reach.Options{Task: task, Domain: world, Pixels: s.Pixels, TargetEvery: s.TargetEvery},
		Envs:    s.Envs, Threads: s.Threads, Buffers: s.Buffers, Picture: s.Picture,
		Autoreset: serve.Autoreset(slices.Index(serve.Autoresets, s.Autoreset)),
	}
	switch {
	case (s.Socket == "") == (s.Inherited < 0):
		return c, cli.Usagef("either -socket or -socket-fd is needed: where the client is")
	case s.TargetEvery < 1:
		return c, cli.Usagef("-target-every is %d, want 1 or more", s.TargetEvery)
	case s.Pixels < 1:
		return c, cli.Usagef("-pixels is %d, want 8 to 1024", s.Pixels)
	case s.Patience < 0:
		return c, cli.Usagef("-patience is %v, want 0 or more", s.Patience)
	}
	if err := c.Check(); err != nil {
		return c, cli.Usagef("%v", err)
	}
	if c.Options, err = c.Options.Share(); err != nil {
		return c, cli.Usagef("%v", err)
	}
	return c, nil
}

func (s *settings) connect(ctx context.Context) (*serve.Socket, error) {
	if s.Socket == "" {
		return serve.Inherited(s.Inherited)
	}
	return serve.Listen(ctx, s.Socket, s.Patience)
}
