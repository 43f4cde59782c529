"""The arm's tasks of Colonnade as environments for learners in Python, with Gymnasium's interface.

    import colonnade
    envs = colonnade.VectorEnv(64)
    observations, infos = envs.reset(seed=1)
    observations, rewards, terminations, truncations, infos = envs.step(envs.action_space.sample())

It needs numpy, and the program simserve, which it starts and ends itself: the argument server, the
environment variable COLONNADE_SIMSERVE, bin/simserve of the repository that this file lies in, or
the PATH say where it is. Where gymnasium (1.0 or later) can be imported, the classes are its Env and
VectorEnv, with its spaces, and the ids Colonnade/Reach-v0 and Colonnade/Conveyor-v0 are registered: a
learner that is given "colonnade:Colonnade/Reach-v0" as the name of its environment needs no import.
Elsewhere small classes of the same interface take their place.

Observations are pixels, uint8 (64, 64, 3), or with proprioception=True a dict of "pixels" and
"proprioception" (float32, nine joint angles in rad, nine velocities in rad/s). An action has nine
choices, one for each joint: 0, 1, 2 are backwards, rest, forwards. Each step with the palm within
10 cm of the target earns 1. A collision or a joint limit terminates the episode, and
info["violation"] names it; 50 steps truncate it.

How long observations are valid. VectorEnv returns views of memory that the server writes to: those
of a step or reset are valid until `buffers` further ones less one were made, 2 by default, so until
the step after the next is called. A learner that keeps T steps without copying wants buffers=T+1;
copy=True makes copies. Env always returns copies. Rewards, terminations, truncations and pictures
are copies.

Seeds. reset(seed=s) begins the episode that reach.Env of the simulator begins with Reset(s), to the
bit. Later episodes without a seed take theirs from np_random, which s seeds. Environment i of a
VectorEnv that was reset with s is an Env that was reset with s+i.

At the end of an episode VectorEnv does what metadata["autoreset_mode"] says: NEXT_STEP (default, as
Gymnasium's own): the next step ignores the action and resets; SAME_STEP: the same step resets, what
the episode showed last is in infos["final_obs"], with the mask infos["_final_obs"]; DISABLED:
reset(options={"reset_mask": mask}) resets.

A process that was forked cannot use its parent's environments. A server that dies or is silent for
`timeout` seconds is a ServerError; a request that it refuses, such as a wrong action, a ValueError.
"""

import collections.abc
import enum
import mmap
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile
import weakref

import numpy as np

try:
    import gymnasium
except ImportError:
    gymnasium = None

__all__ = ["Env", "VectorEnv", "AutoresetMode", "ServerError"]

_MAGIC, _VERSION = b"COLONSIM", 1
_HELLO, _STEP, _RESET, _RENDER, _CLOSE = range(1, 6)
_VIOLATIONS = np.array([None, "joint limit", "table touch", "self contact"], object)  # by the number of a sim.Cause


class ServerError(RuntimeError):
    """The server died, does not answer, or is of another version. Make a new environment."""


if gymnasium is not None and hasattr(gymnasium.vector, "AutoresetMode"):
    AutoresetMode = gymnasium.vector.AutoresetMode
else:

    class AutoresetMode(enum.Enum):
        """What happens at the end of an episode."""

        NEXT_STEP = "NextStep"
        SAME_STEP = "SameStep"
        DISABLED = "Disabled"


def _generator(seed=None):
    """Returns a generator and its seed, as Gymnasium makes them."""
    sequence = np.random.SeedSequence(seed)
    return np.random.Generator(np.random.PCG64(sequence)), sequence.entropy


class _Space:
    """What a learner asks of a space; Gymnasium has the full classes."""

    def __init__(self, shape, dtype):
        self.shape, self.dtype, self.np_random = shape, None if dtype is None else np.dtype(dtype), None
        self.seed()

    def seed(self, seed=None):
        self.np_random, seed = _generator(seed)
        return seed

    def __contains__(self, x):
        return self.contains(x)

    def __eq__(self, other):
        return type(self) is type(other) and repr(self) == repr(other)


