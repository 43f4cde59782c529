"""A2C and PPO in PyTorch on the Python client of the simulator: whom train meets in make bench-race.

    PYTHONPATH=sim/python python3 bench/race/learner.py -algorithm ppo -net feedforward -steps 8000000 -out runs/ppo

The networks, their input scaling and their first parameters are those of package nn: feedforward wide, 620,620
parameters, and recurrent wide, 298,700. The algorithms are the usual ones: vector environments, generalised advantage
estimation, values of truncated episodes from their last observation, a learning rate that falls linearly to 0. A2C
keeps the graph of its rollout for the backward pass; PPO takes several epochs of minibatches, with a recurrent network
of whole rollouts of some environments.

Tensors of samples are (steps, envs, ...). The folder -out receives metrics.jsonl, lines as train writes them. Ctrl-C ends
the run well.
"""

import argparse
import json
import math
import os
import resource
import signal
import time

# A version of OpenBLAS that does not know the processor takes its oldest kernels, which halves the rate of all.
with open("/proc/cpuinfo") as _file:
    _flags = _file.read().split()
os.environ.setdefault("OPENBLAS_CORETYPE", "SkylakeX" if "avx512f" in _flags else "Haswell" if "avx2" in _flags else "")

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from colonnade import AutoresetMode, VectorEnv

FACTORS, CHOICES = 9, 3

# bench/results/race says which settings were tried.
DEFAULTS = {
    "a2c": {"envs": 64, "rollout": 5, "learning_rate": 3e-4, "entropy_cost": 1e-2, "normalize": 0},
    "ppo": {"envs": 64, "rollout": 40, "learning_rate": 5e-4, "entropy_cost": 5e-3, "normalize": 1},
}


class Column(nn.Module):
    """A wide column of package nn. It folds the input scaling into the first layer, and takes pixels (..., H, W, C)."""

    def __init__(self, recurrent, mean, scale):
        super().__init__()
        width = 128 if recurrent else 512
        self.conv1, self.conv2 = nn.Conv2d(3, 16, 8, 4), nn.Conv2d(16, 32, 5, 2)
        self.fc, self.output = nn.Linear(1152, width), nn.Linear(width, FACTORS * CHOICES + 1)
        layers = [(self.conv1, math.sqrt(6)), (self.conv2, math.sqrt(6)), (self.fc, math.sqrt(6)), (self.output, 0.1)]
        self.recurrent = recurrent
        if recurrent:
            self.lstm_input, self.lstm_state = nn.Linear(width, 4 * width), nn.Linear(width, 4 * width, bias=False)
            layers += [(self.lstm_input, 1), (self.lstm_state, 1)]
        for layer, gain in layers:
            bound = gain / math.sqrt(layer.weight[0].numel())
            nn.init.uniform_(layer.weight, -bound, bound)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        if recurrent:
            nn.init.ones_(self.lstm_input.bias[width : 2 * width])  # gates i, f, g, o
        self.mean, self.scale = mean.view(1, 3, 1, 1), scale.view(1, 3, 1, 1)
        self.to(memory_format=torch.channels_last)

    def initial(self, envs):
        """Returns the state before an episode: cell and output of the LSTM, (envs, 128) each."""
        return torch.zeros(2, envs, 128)

    def forward(self, pixels, state, begun):
        """Returns log-probabilities (steps, envs, 9, 3), values (steps, envs) and the state after.

        begun (steps, envs) is 1 where an observation is the first of its episode.
        """
        steps, envs = pixels.shape[:2]
        x = pixels.flatten(0, 1).permute(0, 3, 1, 2).float()
        weight = self.conv1.weight / self.scale
        x = F.relu(F.conv2d(x, weight, self.conv1.bias - (weight * self.mean).sum((1, 2, 3)), stride=4))
        x = F.relu(self.conv2(x))
        x = F.relu(self.fc(x.permute(0, 2, 3, 1).flatten(1)))
        if self.recurrent:
            x, state = self.lstm(self.lstm_input(x).view(steps, envs, -1), state, begun)
        x = self.output(x).view(steps, envs, -1)
        return x[..., :-1].view(steps, envs, FACTORS, CHOICES).log_softmax(-1), x[..., -1], state

    def lstm(self, inputs, state, begun):
        outputs, (c, h) = [], state
        for gates, first in zip(inputs, begun):
            goes_on = (1 - first).unsqueeze(1)
            c, h = c * goes_on, h * goes_on
            i, f, g, o = (gates + self.lstm_state(h)).chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            outputs.append(h)
        return torch.cat(outputs), torch.stack((c, h))


class Running:
    """Mean and variance of all numbers so far."""

    def __init__(self):
        self.mean, self.variance, self.count = 0.0, 1.0, 1e-4

    def add(self, batch):
        share, off = len(batch) / (self.count + len(batch)), batch.mean() - self.mean
        self.variance += share * (batch.var() - self.variance + off * off * (1 - share))
        self.mean += share * off
        self.count += len(batch)


