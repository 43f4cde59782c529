"""Tests of colonnade.py with the built server: make test-python. With gymnasium installed its own check runs too."""

import glob
import hashlib
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest
import warnings

import numpy as np

import colonnade
from colonnade import AutoresetMode, Env, ServerError, VectorEnv

HERE = pathlib.Path(__file__).resolve().parent


def choices(state):
    """Yields the choices of the generator that the golden frames were made with."""
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield (state >> 33) % 3


def gone(process, seconds=10):
    """Tells whether a process that is no child of this one ends in time."""
    for _ in range(int(100 * seconds)):
        if not os.path.exists(f"/proc/{process}"):
            return True
        time.sleep(0.01)
    return False


class Bits(unittest.TestCase):
    def test_golden_frames(self):
        """10,000 steps are what the simulator shows in its own process, to the bit."""
        for line in (HERE.parent / "serve" / "testdata" / "frames.txt").read_text().splitlines():
            task, domain, every, golden = line.split()
            with self.subTest(line), VectorEnv(
                16, task, domain, int(every), proprioception=True, threads=3, autoreset_mode=AutoresetMode.DISABLED
            ) as envs:
                digest, episodes, generator = hashlib.sha256(), np.zeros(16, int), choices(1)

                def reset(mask):
                    seeds = [i * 1000003 + int(k) for i, k in enumerate(episodes)]
                    observations, _ = envs.reset(seed=seeds, options={"reset_mask": mask})
                    episodes[mask] += 1
                    return observations

                def look(observations):
                    digest.update(observations["pixels"])
                    digest.update(observations["proprioception"])

                look(reset(np.ones(16, np.bool_)))
                for _ in range(625):
                    actions = np.fromiter(generator, np.int64, 144).reshape(16, 9)
                    observations, rewards, terminations, truncations, _ = envs.step(actions)
                    look(observations)
                    for array in (rewards, terminations, truncations):
                        digest.update(array)
                    ended = terminations | truncations
                    if ended.any():
                        look(reset(ended))
                self.assertEqual(digest.hexdigest(), golden)

    def test_vector_is_envs(self):
        """Environment i of a vector is an Env with the seed after, in every way to go on after an episode."""
        for mode in AutoresetMode:
            arguments = {"target_every": 2, "proprioception": True}
            with self.subTest(mode), VectorEnv(3, threads=2, autoreset_mode=mode, **arguments) as envs:
                ones = [Env(**arguments) for _ in range(3)]
                together, _ = envs.reset(seed=7)
                alone = [env.reset(seed=7 + i)[0] for i, env in enumerate(ones)]
                generator, ended = choices(3), np.zeros(3, np.bool_)
                for _ in range(120):
                    for i, observation in enumerate(alone):
                        for key in observation:
                            np.testing.assert_array_equal(together[key][i], observation[key])
                    actions = np.fromiter(generator, np.int64, 27).reshape(3, 9)
                    together, rewards, terminations, truncations, infos = envs.step(actions)
                    before, ended = ended, terminations | truncations
                    for i, env in enumerate(ones):
                        if mode is AutoresetMode.NEXT_STEP and before[i]:
                            alone[i], _ = env.reset()
                            self.assertEqual((rewards[i], ended[i]), (0, False))
                            continue
                        alone[i], reward, terminated, truncated, info = env.step(actions[i])
                        self.assertEqual((rewards[i], terminations[i], truncations[i]), (reward, terminated, truncated))
                        if not ended[i]:
                            continue
                        said = infos["final_info"] if mode is AutoresetMode.SAME_STEP else infos
                        self.assertEqual("violation" in info, terminated)
                        if terminated:
                            self.assertTrue(said["_violation"][i])
                            self.assertEqual(said["violation"][i], info["violation"])
                        if mode is AutoresetMode.SAME_STEP:
                            self.assertTrue(infos["_final_obs"][i] and infos["_final_info"][i])
                            np.testing.assert_array_equal(infos["final_obs"][i]["pixels"], alone[i]["pixels"])
                            alone[i], _ = env.reset()
                    if mode is AutoresetMode.SAME_STEP and ended.any():
                        np.testing.assert_array_equal(infos["_final_obs"], ended)
                        self.assertIsNone(infos["final_obs"][~ended][0] if not ended.all() else None)
                    if mode is AutoresetMode.DISABLED and ended.any():
                        together, _ = envs.reset(options={"reset_mask": ended})
                        for i in np.flatnonzero(ended):
                            alone[i], _ = ones[i].reset()
                for env in ones:
                    env.close()

    def test_target_every(self):
        """A seed decides the episode whatever came before; without one the target stays for its time."""
        with Env(target_every=2) as kept, Env() as moved:
            for _ in range(2):
                np.testing.assert_array_equal(kept.reset(seed=1)[0], moved.reset(seed=1)[0])
                self.assertFalse(np.array_equal(kept.reset()[0], moved.reset()[0]))


