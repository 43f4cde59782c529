"""Measures steps from Python beside the loops of BenchmarkVector and BenchmarkLoop, in one run: make bench-python.

Each round measures one after another, so that what else the machine does meets all of them; the ratio is the median of
the rounds' ratios. Both loops take random actions, reset where an episode has ended, and draw every frame.
"""

import argparse
import os
import platform
import re
import statistics
import subprocess
import tempfile
import time

import numpy as np

from colonnade import AutoresetMode, VectorEnv

ENVS = 64


def compiled(package, folder):
    """Returns the benchmark program of a package."""
    path = os.path.join(folder, package.replace("/", "-"))
    subprocess.run(["go", "test", "-c", "-o", path, "./" + package], check=True)
    return path


def go_loop(program, benchmark, seconds):
    """Returns the time of a step in us."""
    command = [program, "-test.run", "^$", "-test.bench", benchmark, "-test.benchtime", f"{seconds}s"]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(re.search(r"([\d.]+) ns/op", out).group(1)) / 1000


def python_loop(envs, actions, seconds):
    """Returns the time of a step of one environment in us."""
    steps, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        for batch in actions:
            envs.step(batch)
        steps += len(actions)
    return (time.perf_counter() - began) / steps / ENVS * 1e6


def processor():
    with open("/proc/cpuinfo") as file:
        name = re.search(r"model name\s*: (.*)", file.read())
    return name.group(1) if name else platform.processor()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-rounds", type=int, default=5)
    parser.add_argument("-seconds", type=float, default=1)
    options = parser.parse_args()
    actions = np.random.default_rng(1).integers(0, 3, (50, ENVS, 9))
    cpus = len(os.sched_getaffinity(0))
    print(f"{processor()}, {cpus} CPUs, Python {platform.python_version()}, numpy {np.__version__}")
    print(f"us a step of one of {ENVS} environments of domain sim")
    with tempfile.TemporaryDirectory() as folder:
        vector, loop = compiled("sim/reach", folder), compiled("sim/serve", folder)
        for threads in range(1, cpus + 1):
            program, name = vector, f"Vector/domain=sim/share=true/envs={ENVS}$"
            if threads > 1:
                program, name = loop, f"Loop/loop=process/threads={threads}$"
            with VectorEnv(ENVS, threads=threads, autoreset_mode=AutoresetMode.SAME_STEP) as envs:
                envs.reset(seed=1)
                pairs = []
                for _ in range(options.rounds):
                    go = go_loop(program, name, options.seconds)
                    pairs.append((go, python_loop(envs, actions, options.seconds)))
            go, python = (statistics.median(side) for side in zip(*pairs))
            ratio = statistics.median(g / p for g, p in pairs)
            print(f"threads={threads} go={go:.1f} python={python:.1f} rate-of-python-to-go={ratio:.2f} {name[:-1]}")


if __name__ == "__main__":
    main()
