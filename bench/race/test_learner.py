"""Tests of learner.py on environments that are made up: make test-learner. The simulator is not needed."""

import io
import json
import signal
import unittest

import numpy as np
import torch

import learner

COLORS = np.array([[220, 30, 30], [30, 220, 30], [30, 30, 220]], np.uint8)


class Probe:
    """Episodes with a colour, which names the right choice of all factors: each that is chosen earns a ninth.

    The last pixel of a picture tells the step of the episode, its neighbour the environment. The step that ends an
    episode begins the next one.
    """

    def __init__(self, envs):
        self.num_envs, self.random = envs, np.random.default_rng(1)
        self.action_space, self.t = self, np.zeros(envs, np.int64)
        self.colour, self.history = np.zeros(envs, np.int64), []

    def seed(self, seed):
        self.random = np.random.default_rng(seed)

    def sample(self):
        return self.random.integers(3, size=(self.num_envs, learner.FACTORS))

    def reset(self, seed=None):
        if seed is not None:
            self.seed(seed)
        self.history, self.t = [], np.zeros(self.num_envs, np.int64)
        self.colour = self.random.integers(3, size=self.num_envs)
        self.length = 2 + self.random.integers(7, size=self.num_envs)
        return self.look(), {}

    def look(self):
        pixels = np.empty((self.num_envs, 64, 64, 3), np.uint8)
        pixels[:] = COLORS[self.colour][:, None, None]
        pixels[:, -1, -1] = self.t[:, None]
        pixels[:, -1, -2] = np.arange(self.num_envs)[:, None]
        return pixels

    def step(self, actions):
        rewards = (actions == self.colour[:, None]).mean(1)
        self.t += 1
        ended = self.t >= self.length
        terminations = ended & (self.length % 2 == 0)
        final = self.look()
        self.t[ended] = 0
        self.colour[ended] = self.random.integers(3, size=ended.sum())
        self.length[ended] = 2 + self.random.integers(7, size=ended.sum())
        self.history.append((rewards, terminations, ended & ~terminations, final))
        return self.look(), rewards.copy(), terminations, ended & ~terminations, {"final_obs": final}


def make(algorithm, *arguments, envs=8):
    arguments = ["-algorithm", algorithm, "-out", "unused", "-threads", "1", "-envs", str(envs), *arguments]
    return learner.Learner(learner.parse(arguments), Probe(envs))


def hold(one):
    """Lets a learner compute gradients, unclipped, and change nothing."""
    for group in one.optimizer.param_groups:
        group["lr"] = 0
    one.o.clip_norm = 1e9
    return one


class Learning(unittest.TestCase):
    def test_learns_what_a_colour_names(self):
        """Each learner finds the right choices; what a recurrent one would have to remember takes too long here."""
        for algorithm, rollout in (("a2c", "5"), ("ppo", "20")):
            with self.subTest(algorithm=algorithm):
                one = make(algorithm, "-rollout", rollout, "-minibatches", "4", "-gamma", "0.5", envs=16)
                for group in one.optimizer.param_groups:
                    group["lr"] = 3e-4
                steps, right = 0, 0.0
                while steps < 32_000 and right < 0.8:
                    one.iterate()
                    steps += one.o.rollout * one.o.envs
                    right = np.mean([step[0] for step in one.envs.history[-40:]])
                self.assertGreaterEqual(right, 0.8, f"after {steps} steps; random choices have 0.33")


