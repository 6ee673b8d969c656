"""A fake in a thread of its own, for tests whose client blocks."""

from collections.abc import Iterator
from contextlib import contextmanager
from ssl import SSLContext

from anyio.from_thread import start_blocking_portal

from scanner.demo.listen import Serve, listening


@contextmanager
def running(serve: Serve, *, tls: SSLContext | None = None) -> Iterator[tuple[str, int]]:
    """Serve for the length of a block; give address and port."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(listening(serve, tls=tls)) as address,
    ):
        yield address