class Contract(unittest.TestCase):
    """What Gymnasium's documentation asks of an Env and a VectorEnv."""

    def test_spaces(self):
        with Env() as env, Env(proprioception=True) as both, VectorEnv(4, proprioception=True) as envs:
            pixels = env.observation_space
            self.assertEqual((pixels.shape, pixels.dtype), ((64, 64, 3), np.uint8))
            self.assertTrue(np.all(pixels.low == 0) and np.all(pixels.high == 255))
            self.assertEqual(both.observation_space["pixels"], pixels)
            self.assertEqual(both.observation_space["proprioception"].shape, (18,))
            self.assertEqual(both.observation_space["proprioception"].dtype, np.float32)
            self.assertEqual(env.action_space.nvec.tolist(), [3] * 9)
            self.assertEqual(envs.single_observation_space, both.observation_space)
            self.assertEqual(envs.single_action_space, env.action_space)
            self.assertEqual(envs.observation_space["pixels"].shape, (4, 64, 64, 3))
            self.assertEqual(envs.action_space.shape, (4, 9))
            for space in (pixels, both.observation_space, env.action_space, envs.action_space, envs.observation_space):
                space.seed(5)
                first, second = space.sample(), space.sample()
                space.seed(5)
                again = space.sample()
                self.assertTrue(first in space and second in space)
                for key in first if isinstance(first, dict) else [()]:
                    np.testing.assert_array_equal(first[key], again[key])
                    self.assertFalse(np.array_equal(first[key], second[key]))
            self.assertEqual({key: space.shape for key, space in both.observation_space.items()},
                             {"pixels": (64, 64, 3), "proprioception": (18,)})
            for wrong in (np.full(9, 3), np.full(9, -1), np.zeros(8, np.int64)):
                self.assertFalse(wrong in env.action_space)
            for wrong in (np.zeros((64, 64, 3)), np.zeros((64, 64), np.uint8), None):
                self.assertFalse(wrong in pixels)
            self.assertFalse({"pixels": pixels.sample()} in both.observation_space)

    def test_env(self):
        for proprioception in (False, True):
            with Env(proprioception=proprioception) as env:
                self.assertIs(env.unwrapped, env)
                self.assertEqual((env.metadata["render_modes"], env.metadata["render_fps"]), (["rgb_array"], 10))
                observation, info = env.reset(seed=123)
                self.assertTrue(observation in env.observation_space)
                self.assertEqual((info, env.np_random_seed), ({}, 123))
                state, second = env.np_random.bit_generator.state, env.reset(options={})[0]
                observation, _ = env.reset(seed=123)
                self.assertEqual(env.np_random.bit_generator.state, state)
                again = env.reset()[0]
                for key in second if proprioception else [()]:
                    np.testing.assert_array_equal(again[key], second[key])
                steps, terminated, truncated = 0, False, False
                while not (terminated or truncated):
                    observation, reward, terminated, truncated, info = env.step(np.ones(9, np.int64))
                    self.assertTrue(observation in env.observation_space)
                    types = [type(x) for x in (reward, terminated, truncated, info)]
                    self.assertEqual(types, [float, bool, bool, dict])
                    steps += 1
                self.assertEqual((steps, terminated, truncated), (50, False, True))
                env.np_random = np.random.default_rng(1)
                self.assertEqual(env.np_random_seed, -1)

    def test_render(self):
        with Env(render_size=128) as env, VectorEnv(2) as envs:
            env.reset(seed=1)
            first = env.render()
            self.assertEqual((first.shape, first.dtype), ((128, 128, 3), np.uint8))
            self.assertGreater(first.std(), 10)
            env.step([2] * 9)
            self.assertFalse(np.array_equal(first, env.render()))
            envs.reset(seed=1)
            self.assertEqual([picture.shape for picture in envs.render()], [(512, 512, 3)] * 2)
        with Env(render_mode=None) as env:
            self.assertIsNone(env.render())

    def test_vector(self):
        with VectorEnv(3) as envs:
            self.assertEqual((envs.num_envs, envs.closed), (3, False))
            self.assertIs(envs.metadata["autoreset_mode"], AutoresetMode.NEXT_STEP)
            self.assertNotIn("autoreset_mode", VectorEnv.metadata)
            envs.reset(seed=[4, None, 6])
            self.assertEqual((envs.np_random_seed[0], envs.np_random_seed[2], len(envs.np_random)), (4, 6, 3))
            observations, rewards, terminations, truncations, infos = envs.step(envs.action_space.sample())
            self.assertTrue(observations in envs.observation_space)
            self.assertEqual([a.dtype for a in (rewards, terminations, truncations)], [np.float64, np.bool_, np.bool_])
            self.assertEqual([a.shape for a in (rewards, terminations, truncations)], [(3,)] * 3)
        self.assertTrue(envs.closed)
        envs.close()

    def test_views(self):
        """Observations are views that are valid for as long as is said; copies are valid for ever."""
        still = np.ones((2, 9), np.int64)
        for buffers in (2, 5):
            with VectorEnv(2, domain="robot", buffers=buffers) as envs:
                first, _ = envs.reset(seed=1)
                kept = first.copy()
                for _ in range(buffers - 1):
                    envs.step(still)
                    np.testing.assert_array_equal(first, kept)
                after = envs.step(still)[0]
                self.assertTrue(np.shares_memory(first, after))
                self.assertFalse(np.array_equal(first, kept))  # of noise alone
        np.testing.assert_array_equal(first, after)  # still there when the server is not
        with VectorEnv(2, copy=True) as envs, Env() as env:
            self.assertFalse(np.shares_memory(envs.reset()[0], [envs.step(still)[0] for _ in range(2)][1]))
            self.assertFalse(np.shares_memory(env.reset()[0], [env.step(still[0])[0] for _ in range(2)][1]))

    @unittest.skipIf(colonnade.gymnasium is None, "gymnasium is not installed")
    def test_gymnasium(self):
        import gymnasium
        from gymnasium.utils.env_checker import check_env

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", ".*infinity.*")  # velocities and angles have no bounds
            warnings.filterwarnings("ignore", ".*different from the unwrapped version.*")
            for kwargs in ({}, {"proprioception": True, "domain": "robot", "target_every": 3}):
                for name in ("Colonnade/Reach-v0", "colonnade:Colonnade/Conveyor-v0"):
                    with gymnasium.make(name, **kwargs) as env:
                        check_env(env.unwrapped)
        envs = gymnasium.make_vec("Colonnade/Reach-v0", num_envs=3)
        self.assertIsInstance(envs, gymnasium.vector.VectorEnv)
        envs = gymnasium.wrappers.vector.RecordEpisodeStatistics(envs)
        envs.reset(seed=1)
        lengths, counted, steps = [], [], np.zeros(3, int)
        for _ in range(120):
            _, _, terminations, truncations, infos = envs.step(envs.action_space.sample())
            steps += 1
            for i in np.flatnonzero(terminations | truncations):
                counted.append(steps[i])
                lengths.append(infos["episode"]["l"][i])
                steps[i] = -1  # the next step resets
        self.assertGreater(len(lengths), 5)
        self.assertEqual(lengths, counted)
        envs.close()