def measure_scaling(envs):
    """Returns mean and standard deviation of each channel under random actions, as package nn scales its inputs."""
    pixels = [envs.reset()[0].copy()] + [envs.step(envs.action_space.sample())[0].copy() for _ in range(9)]
    pixels = np.stack(pixels).reshape(-1, 3)
    return torch.from_numpy(pixels.mean(0)).float(), torch.from_numpy(pixels.std(0)).float().clamp(min=16)


class Learner:
    def __init__(self, options, envs):
        """Prepares to learn in envs, a VectorEnv that resets in the step that ends an episode."""
        self.o, self.algorithm, self.envs = options, options.algorithm, envs
        torch.manual_seed(options.seed)
        self.envs.action_space.seed(options.seed)
        self.net = Column(options.net == "recurrent", *measure_scaling(self.envs))
        if self.algorithm == "a2c":
            self.optimizer = torch.optim.RMSprop(self.net.parameters(), alpha=0.99, eps=1e-5, foreach=True)
        else:
            self.optimizer = torch.optim.Adam(self.net.parameters(), eps=1e-5, foreach=True)
        steps, n = options.rollout, options.envs
        self.pixels = torch.empty(steps, n, 64, 64, 3, dtype=torch.uint8)
        self.begun, self.rewards, self.ended = torch.zeros(3, steps, n)
        self.actions = torch.empty(steps, n, FACTORS, 1, dtype=torch.int64)
        self.observation, _ = self.envs.reset(seed=options.seed * 1_000_003)
        self.first, self.state = torch.ones(n), self.net.initial(n)
        self.episode, self.scores = np.zeros(n), []
        self.discounted, self.returns = np.zeros(n), Running()

    def act(self, t):
        """Takes one step in all environments. Returns log-probabilities and values of the observations before."""
        self.pixels[t].copy_(torch.from_numpy(self.observation))
        self.begun[t] = self.first
        logp, value, self.state = self.net(self.pixels[t : t + 1], self.state, self.begun[t : t + 1])
        with torch.no_grad():
            gumbel = -torch.empty_like(logp[0]).exponential_().log()
            self.actions[t] = (logp[0] + gumbel).argmax(-1, keepdim=True)
        self.observation, rewards, terminations, truncations, infos = self.envs.step(self.actions[t, :, :, 0].numpy())
        self.episode += rewards
        rewards = self.scaled(rewards)
        if truncations.any():
            rows = np.flatnonzero(truncations)
            last = torch.from_numpy(np.stack(infos["final_obs"][rows]))[None]
            with torch.no_grad():
                values = self.net(last, self.state[:, rows], torch.zeros(1, len(rows)))[1][0]
            rewards[rows] += self.o.gamma * values.numpy()
        ended = terminations | truncations
        self.scores += self.episode[ended].tolist()
        self.episode[ended] = 0
        self.rewards[t], self.first = torch.from_numpy(rewards), torch.from_numpy(ended).float()
        self.ended[t] = self.first
        return logp, value

    def scaled(self, rewards):
        """Returns rewards divided by the running deviation of discounted returns, and clipped."""
        self.discounted = self.discounted * self.o.gamma * (1 - self.first.numpy()) + rewards
        self.returns.add(self.discounted)
        return np.clip(rewards / math.sqrt(self.returns.variance + 1e-8), -10, 10)

    def advantages(self, values):
        """Returns generalised advantages (steps, envs); values has one step more."""
        result, future = torch.empty_like(self.rewards), 0
        for t in reversed(range(len(result))):
            goes_on = 1 - self.ended[t]
            delta = self.rewards[t] + self.o.gamma * values[t + 1] * goes_on - values[t]
            result[t] = future = delta + self.o.gamma * self.o.lambda_ * goes_on * future
        return result

    def iterate(self):
        """Makes one rollout and learns from it."""
        self.state = self.state.detach()
        began = self.state
        with torch.set_grad_enabled(self.algorithm == "a2c"):
            logp, values = zip(*[self.act(t) for t in range(self.o.rollout)])
            logp, values = torch.cat(logp), torch.cat(values)
        with torch.no_grad():
            behind = self.net(torch.from_numpy(self.observation)[None], self.state, self.first[None])[1]
            advantages = self.advantages(torch.cat((values, behind)))
            returns = advantages + values
        if self.algorithm == "a2c":
            if self.o.normalize:
                advantages = normalized(advantages)
            self.update(-(advantages * self.chosen(logp, self.actions)).mean(), logp, values, returns)
            return
        whole = self.net.recurrent  # rollouts stay whole
        before = self.chosen(logp, self.actions)
        samples = (self.pixels, self.begun, self.actions, before, advantages, returns)
        if not whole:
            samples = [x.flatten(0, 1)[None] for x in samples]
            began = self.net.initial(samples[0].shape[1])
        for _ in range(self.o.epochs):
            for rows in torch.randperm(samples[0].shape[1]).chunk(self.o.minibatches):
                pixels, begun, actions, old, advantage, goal = (x[:, rows] for x in samples)
                logp, values, _ = self.net(pixels, began[:, rows], begun)
                ratio = (self.chosen(logp, actions) - old).exp()
                if self.o.normalize:
                    advantage = normalized(advantage)
                clipped = ratio.clamp(1 - self.o.clip, 1 + self.o.clip)
                self.update(-torch.min(ratio * advantage, clipped * advantage).mean(), logp, values, goal)

    def chosen(self, logp, actions):
        """Returns the log-probability of actions, summed over factors."""
        return logp.gather(-1, actions).sum((-1, -2))

    def update(self, policy_loss, logp, values, returns):
        self.entropy = -(logp.exp() * logp).sum(-1).mean((0, 1))  # of each factor
        self.value_loss = (returns - values).square().mean()
        loss = policy_loss + self.o.value_cost * self.value_loss - self.o.entropy_cost * self.entropy.sum()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.norm = nn.utils.clip_grad_norm_(self.net.parameters(), self.o.clip_norm).item()
        self.optimizer.step()

    def train(self, out):
        stop = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.append(True))
        steps, reported, began, last = 0, 0, time.monotonic(), 0
        while steps < (self.o.stop or self.o.steps) and not stop:
            for group in self.optimizer.param_groups:
                group["lr"] = self.o.learning_rate * (1 - steps / self.o.steps)
            self.iterate()
            steps += self.o.rollout * self.o.envs
            if steps // self.o.metrics_every == reported // self.o.metrics_every:
                continue
            now = time.monotonic() - began
            line = {
                "steps": steps, "seconds": round(now, 3), "steps_per_second": round((steps - reported) / (now - last), 1),
                "window_episodes": len(self.scores), "score": round(sum(self.scores) / max(1, len(self.scores)), 4),
                "entropy": [round(e, 4) for e in self.entropy.tolist()], "grad_norm": round(self.norm, 4),
                "value_loss": round(self.value_loss.item(), 4),
                "cpu_seconds": round(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]), 2),
            }
            print(json.dumps(line), file=out, flush=True)
            reported, last, self.scores = steps, now, []


