# make            builds every command into bin/
# make run        the main job, in minutes: from the simulator to the robot, three ways side by side, and one with a teacher
# make test       every test; what CI runs first
# make help       the rest

GO       ?= go
FUZZTIME ?= 20000x
SOAK     ?= 1h
COUNT    ?= 6

BENCH         ?= .
BENCHTIME     ?= 1s
BENCHOUT      ?= bench/results/bench
BENCHPACKAGES ?= ./kernels/... ./nn/... ./sim/... ./a3c/... ./jaco/... ./bench

ifndef RUN
RUN := runs/first-$(shell date +%Y%m%d-%H%M%S)
endif

export CGO_ENABLED = 0

REVISION := $(shell git describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)
LDFLAGS  := -s -w -X colonnade/a3c/training.revision=$(REVISION)
ASMFMT   := $(GO) run github.com/klauspost/asmfmt/cmd/asmfmt@v1.3.2
ASM      := $(shell find . -name '*.s' -not -path './.*')

.PHONY: build run pixels twin train search figure-4 transfer-search figure-5 figure-6 figure-7 experiments workers test test-purego test-arm64 test-usb test-live test-interop test-slurm test-python test-learner soak race vet fmt fmt-check fuzz bench bench-compare bench-peers bench-python bench-race test-bench selfcheck check clean help

build:
	@mkdir -p bin
	$(GO) build -trimpath -ldflags "$(LDFLAGS)" -o bin/ ./...

# Transfers the shipped column 1 to the emulated robot, with driver, safety layer, camera and tracker:
# as a progressive network, by fine-tuning, from scratch, and by fine-tuning under the twin for
# 10,000 steps. It leaves a table, a curve and a film of before and after. 126 s of processor time on
# Intel Xeon (family 6, model 207), shared by up to three cores. With make run STORY="-env sim" it
# learns in the simulator's world of the robot.
STORY ?=
run: build
	bin/experiment story -out $(RUN) -work $(RUN)/runs $(STORY)

# A column from nothing: at most 8 minutes of training from pixels, then 200 episodes of evaluation.
pixels: build
	bin/train -net feedforward -width wide -max-time 7m30s -out $(RUN) -seed 1
	bin/eval -checkpoint $(RUN) -episodes 200 -seed 7 -animation $(RUN)/episodes.gif
	@echo "curve:     $(RUN)/curve.svg"
	@echo "animation: $(RUN)/episodes.gif"

# Column 1 in full; stop it with Ctrl-C and go on with the same line and -resume.
train: build
	bin/train -net recurrent -width wide -steps 50000000 -out runs/column1

# Column 1's learning rate and entropy cost, by random search with successive halving: 49M steps,
# two hours of one core. The same line continues after a stop. More processes join with
# bin/sweep -resume -out studies/column1
search: build
	@if [ -d studies/column1 ]; then bin/sweep -resume -out studies/column1; else \
	  bin/sweep -net recurrent -width wide -workers 1 -deterministic -trials 30 -rungs 3 -steps 6000000 -episodes 200 -seed 1 -out studies/column1; fi

# The paper's figure 4: four networks, three seeds each, as many steps as each needs to converge.
# Four hours of one core. It continues after a stop; finished runs are evaluated again, 20 s each.
FIGURE4 := recurrent-wide-8000000 feedforward-wide-8000000 recurrent-narrow-24000000 feedforward-narrow-16000000
figure-4: build
	@set -e; for seed in 1 2 3; do for column in $(FIGURE4); do \
	  set -- $$(echo $$column | tr - ' '); run=runs/figure-4/$$1-$$2-$$seed; \
	  if [ -d $$run ]; then bin/train -resume -out $$run; else \
	    bin/train -net $$1 -width $$2 -workers 1 -deterministic -steps $$3 -seed $$seed -episodes 500 -out $$run; fi; \
	done; done
	bin/figures -out bench/results/figure-4 runs/figure-4

# Does any number of workers learn? Both wide networks with 1 to 64 workers, three seeds at 1, 2, 16 and 64: 30 runs of 8M
# steps, ten hours of one core. Goes on where it was stopped; what is finished is evaluated once more, 20 s a run.
WORKERS := 1-1 1-2 1-3 2-1 2-2 2-3 4-1 8-1 16-1 16-2 16-3 32-1 64-1 64-2 64-3
workers: build
	@set -e; for column in $(WORKERS); do for net in feedforward recurrent; do \
	  set -- $$(echo $$column | tr - ' '); run=runs/workers/$$net-$$1-$$2; \
	  if [ -d $$run ]; then bin/train -resume -out $$run; else \
	    bin/train -net $$net -width wide -workers $$1 -steps 8000000 -seed $$2 -episodes 500 -out $$run; fi; \
	done; done
	bin/figures -out bench/results/workers runs/workers

