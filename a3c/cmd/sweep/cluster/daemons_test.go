package cluster

import (
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// cluster is a Slurm of one node with two processors: munged, slurmctld and slurmd of its own,
// which know nothing of another Slurm on this machine, listen on 127.0.0.1 alone and keep all they
// write in one folder.
type cluster struct {
	t      *testing.T
	dir    string
	config string
}

const slurmConfig = `ClusterName=colonnade
SlurmctldHost=%[1]s(127.0.0.1)
SlurmctldPort=%[2]d
SlurmdPort=%[3]d
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
# A task that is sent back to the queue waits until its credential has expired, two minutes unless told otherwise.
AuthInfo=socket=%[4]s/munge.socket,cred_expire=5
SlurmUser=%[5]s
SlurmdUser=%[5]s
StateSaveLocation=%[4]s/state
SlurmdSpoolDir=%[4]s/spool
SlurmctldPidFile=%[4]s/slurmctld.pid
SlurmdPidFile=%[4]s/slurmd.pid
# No control groups: the machine may be a container.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
# Look at the queue every second, not every 30 and 60.
SchedulerParameters=sched_interval=1,bf_interval=1
KillWait=5
ReturnToService=2
SlurmdParameters=config_overrides
NodeName=%[1]s NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=60
`

// startCluster starts the daemons and waits until the node takes work. When the test ends they are
// stopped, by the processes that were started, and nothing may be left of them.
func startCluster(t *testing.T) *cluster {
	t.Helper()
	// munged wants a folder that everybody can reach, which t.TempDir is not.
	dir, err := os.MkdirTemp("", "slurm-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	c := &cluster{t: t, dir: dir, config: filepath.Join(dir, "slurm.conf")}
	t.Cleanup(func() {
		for _, p := range mentioning(t, dir) {
			t.Errorf("left behind: process %d, %s", p.pid, p.command)
			syscall.Kill(p.pid, syscall.SIGKILL)
		}
	})
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	host, _, _ = strings.Cut(host, ".")
	ports := freePorts(t, 2)
	key := make([]byte, 128)
	rand.Read(key)
	for _, err := range []error{
		os.Chmod(dir, 0o755), os.Mkdir(filepath.Join(dir, "state"), 0o755),
		os.Mkdir(filepath.Join(dir, "spool"), 0o755),
		os.WriteFile(filepath.Join(dir, "munge.key"), key, 0o600),
		os.WriteFile(c.config, fmt.Appendf(nil, slurmConfig, host, ports[0], ports[1], dir, me.Username), 0o644),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}

	c.daemon("munged", "--foreground", "--socket="+dir+"/munge.socket", "--key-file="+dir+"/munge.key",
		"--pid-file="+dir+"/munged.pid",
		"--log-file="+dir+"/munged.log", "--seed-file="+dir+"/munged.seed")
	within(t, time.Minute, "munged", func() bool {
		_, err := os.Stat(dir + "/munge.socket")
		return err == nil
	})
	c.daemon("slurmctld", "-D", "-f", c.config)
	c.daemon("slurmd", "-D", "-f", c.config, "-N", host)
	within(t, time.Minute, "the node to be idle", func() bool {
		state, err := c.command("sinfo", "--noheader", "--format=%T").Output()
		return err == nil && strings.TrimSpace(string(state)) == "idle"
	})
	t.Cleanup(func() { // of a test that failed in the middle; a node that stops does not stop its tasks
		c.command("scancel", "--user="+me.Username).Run()
		c.drain()
	})
	for _, port := range ports {
		if addresses := listening(t, port); len(addresses) != 1 || !addresses[0].IsLoopback() {
			t.Fatalf("port %d is open on %v, want 127.0.0.1 alone", port, addresses)
		}
	}
	return c
}

// command returns one of Slurm's commands, for this cluster.
func (c *cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "SLURM_CONF="+c.config)
	return cmd
}

// daemon starts a program that stays until the test ends.
func (c *cluster) daemon(name string, args ...string) {
	c.t.Helper()
	said, err := os.Create(filepath.Join(c.dir, name+".out"))
	if err != nil {
		c.t.Fatal(err)
	}
	cmd := c.command(name, args...)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		c.t.Fatalf("%v: run make test-slurm, which installs it", err)
	}
	c.t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		timer := time.AfterFunc(20*time.Second, func() {
			c.t.Errorf("%s did not stop when asked to", name)
			cmd.Process.Kill()
		})
		cmd.Wait()
		timer.Stop()
		said.Close()
		if c.t.Failed() {
			text, _ := os.ReadFile(said.Name())
			c.t.Logf("%s said:\n%s", name, text)
		}
	})
}

func freePorts(t *testing.T, n int) []int {
	t.Helper()
	var ports []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}
