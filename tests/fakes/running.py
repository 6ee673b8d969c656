"""A fake in a thread of its own, for tests whose client blocks."""

from collections.abc import Iterator
from contextlib import contextmanager
from ssl import SSLContext

import anyio
from anyio.abc import TaskStatus
from anyio.from_thread import start_blocking_portal

from scanner.demo.listen import Serve, listening


@contextmanager
def running(serve: Serve, *, tls: SSLContext | None = None) -> Iterator[tuple[str, int]]:
    """Serve for the length of a block; give address and port.

    What the block raises passes as it is, and not in a group.
    """

    async def run(*, task_status: TaskStatus[tuple[str, int]]) -> None:
        async with listening(serve, tls=tls) as address:
            task_status.started(address)
            await anyio.sleep_forever()

    with start_blocking_portal() as portal:
        served, address = portal.start_task(run)
        try:
            yield address
        finally:
            served.cancel()
