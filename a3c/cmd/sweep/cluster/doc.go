// Package cluster runs a study of the command sweep on more than one machine. It holds what
// schedulers are given, and the tests of that; there is no code to import.
//
//	sweep.sbatch   a Slurm array job, one task a trial
//	job.yaml       a Kubernetes indexed Job, one pod a trial
//	Dockerfile     the commands in an image that holds nothing else
//
// # How a study is shared
//
// All that processes share is the study's folder (colonnade/a3c/study). A trial's settings follow
// from the study's seed and the trial's number, whoever works on it holds the lock of its folder,
// and its score is a file. So nothing has to be told to anybody, and a study runs three ways, which
// may be mixed:
//
//	bin/sweep -out STUDY -trials 30 ...       local: this process; any number more with  bin/sweep -resume -out STUDY
//	sbatch --array=0-29 sweep.sbatch STUDY    Slurm: task N works with  -trial $SLURM_ARRAY_TASK_ID
//	kubectl apply -f job.yaml                 Kubernetes: pod N works with  -trial $(JOB_COMPLETION_INDEX)
//
// Without -trial a process works on any free trial, and waits while others hold the rest; on a paid
// allocation use -trial: the process does that one trial, never waits, and ends. Both may be killed
// at any time: a trial goes on from its last checkpoint, and with -deterministic to the same bits.
// Submit an array again and what is finished ends at once. With -rungs N an array does one
// rung: submit it N times, one after the other; trials that do not go on end at once.
//
// A scheduler takes exit code 0 for done, but commands also exit with 0 when they were asked to
// stop and have saved. -unfinished-fails makes that 1, so that the task counts as failed and is
// begun again.
//
// # The file system
//
// Locks are flock(2). They must hold across machines: NFS has that since Linux 2.6.12 (with the
// mount's default local_lock=none), Lustre with the mount option flock. Without it two processes
// could work on one trial at once; with -trial, where the scheduler starts each number once, that
// does not happen.
//
// # What was tried
//
// make test-slurm starts munge, slurmctld and slurmd on 127.0.0.1, sends sweep.sbatch with four
// trials through sbatch, kills one task, sends one back to the queue and asks one to stop, submits
// once more, and compares with the same study done by one process: the same table, the same number
// of steps in each trial, finished trials unchanged. 50 s, of which 20 are Slurm's waiting, on two
// busy cores with Slurm 22.05 of Debian 12. It is one node, so locks across machines are not part
// of it.
//
// job.yaml's command runs in every make test as root, in a file system that holds the program and a
// volume and nothing else, as the user nobody. The manifest was decoded and validated with the API
// server's own code, never applied to a cluster, and the image never built by Docker: neither was
// at hand.
package cluster
