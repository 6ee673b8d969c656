"""`python -m scanner.demo`: run the estate until standard input closes, then report.

The scan runs in another process than the servers, so that its guard, its limits and its memory
are those of a real round.
"""

import os
import signal
import sys

import anyio
import msgspec

from scanner.demo.estate import estate
from scanner.demo.placed import Placements

#: Seconds; whatever becomes of the parent, the estate does not outlive this.
MAX_LIFETIME = 600.0


async def run(lifetime: float = MAX_LIFETIME) -> None:
    """Print the placements, serve for at most `lifetime` seconds, and print the report."""
    async with estate() as running:
        _print(Placements(running.services))
        with anyio.move_on_after(lifetime):
            await _told_to_stop()
        _print(running.report())


async def _told_to_stop() -> None:
    """Wait for the end of standard input or a signal, whichever is first."""
    async with anyio.create_task_group() as tasks:

        async def until_signal() -> None:
            with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
                async for _ in signals:
                    tasks.cancel_scope.cancel()

        tasks.start_soon(until_signal)
        await _input_closed()
        tasks.cancel_scope.cancel()


async def _input_closed() -> None:
    """Wait until whoever started us lets go of our standard input."""
    descriptor = sys.stdin.fileno()
    try:
        while True:
            await anyio.wait_readable(descriptor)
            if not os.read(descriptor, 4096):
                return
    except PermissionError:  # a plain file or /dev/null cannot be waited for: it is at its end
        return


def _print(line: msgspec.Struct) -> None:
    sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    anyio.run(run)