class Details(unittest.TestCase):
    def test_gradients_agree(self):
        """The first minibatch of PPO, a whole rollout, has the gradient of A2C, also where episodes end within."""
        for net in ("feedforward", "recurrent"):
            for normalize in ("0", "1"):
                with self.subTest(net=net, normalize=normalize):
                    arguments = ("-net", net, "-rollout", "7", "-normalize", normalize, "-entropy-cost", "0.02",
                                 "-minibatches", "1", "-epochs", "1")
                    both = [hold(make(algorithm, *arguments)) for algorithm in ("a2c", "ppo")]
                    for seed in range(3):
                        for one in both:
                            torch.manual_seed(seed)  # PPO draws minibatches in between
                            one.iterate()
                    self.assertTrue(both[0].ended[:-1].any())
                    self.assertTrue(torch.equal(both[0].actions, both[1].actions))
                    for (name, a), b in zip(both[0].net.named_parameters(), both[1].net.parameters()):
                        self.assertGreater(a.grad.abs().max(), 0, name)
                        error = (a.grad - b.grad).norm() / a.grad.norm()
                        self.assertLess(error, 1e-4, name)

    def test_minibatches_hold_each_sample_once(self):
        """An epoch takes each sample once, with its own advantage and return, normalised in its minibatch."""
        for net in ("feedforward", "recurrent"):
            with self.subTest(net=net):
                one = hold(make("ppo", "-net", net, "-rollout", "6", "-minibatches", "4", "-epochs", "2"))
                of, update, seen = one.advantages, one.update, []
                known = {}

                def advantages(values):
                    result = of(values)
                    known["returns"], known["values"] = result + values[:-1], values[:-1]
                    return result

                def record(loss, logp, values, returns):
                    seen.append((loss.item(), values.detach(), returns))
                    update(loss, logp, values, returns)

                one.advantages, one.update = advantages, record
                one.iterate()
                self.assertEqual(len(seen), 8)
                for epoch in (seen[:4], seen[4:]):
                    for name, at in (("values", 1), ("returns", 2)):
                        got = torch.cat([part[at].flatten() for part in epoch]).sort()[0]
                        want = known[name].flatten().sort()[0]
                        self.assertTrue(torch.allclose(got, want, atol=1e-4), name)
                # Nothing changed, so all ratios are 1 and a loss is less the mean of advantages, which is 0.
                self.assertLess(max(abs(part[0]) for part in seen), 1e-4)

    def test_returns(self):
        """With lambda 1 a return is the sum of rewards to the episode's end, and there of the value where it is cut."""
        for net in ("feedforward", "recurrent"):
            with self.subTest(net=net):
                one = hold(make("a2c", "-net", net, "-rollout", "12", "-lambda", "1", "-gamma", "0.9"))
                one.scaled = lambda rewards: rewards
                got = {}
                update = one.update

                def record(loss, logp, values, returns):
                    got["returns"] = returns
                    update(loss, logp, values, returns)

                one.update = record
                one.iterate()
                with torch.no_grad():
                    want = self.returns(one)
                self.assertTrue(one.ended.any())
                self.assertTrue(torch.allclose(got["returns"], want, atol=1e-5))

    def returns(self, one):
        """Computes returns of the first rollout, one environment and one observation after the other."""
        steps, envs = one.o.rollout, one.o.envs
        want = torch.empty(steps, envs)
        for e in range(envs):
            state, after = one.net.initial(1), []  # value of the observation after each step, without a reset
            for t in range(steps):
                _, _, state = one.net(one.pixels[t : t + 1, e : e + 1], state, one.begun[t : t + 1, e : e + 1])
                final = torch.from_numpy(one.envs.history[t][3][e])[None, None]
                after.append(one.net(final, state, torch.zeros(1, 1))[1].item())
            total = after[-1]
            for t in reversed(range(steps)):
                rewards, terminations, truncations, _ = one.envs.history[t]
                if terminations[e]:
                    total = 0.0
                elif truncations[e]:
                    total = after[t]
                total = rewards[e] + 0.9 * total
                want[t, e] = total
        return want

    def test_first_observations(self):
        """The flag of a first observation stands where the episode's step is 0, and pixels are of their environment."""
        one = hold(make("ppo", "-rollout", "20", "-epochs", "1"))
        for _ in range(2):
            one.iterate()
            self.assertTrue(torch.equal(one.begun, (one.pixels[:, :, -1, -1, 0] == 0).float()))
            self.assertTrue((one.pixels[:, :, -1, -2, 0] == torch.arange(8)).all())
            self.assertTrue(torch.equal(one.begun[1:], one.ended[:-1]))

    def test_memory_ends_with_an_episode(self):
        """What a recurrent network says of an episode does not depend on the one before."""
        net = make("a2c", "-net", "recurrent", envs=2).net
        pixels, begun = torch.randint(256, (5, 2, 64, 64, 3), dtype=torch.uint8), torch.zeros(5, 2)
        begun[0] = begun[3] = 1
        with torch.no_grad():
            whole, alone = net(pixels, net.initial(2) + 1, begun), net(pixels[3:], net.initial(2), begun[3:])
        for a, b in zip((whole[0][3:], whole[1][3:], whole[2]), alone):
            torch.testing.assert_close(a, b)

    def test_rewards_are_divided(self):
        """The divisor is the deviation of discounted returns so far, and begins again with each episode."""
        one = make("a2c", "-gamma", "0.5", envs=2)
        one.first = torch.ones(2)
        one.scaled(np.array([1.0, 2.0]))
        one.first = torch.tensor([0.0, 1.0])
        divided = one.scaled(np.array([1.0, 3.0]))
        deviation = np.array([1, 2, 1.5, 3]).std()
        np.testing.assert_allclose(divided, np.array([1, 3]) / deviation, rtol=1e-3)

    def test_rate_falls_to_zero(self):
        """The learning rate is linear in the steps, and metrics have a line for each window."""
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        self.addCleanup(lambda: [signal.signal(number, handler) for number, handler in handlers.items()])
        one, rates, out = make("a2c", "-steps", "160", "-metrics-every", "80", "-learning-rate", "0.01"), [], io.StringIO()
        iterate = one.iterate

        def record():
            rates.append(one.optimizer.param_groups[0]["lr"])
            iterate()

        one.iterate = record
        one.train(out)
        np.testing.assert_allclose(rates, [0.01, 0.0075, 0.005, 0.0025])
        lines = [json.loads(line) for line in out.getvalue().splitlines()]
        self.assertEqual([line["steps"] for line in lines], [80, 160])
        self.assertTrue(all(line["value_loss"] > 0 and line["grad_norm"] > 0 for line in lines))


if __name__ == "__main__":
    unittest.main()
