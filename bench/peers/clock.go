package main

// #include <time.h>
//
// static long long cpu_ns(int whole_process) {
// 	struct timespec t;
// 	clock_gettime(whole_process ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_THREAD_CPUTIME_ID, &t);
// 	return t.tv_sec * 1000000000LL + t.tv_nsec;
// }
import "C"

import "time"

// cpuTime is what the calling thread, or the whole process, has used of the
// processors: differences of it are durations without the slices that other
// programs took. The process includes threads of Go's runtime, which are busy
// while Go code runs and idle while C code does.
func cpuTime(wholeProcess bool) time.Duration { return time.Duration(C.cpu_ns(cBool(wholeProcess))) }