class _Box(_Space):
    def __init__(self, low, high, shape, dtype):
        super().__init__(tuple(shape), dtype)
        self.low, self.high = np.full(shape, low, dtype), np.full(shape, high, dtype)

    def sample(self):
        if self.dtype.kind == "f":  # unbounded
            return self.np_random.normal(size=self.shape).astype(self.dtype)
        return self.np_random.integers(self.low, self.high, dtype=self.dtype, endpoint=True)

    def contains(self, x):
        return (
            isinstance(x, np.ndarray)
            and np.can_cast(x.dtype, self.dtype)
            and x.shape == self.shape
            and bool(np.all(x >= self.low) and np.all(x <= self.high))
        )

    def __repr__(self):
        return f"Box({self.low.flat[0]}, {self.high.flat[0]}, {self.shape}, {self.dtype})"


class _MultiDiscrete(_Space):
    def __init__(self, nvec):
        self.nvec = np.array(nvec, np.int64)
        super().__init__(self.nvec.shape, np.int64)

    def sample(self):
        return self.np_random.integers(self.nvec, dtype=np.int64)

    def contains(self, x):
        x = np.asarray(x)
        return x.shape == self.shape and x.dtype.kind in "iu" and bool(np.all(x >= 0) and np.all(x < self.nvec))

    def __repr__(self):
        return f"MultiDiscrete({self.nvec})"


class _Dict(_Space, collections.abc.Mapping):
    def __init__(self, spaces):
        self.spaces = spaces
        super().__init__(None, None)

    def seed(self, seed=None):
        return {key: space.seed(seed) for key, space in self.spaces.items()}

    def sample(self):
        return {key: space.sample() for key, space in self.spaces.items()}

    def contains(self, x):
        return isinstance(x, dict) and x.keys() == self.spaces.keys() and all(x[k] in self.spaces[k] for k in x)

    def __getitem__(self, key):
        return self.spaces[key]

    def __iter__(self):
        return iter(self.spaces)

    def __len__(self):
        return len(self.spaces)

    def __repr__(self):
        return f"Dict({self.spaces})"


class _Base:
    """What Gymnasium's Env and VectorEnv have in common, for where they are not."""

    spec = None
    unwrapped = property(lambda self: self)


if gymnasium is not None:
    _Box, _MultiDiscrete, _Dict = gymnasium.spaces.Box, gymnasium.spaces.MultiDiscrete, gymnasium.spaces.Dict
_EnvBase = gymnasium.Env if gymnasium is not None else _Base
_VectorBase = gymnasium.vector.VectorEnv if gymnasium is not None else _Base


def _find_server(given):
    """Returns the path of simserve."""
    beside = pathlib.Path(__file__).resolve().parents[2] / "bin" / "simserve"
    for path in (given, os.environ.get("COLONNADE_SIMSERVE"), beside if beside.exists() else None):
        if path:
            return os.fspath(path)
    path = shutil.which("simserve")
    if path is None:
        raise FileNotFoundError(
            "there is no simserve: run make in the repository, or say where it is in COLONNADE_SIMSERVE"
        )
    return path