class Failures(unittest.TestCase):
    def test_server_dies(self):
        """A server that is killed is an exception with what it said last, at once, and again later."""
        with VectorEnv(2) as envs:
            envs.reset()
            os.kill(envs._server._process.pid, signal.SIGKILL)
            began = time.monotonic()
            with self.assertRaisesRegex(ServerError, "simserve ended with exit code -9"):
                for _ in range(3):
                    envs.step(envs.action_space.sample())
            self.assertLess(time.monotonic() - began, 10)
            with self.assertRaisesRegex(ServerError, "closed"):
                envs.reset()

    def test_server_is_silent(self):
        with Env(timeout=0.5) as env:
            env.reset()
            process = env._server._process
            process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
            try:
                with self.assertRaisesRegex(ServerError, "has not answered for 0.5 s"):
                    env.step([1] * 9)
            finally:
                self.assertIsNotNone(process.poll())

    def test_client_dies(self):
        """A learner that is killed leaves neither a process nor a file."""
        before = glob.glob("/dev/shm/simserve-*")
        program = (
            "import colonnade, time; envs = colonnade.VectorEnv(2); envs.reset(); "
            "print(envs._server._process.pid, flush=True); time.sleep(60)"
        )
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=HERE) as learner:
            server = int(learner.stdout.readline())
            self.assertTrue(os.path.exists(f"/proc/{server}"))
            learner.kill()
        self.assertTrue(gone(server))
        self.assertEqual(glob.glob("/dev/shm/simserve-*"), before)

    def test_fork(self):
        """A forked process cannot use its parent's environment, nor end it."""
        with Env() as env:
            env.reset()
            child = os.fork()
            if child == 0:
                try:
                    env.step([1] * 9)
                except ServerError as error:
                    env.close()
                    os._exit(7 if "forked" in str(error) else 1)
                os._exit(2)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 7)
            env.step([1] * 9)

    def test_interrupted(self):
        """After a Ctrl-C between request and reply the next call gets its own reply."""
        with Env() as env:
            first, _ = env.reset(seed=1)
            env._server._send(2, 0, 0)
            np.testing.assert_array_equal(env.reset(seed=1)[0], first)

    def test_refused(self):
        with VectorEnv(2) as envs, Env() as env:
            with self.assertRaisesRegex(ValueError, "reset first"):
                env.step([1] * 9)
            with self.assertRaisesRegex(ValueError, "nothing to draw"):
                env.render()
            env.reset()
            wrong = (([3] + [1] * 8, "want 0, 1 or 2"), ([-1] * 9, "want 0, 1 or 2"), ([1] * 8, "shape"))
            for action, message in wrong:
                with self.assertRaisesRegex(ValueError, message):
                    env.step(action)
            with self.assertRaises(TypeError):
                env.step([0.5] * 9)
            for seed in (-1, 2**64, 1.5, True, "1"):
                with self.assertRaisesRegex(ValueError, "a seed is a whole number"):
                    env.reset(seed=seed)
            for _ in range(50):
                env.step([1] * 9)
            with self.assertRaisesRegex(ValueError, "has ended"):
                env.step([1] * 9)
            for options in ({"start": 1}, {"reset_mask": [True, True]}, {"reset_mask": np.zeros(2, np.bool_)}):
                with self.assertRaisesRegex(ValueError, "reset_mask"):
                    envs.reset(options=options)
            for seed in (True, 2**64 - 1, -1):  # the second environment has the next seed
                with self.assertRaisesRegex(ValueError, "a seed is a whole number"):
                    envs.reset(seed=seed)
            with self.assertRaisesRegex(ValueError, "3 seeds for 2 environments"):
                envs.reset(seed=[1, 2, 3])
            env.reset()
            env.step([1] * 9)

    def test_arguments(self):
        for kwargs, message in (
            ({"domain": "nowhere"}, "neither a preset"), ({"task": "juggle"}, "allowed are reach, conveyor"),
            ({"target_every": 0}, "target-every"), ({"pixels": 4}, "pixels is 4"),
            ({"render_size": 9999}, "picture is 9999"),
        ):
            with self.assertRaisesRegex(ServerError, message):
                Env(**kwargs)
        for kwargs, message in (
            ({"num_envs": 0}, "envs is 0"), ({"buffers": 1}, "buffers is 1"), ({"threads": 2}, "threads is 2"),
        ):
            with self.assertRaisesRegex(ServerError, message):
                VectorEnv(**kwargs)
        with self.assertRaisesRegex(ValueError, "render_mode"):
            Env(render_mode="human")
        with self.assertRaises(FileNotFoundError):
            Env(server="/nowhere/simserve")

    def test_other_version(self):
        known, colonnade._VERSION = colonnade._VERSION, colonnade._VERSION + 1
        try:
            with self.assertRaisesRegex(ServerError, "the client speaks version 2, this server version 1"):
                Env()
        finally:
            colonnade._VERSION = known

    def test_no_simserve(self):
        with self.assertRaisesRegex(ServerError, "simserve ended|control channel|no answer"):
            Env(server="/bin/true")
        with self.assertRaisesRegex(ServerError, "exit code 1"):
            Env(server="/bin/false")


if __name__ == "__main__":
    unittest.main()
