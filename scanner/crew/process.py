"""A worker's process: how it is started, told to go, and ended."""

import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import anyio
from anyio import to_thread

import scanner
from scanner.crew.channel import Channel
from scanner.model import Refused

#: The only process that a round may start; the guard compares every word.
COMMAND = (sys.executable, "-P", "-m", "scanner.crew.worker")

#: Seconds that a worker has to note down what it broke off, when everything has to stop.
GRACE = 2.0

#: The terminal and the service manager signal every process; the round alone decides what follows.
OURS = frozenset({signal.SIGINT, signal.SIGTERM})


@dataclass(frozen=True, slots=True)
class Process:
    """A worker's process, and our end of the channel to it."""

    channel: Channel
    popen: "subprocess.Popen[bytes]"

    async def dismiss(self) -> str:
        """See to it that the process is gone, whatever it does; tell how it ended.

        It reads our hanging up as an order to break off, and has a moment to write down what.
        """
        with anyio.CancelScope(shield=True):
            self.channel.hang_up()
            with anyio.move_on_after(GRACE):
                while await self.channel.receive() is not None:
                    pass
            code = await to_thread.run_sync(self._reap)
            self.channel.close()
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def _reap(self) -> int:
        try:
            return self.popen.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            return self.popen.wait()


async def start() -> Process:
    """Start a worker; it waits for its orders.

    Raises:
        Refused: the system allows no further process.
    """
    ours, popen = await to_thread.run_sync(_start)
    return Process(Channel(ours), popen)


def _start() -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
    ours, theirs = socket.socketpair()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, OURS)  # a new process inherits it
    try:
        with theirs:
            popen = subprocess.Popen(  # noqa: S603 - our own words
                list(COMMAND), stdin=theirs.fileno(), stdout=subprocess.DEVNULL, env=_environment()
            )
    except OSError as error:
        ours.close()
        raise Refused(f"--workers: no process can be started: {error.strerror}") from error
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return ours, popen


def _environment() -> dict[str, str]:
    """Let a worker import what we have imported, and nothing from the folder where we stand."""
    root = str(Path(scanner.__file__).parents[1])
    return {**os.environ, "PYTHONPATH": os.pathsep.join([root, *filter(None, sys.path)])}