def normalized(advantages):
    return (advantages - advantages.mean()) / (advantages.std() + 1e-8)


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-algorithm", choices=DEFAULTS, default="ppo")
    parser.add_argument("-net", choices=("feedforward", "recurrent"), default="feedforward")
    parser.add_argument("-out", required=True, help="run folder, a new one")
    parser.add_argument("-seed", type=int, default=1)
    parser.add_argument("-steps", type=int, default=8_000_000, help="steps in which the learning rate falls to 0")
    parser.add_argument("-stop", type=int, default=0, help="stop after these steps already; 0: no")
    parser.add_argument("-metrics-every", type=int, default=20_000, help="steps between two lines of metrics.jsonl")
    parser.add_argument("-threads", type=int, default=len(os.sched_getaffinity(0)), help="of PyTorch and of simserve")
    parser.add_argument("-gamma", type=float, default=0.99)
    parser.add_argument("-lambda", type=float, default=0.95, dest="lambda_")
    parser.add_argument("-entropy-cost", type=float)
    parser.add_argument("-value-cost", type=float, default=0.5)
    parser.add_argument("-clip", type=float, default=0.2, help="of the ratio of probabilities in PPO")
    parser.add_argument("-clip-norm", type=float, default=0.5)
    parser.add_argument("-normalize", type=int, choices=(0, 1), help="advantages to mean 0 and deviation 1")
    parser.add_argument("-envs", type=int)
    parser.add_argument("-rollout", type=int, help="steps in each environment between two updates")
    parser.add_argument("-learning-rate", type=float, help="at the start, linear to 0")
    parser.add_argument("-epochs", type=int, default=4, help="of PPO over a rollout")
    parser.add_argument("-minibatches", type=int, default=8, help="of PPO in an epoch")
    options = parser.parse_args(arguments)
    for name, value in DEFAULTS[options.algorithm].items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    return options


def main():
    options = parse()
    torch.set_num_threads(options.threads)
    os.makedirs(options.out)
    envs = VectorEnv(options.envs, threads=options.threads, autoreset_mode=AutoresetMode.SAME_STEP)
    try:
        with open(os.path.join(options.out, "metrics.jsonl"), "w") as out:
            Learner(options, envs).train(out)
    finally:
        envs.close()


if __name__ == "__main__":
    main()