class _Server:
    """A simserve process, the control channel to it and the memory shared with it."""

    def __init__(self, path, timeout, arguments):
        command = [_find_server(path), *arguments]
        self._pid, self._number, self._timeout, self._reply = os.getpid(), 0, timeout, bytearray(256)
        self._log = tempfile.TemporaryFile()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._process = subprocess.Popen(
                [*command, "-socket-fd", str(theirs.fileno())], pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._log,
                start_new_session=True,  # a Ctrl-C is for the learner
            )
        except OSError:
            self._socket.close()
            self._log.close()
            raise
        finally:
            theirs.close()
        self._finalizer = weakref.finalize(self, _end, self._pid, self._socket, self._process, self._log)
        patience = struct.pack("ll", int(timeout), int(timeout % 1 * 1e6))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)
        number = self._send(_HELLO, int.from_bytes(_MAGIC, "little"), _VERSION)
        try:
            reply, descriptors, _, _ = socket.recv_fds(self._socket, len(self._reply), 1)
        except (BlockingIOError, ConnectionError) as error:
            raise self._lost(error) from None
        try:
            if len(reply) != len(self._reply):
                raise self._lost(None)
            self._reply[:] = reply
            self._read(number, ServerError)
            self._map(*descriptors)
        except BaseException:
            self.close()
            raise
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _map(self, descriptor):
        memory = mmap.mmap(descriptor, 0)
        header = struct.unpack_from("<8s12I", memory)
        magic, version, n, h, w, c, q, factors, choices, buffers, _, picture, self.episode_steps = header
        if (magic, version) != (_MAGIC, _VERSION):
            raise ServerError(f"the memory is of version {version}, this client of {_VERSION}: take both of one revision")
        at = struct.unpack_from("<15Q", memory, 64)

        def array(dtype, offset, *shape):
            return np.frombuffer(memory, dtype, int(np.prod(shape)), offset).reshape(shape)

        def observations(pixels, proprioception):
            return array(np.uint8, pixels, n, h, w, c), array(np.float32, proprioception, n, q)

        self.pixels_shape, self.proprioception, self.nvec = (h, w, c), q, [choices] * factors
        self.actions, self.seeds = array(np.int64, at[0], n, factors), array(np.uint64, at[1], n)
        self.mask, self.picture = array(np.uint8, at[2], n), array(np.uint8, at[3], picture, picture, 3)
        # Per buffer: observations, rewards, terminations, truncations, violations, final observations.
        self.steps = []
        for first in range(at[4], at[4] + buffers * at[5], at[5]):
            self.steps.append((
                observations(first + at[6], first + at[7]),
                array(np.float64, first + at[8], n), array(np.bool_, first + at[9], n),
                array(np.bool_, first + at[10], n), array(np.uint8, first + at[11], n),
                observations(first + at[12], first + at[13]) if at[12] else None,
            ))

    def call(self, operation, argument=0):
        """Makes a request, waits until it is done, and returns the buffer that it filled."""
        number = self._send(operation, argument, 0)
        answered = 0
        while answered != number:  # an earlier call may have been interrupted
            try:
                size = self._socket.recv_into(self._reply, 256, socket.MSG_WAITALL)
            except (BlockingIOError, ConnectionError) as error:
                raise self._lost(error) from None
            if size != 256:
                raise self._lost(None)
            answered, buffer = struct.unpack_from("<II", self._reply, 4)
        self._read(number)
        return buffer

    def _send(self, operation, a, b):
        if os.getpid() != self._pid:
            raise ServerError("the environment belongs to the process that this one was forked from: make it here")
        if not self._finalizer.alive:
            raise ServerError("the environment is closed")
        self._number = self._number % 0xFFFFFFFF + 1
        try:
            self._socket.sendall(struct.pack("<IIQQQ", operation, self._number, a, b, 0))
        except ConnectionError as error:
            raise self._lost(error) from None
        return self._number

    def _read(self, number, refused=ValueError):
        status, answered = struct.unpack_from("<II", self._reply)
        if status:
            raise refused(self._reply[16:].rstrip(b"\0").decode("utf-8", "replace"))
        if answered != number:
            raise ServerError(f"the server answers request {answered}, not {number}: it is no simserve")

    def _lost(self, error):
        """Returns the exception for a server that is gone or silent, and closes."""
        if isinstance(error, BlockingIOError):
            what = f"simserve has not answered for {self._timeout:g} s"
        else:
            try:
                what = f"simserve ended with exit code {self._process.wait(5)}"
            except subprocess.TimeoutExpired:
                what = "simserve closed its control channel"
        self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, self._log.tell() - 4000))
        said = self._log.read().decode("utf-8", "replace").strip()
        self.close()
        return ServerError(f"{what}: {said}" if said else what)

    def close(self):
        self._finalizer()


def _end(pid, control, process, log):
    """Closes the control channel, which ends the server, and waits for that."""
    control.close()
    log.close()
    if os.getpid() != pid:
        return  # a fork's copy
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _seed_of(seed):
    """Returns a seed as an int, None as it is."""
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**64:
        raise ValueError(f"a seed is a whole number from 0 to 2**64 - 1, not {seed!r}")
    return int(seed)