# The paper's experiments on transfer, from the shipped column 1: settings by a search, then figures
# 5 to 7. Each line continues after a stop, may run in several terminals at once, and writes its
# report to bench/results. About three hours of one core with the default numbers of runs; more with
# EXPERIMENT="-runs 300", and so on (bin/experiment figure-6 -h).
EXPERIMENT ?=
RANDOM := bench/pretrained/random-recurrent-wide.safetensors
THREE := -methods progressive-narrow,finetune,finetune-last
UNFORESEEN := bench/results/worlds/robot-unforeseen.json
transfer-search figure-6 figure-7: build
	bin/experiment $@ $(EXPERIMENT)

figure-5: build
	bin/experiment figure-5 -random $(RANDOM) $(EXPERIMENT)

experiments: build
	bin/experiment transfer-search
	bin/experiment figure-5 -random $(RANDOM)
	bin/experiment figure-5 -random $(RANDOM) -domain robot-far -out bench/results/figure-5/robot-far -work runs/figure-5-robot-far
	bin/experiment figure-5 -from $(RANDOM) $(THREE) -out bench/results/figure-5/from-random -work runs/figure-5-from-random
	bin/experiment figure-5 -from $(RANDOM) $(THREE) -domain $(UNFORESEEN) -out bench/results/figure-5/unforeseen -work runs/figure-5-unforeseen
	bin/experiment figure-5 -from $(RANDOM) $(THREE) -env jaco -out bench/results/figure-5/arm -work runs/figure-5-arm
	bin/experiment figure-5 -random $(RANDOM) $(THREE) -env jaco -out bench/results/figure-5/arm-from-sim -work runs/figure-5-arm-from-sim
	bin/experiment figure-6
	bin/experiment figure-7

# Students of several kinds under the twin, in three worlds and on the emulated arm (bench/results/twin).
twin: build
	@mkdir -p runs/zeros
	bin/jacoctl calibrate -encoders -domain robot -out runs/zeros/robot.json
	bin/jacoctl calibrate -encoders -domain robot-far -out runs/zeros/robot-far.json
	bin/jacoctl calibrate -encoders -domain $(UNFORESEEN) -out runs/zeros/unforeseen.json
	bin/experiment twin -zeros runs/zeros/robot.json -out bench/results/twin/robot -work runs/twin/robot
	bin/experiment twin -zeros runs/zeros/robot-far.json -domain robot-far -out bench/results/twin/robot-far -work runs/twin/robot-far
	bin/experiment twin -zeros runs/zeros/unforeseen.json -domain $(UNFORESEEN) -out bench/results/twin/unforeseen -work runs/twin/unforeseen
	bin/experiment twin -zeros runs/zeros/robot.json -env jaco -methods finetune -budgets 5000,20000,60000 -out bench/results/twin/arm -work runs/twin/arm

test:
	$(GO) test ./...

test-purego:
	$(GO) test -tags purego ./...

# The Python client with the server, under Debian's Python and numpy (installed where it is missing, as root).
PYTHON ?= $(or $(wildcard /usr/bin/python3),python3)
test-python: build
	@$(PYTHON) -c 'import numpy' 2>/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-numpy; }
	$(PYTHON) -m py_compile sim/python/*.py bench/race/*.py
	cd sim/python && $(PYTHON) -m unittest -v test_colonnade

# Steps from Python beside those of the Go loop, in one run.
bench-python: build
	PYTHONPATH=sim/python $(PYTHON) sim/python/rate.py $(RATE)

# The learner of the race, on made-up environments.
test-learner:
	@$(PYTHON) -c 'import numpy, torch' 2>/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-torch python3-numpy libopenblas0-pthread; }
	cd bench/race && PYTHONPATH=../../sim/python $(PYTHON) -m unittest -v test_learner

# train against A2C and PPO in PyTorch (Debian's, installed where it is missing, as root), with the same networks on the
# same cores: many hours. Goes on where it was stopped. RACE="-rounds 3 -seeds 0" measures rates and memory alone.
bench-race: build
	@$(PYTHON) -c 'import numpy, torch' 2>/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-torch python3-numpy libopenblas0-pthread; }
	bin/race -python $(PYTHON) -work runs/race -out bench/results/race $(RACE)

# The same tests on arm64, under qemu-user (installed where it is missing), but
# for those that start themselves as a child process, which qemu-user cannot.
# The tests of kernels run every implementation, those of nn the one of KERNELS.
test-arm64:
	@command -v qemu-aarch64 >/dev/null || { apt-get update -qq && apt-get install -y -qq qemu-user; }
	KERNELS=neon KERNELS_REQUIRE=neon,base GOARCH=arm64 $(GO) test -exec qemu-aarch64 -skip 'Killed|FullDisk|OtherKernels' ./sim/... ./kernels/... ./nn/...
	KERNELS=base GOARCH=arm64 $(GO) test -exec qemu-aarch64 -run 'PyTorch|Forward|Identity' -skip OtherKernels ./nn

# The code for USB and cameras against a stock Debian kernel in QEMU: two minutes,
# and another for packages where they are missing (as root, on amd64).
test-usb:
	jaco/testusb/packages.sh bin/test-usb
	$(GO) test -count 1 -v -run TestBoot ./jaco/testusb -args -packages $(CURDIR)/bin/test-usb

# The live page of a training in headless Chromium (installed where it is missing,
# as root): a minute. Pictures of it go to bin/live; RIPE=5m trains that long before.
RIPE ?= 15s
test-live:
	@command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }
	$(GO) test -count 1 -v -timeout 1h -run TestBrowser ./a3c/cmd/train -args -browser chromium -shots $(CURDIR)/bin/live -ripe $(RIPE)

# Exported policies in onnxruntime, checkpoints in PyTorch, event files in another reader: about a
# minute, and a few more for packages where they are missing (as root).
test-interop:
	bench/interop/packages.sh bin/test-interop
	$(GO) test -count 1 -v ./bench/interop -args -packages $(CURDIR)/bin/test-interop

# A small sweep through a Slurm of one node, started here on loopback and stopped again: a minute,
# and another for packages where they are missing (as root).
test-slurm:
	a3c/cmd/sweep/cluster/packages.sh
	$(GO) test -count 1 -v -timeout 30m -run TestSlurm ./a3c/cmd/sweep/cluster -args -slurm

# An hour of training in which memory must not grow; a few seconds of it are part of test.
soak:
	$(GO) test -v -timeout 3h -run TestSoak ./a3c/cmd/train -args -soak $(SOAK)

# The race detector needs cgo, and so a C compiler.
race:
	@command -v gcc >/dev/null || { apt-get update -qq && apt-get install -y -qq gcc libc6-dev; }
	CGO_ENABLED=1 $(GO) test -race -short ./kernels/... ./nn/... ./a3c/... ./sim/... ./jaco/...

vet:
	$(GO) vet ./...
	$(GO) vet -tags purego ./...
	GOARCH=arm64 $(GO) vet ./...

fmt:
	gofmt -w .
	$(ASMFMT) -w $(ASM)

fmt-check:
	@test -z "$$(gofmt -l .)" || { echo "make fmt would change:"; gofmt -l .; exit 1; }
	@unformatted="$$($(ASMFMT) -l $(ASM))"; test -z "$$unformatted" || { echo "make fmt would change:"; echo "$$unformatted"; exit 1; }

# Every fuzz target for FUZZTIME.
fuzz:
	@set -e; for package in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
	    echo "$$package $$target"; $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$package; \
	  done; done

# Every benchmark, raw output in bench/results/bench. To look only: make bench
# COUNT=1 BENCHTIME=100ms BENCHOUT=
bench: build
	bin/record -count $(COUNT) -benchtime $(BENCHTIME) -bench '$(BENCH)' -packages '$(BENCHPACKAGES)' -out '$(BENCHOUT)'

# The working tree against a commit, alternating: fails on a regression. make
# bench-compare OLD=main BENCH=Conv BENCHPACKAGES=./kernels
OLD     ?= HEAD
ROUNDS  ?= 10
SLOWER  ?= 1.05
COMPARE ?=
bench-compare:
	@mkdir -p bin
	cd bench/compare && $(GO) build -trimpath -o ../../bin/compare .
	bin/compare -old '$(OLD)' -count $(ROUNDS) -ratio $(SLOWER) -bench '$(BENCH)' -packages '$(BENCHPACKAGES)' -out runs/compare $(COMPARE)

# The tests of the benchmark tools that are modules of their own, but for peers,
# which needs cgo: make bench-peers tests it.
test-bench:
	cd bench/compare && $(GO) vet . && $(GO) test .

# Our kernels beside OpenBLAS, oneDNN and gonum: bench/results/peers. Some two
# minutes; run it on an idle machine. PEERS="-rounds 3 -filter 'conv1 wide'" asks for less.
bench-peers:
	@command -v gcc >/dev/null && dpkg -s libopenblas-dev libdnnl-dev pkgconf >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq gcc libc6-dev pkgconf libopenblas-dev libdnnl-dev; }
	@mkdir -p bin
	cd bench/peers && CGO_ENABLED=1 $(GO) test . && CGO_ENABLED=1 $(GO) build -trimpath -o ../../bin/peers .
	bin/peers -out bench/results/peers $(PEERS)

# Does this machine learn? Small known problems and a short reacher against
# stored bands: a minute on two free cores, five at most.
selfcheck: build
	bin/check

# All that CI runs.
check: test test-bench vet fmt-check race build

clean:
	rm -rf bin

help:
	@echo "build run pixels train search figure-4 experiments transfer-search figure-5 figure-6 figure-7 twin workers test test-purego test-arm64 test-usb test-live test-interop test-slurm test-python test-learner soak race vet fmt fmt-check fuzz bench bench-compare bench-peers bench-python bench-race test-bench selfcheck check clean"