class _Arms:
    """N environments of one server."""

    def _start(self, envs, autoreset, buffers, threads, task, domain, target_every, proprioception, pixels,
               render_mode, render_size, server, timeout):
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise ValueError(f"render_mode is {render_mode!r}, want one of {self.metadata['render_modes']} or None")
        self.render_mode, self._count = render_mode, envs
        self._generators, self._seeds = [None] * envs, [None] * envs
        self._drawn = np.zeros(envs, np.bool_)  # the server has a seed that no episode has used
        self._server = _Server(server, timeout, [
            "-task", str(task), "-domain", os.fspath(domain), "-target-every", str(target_every),
            "-pixels", str(pixels), "-envs", str(envs), "-threads", str(threads), "-buffers", str(buffers),
            "-picture", str(render_size), "-autoreset", autoreset.name.lower().replace("_", "-"),
        ])
        self._choose = (lambda o: {"pixels": o[0], "proprioception": o[1]}) if proprioception else (lambda o: o[0])
        self._buffers = [(self._choose(s[0]), *s[1:5], s[5] and self._choose(s[5])) for s in self._server.steps]

    def _observation_space(self, *batch):
        one = self._server
        pixels = _Box(0, 255, (*batch, *one.pixels_shape), np.uint8)
        if not isinstance(self._buffers[0][0], dict):
            return pixels
        proprioception = _Box(-np.inf, np.inf, (*batch, one.proprioception), np.float32)
        return _Dict({"pixels": pixels, "proprioception": proprioception})

    def _begin(self, chosen, seeds):
        """Resets the chosen environments; seeds has one or None for each environment. Returns the buffer filled."""
        self._server.mask[:] = 0
        for i in chosen:
            if seeds[i] is not None:
                self._generators[i], self._seeds[i] = _generator(seeds[i])
                self._server.seeds[i] = seeds[i]
            elif not self._drawn[i]:
                self._draw(i)
            self._server.mask[i] = 1 if seeds[i] is None else 2
        buffer = self._buffers[self._server.call(_RESET)]
        self._drawn[chosen] = False
        return buffer

    def _draw(self, i):
        """Draws the seed of environment i's next episode."""
        self._server.seeds[i] = self._generator(i).integers(2**64, dtype=np.uint64)
        self._drawn[i] = True

    def _generator(self, i):
        if self._generators[i] is None:
            self._generators[i], self._seeds[i] = _generator()
        return self._generators[i]

    def _act(self, actions):
        shape = self._server.actions.shape
        if np.shape(actions) != shape:
            raise ValueError(f"actions have the shape {np.shape(actions)}, want {shape}")
        np.copyto(self._server.actions, actions, casting="same_kind")
        return self._buffers[self._server.call(_STEP)]

    def _picture(self, i):
        self._server.call(_RENDER, i)
        return self._server.picture.copy()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
        return False

    def close(self, **_):
        """Ends the server. Arrays that were returned stay as they are."""
        if hasattr(self, "_server"):
            self._server.close()


def _copy(observations):
    if isinstance(observations, dict):
        return {key: array.copy() for key, array in observations.items()}
    return observations.copy()


def _part(observations, i):
    if isinstance(observations, dict):
        return {key: array[i] for key, array in observations.items()}
    return observations[i]


class Env(_Arms, _EnvBase):
    """One environment.

    task is "reach" or "conveyor", domain a name or a file, target_every the number of episodes between two target
    positions, pixels the side of an observation, render_size that of what render returns.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}

    def __init__(self, task="reach", domain="sim", target_every=1, proprioception=False, pixels=64,
                 render_mode="rgb_array", render_size=512, server=None, timeout=60):
        self._start(1, AutoresetMode.DISABLED, 2, 1, task, domain, target_every, proprioception, pixels,
                    render_mode, render_size, server, timeout)
        self.observation_space, self.action_space = self._observation_space(), _MultiDiscrete(self._server.nvec)

    def reset(self, *, seed=None, options=None):
        """Begins an episode: returns its first observation and {}. There are no options."""
        if options:
            raise ValueError(f"there is no option {sorted(options)[0]!r}: an Env has none")
        buffer = self._begin([0], [_seed_of(seed)])
        return _copy(_part(buffer[0], 0)), {}

    def step(self, action):
        """Moves the arm for 100 ms: returns observation, reward, terminated, truncated, info."""
        observation, reward, terminated, truncated, violation, _ = self._act(np.asarray(action)[None])
        info = {"violation": _VIOLATIONS[violation[0]]} if violation[0] else {}
        return _copy(_part(observation, 0)), float(reward[0]), bool(terminated[0]), bool(truncated[0]), info

    def render(self):
        """Returns the scene as it is, uint8 (render_size, render_size, 3); None if render_mode is None."""
        return None if self.render_mode is None else self._picture(0)

    @property
    def np_random(self):
        """The generator that the seeds of episodes come from."""
        return self._generator(0)

    @np_random.setter
    def np_random(self, generator):
        self._generators[0], self._seeds[0] = generator, -1

    _np_random = np_random

    @property
    def np_random_seed(self):
        """The seed of np_random; -1 if that was set."""
        return self.np_random and self._seeds[0]


class VectorEnv(_Arms, _VectorBase):
    """N environments that one server steps with some threads; 0: one for each CPU.

    The other arguments are as for Env. How long observations are valid, and what happens at the end of an episode,
    stands at the top of this file.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}
    closed = False

    def __init__(self, num_envs=1, task="reach", domain="sim", target_every=1, proprioception=False, pixels=64,
                 threads=0, autoreset_mode=AutoresetMode.NEXT_STEP, buffers=2, copy=False,
                 render_mode="rgb_array", render_size=512, server=None, timeout=60):
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.num_envs, self.copy = num_envs, copy
        self.metadata = {**type(self).metadata, "autoreset_mode": self.autoreset_mode}
        self._start(num_envs, self.autoreset_mode, buffers, threads, task, domain, target_every, proprioception, pixels,
                    render_mode, render_size, server, timeout)
        self.single_observation_space = self._observation_space()
        self.observation_space = self._observation_space(num_envs)
        self.single_action_space = _MultiDiscrete(self._server.nvec)
        self.action_space = _Box(0, self._server.nvec[0] - 1, self._server.actions.shape, np.int64)
        self._ended = np.zeros(num_envs, np.bool_)

    def reset(self, *, seed=None, options=None):
        """Begins episodes in all environments, or in those of options["reset_mask"]: returns observations and {}.

        seed is one for environment 0, the next ones for the others; or a list with a seed or None for each.
        """
        options = dict(options or {})
        mask = options.pop("reset_mask", None)
        if options:
            raise ValueError(f"there is no option {sorted(options)[0]!r}, only reset_mask")
        if mask is None:
            mask = np.ones(self.num_envs, np.bool_)
        elif getattr(mask, "dtype", None) != np.bool_ or mask.shape != (self.num_envs,) or not mask.any():
            raise ValueError(f"reset_mask is a numpy array of {self.num_envs} bools, at least one of them True")
        if seed is None:
            seed = [None] * self.num_envs
        elif isinstance(seed, (int, np.integer)):
            seed = [_seed_of(seed) + i for i in range(self.num_envs)]
        if len(seed) != self.num_envs:
            raise ValueError(f"there are {len(seed)} seeds for {self.num_envs} environments")
        buffer = self._begin(np.flatnonzero(mask), [_seed_of(s) for s in seed])
        self._next_episodes(mask)
        self._ended[mask] = False
        return (_copy(buffer[0]) if self.copy else buffer[0]), {}

    def step(self, actions):
        """Steps all environments: returns observations, rewards, terminations, truncations, infos."""
        observations, rewards, terminations, truncations, violations, final = self._act(actions)
        ended = terminations | truncations
        infos = {}
        if violations.any():
            infos = {"violation": _VIOLATIONS[violations], "_violation": violations != 0}
        begun = self._ended if self.autoreset_mode is AutoresetMode.NEXT_STEP else ended
        if self.autoreset_mode is AutoresetMode.SAME_STEP and ended.any():
            last = np.full(self.num_envs, None, object)
            for i in np.flatnonzero(ended):
                last[i] = _copy(_part(final, i)) if self.copy else _part(final, i)
            infos = {"final_obs": last, "_final_obs": ended, "final_info": infos, "_final_info": ended.copy()}
        self._next_episodes(begun)
        self._ended = ended.copy()
        if self.copy:
            observations = _copy(observations)
        return observations, rewards.copy(), terminations.copy(), truncations.copy(), infos

    def _next_episodes(self, begun):
        """Draws the seeds of the episodes after those that have begun, as the server may need them in any step."""
        if self.autoreset_mode is not AutoresetMode.DISABLED:
            for i in np.flatnonzero(begun):
                self._draw(i)

    def render(self):
        """Returns the scene of each environment as Env.render does, in a tuple."""
        return None if self.render_mode is None else tuple(self._picture(i) for i in range(self.num_envs))

    def close(self, **_):
        """Ends the server. Arrays that were returned stay as they are."""
        super().close()
        self.closed = True

    @property
    def np_random(self):
        """The generators that the seeds of episodes come from, one for each environment."""
        return tuple(self._generator(i) for i in range(self.num_envs))

    @property
    def np_random_seed(self):
        """The seeds of np_random."""
        return self.np_random and tuple(self._seeds)


if gymnasium is not None:
    for _name in ("Reach", "Conveyor"):
        gymnasium.register(
            id=f"Colonnade/{_name}-v0", kwargs={"task": _name.lower()},
            entry_point=f"{__name__}:Env", vector_entry_point=f"{__name__}:VectorEnv",
        )
