"""The two ways to wait for many sockets at once: epoll, and what a platform has instead."""

import select
import selectors
import sys
from typing import Protocol


class Poller(Protocol):
    """Waits for sockets whose connection was begun until they can tell how it went."""

    def watch(self, fd: int) -> None:
        """Wait for this one too."""

    def forget(self, fd: int) -> None:
        """Wait for it no more; called before it is closed."""

    def settled(self, seconds: float, most: int) -> list[int]:
        """Give the descriptors that can tell, waiting at most so long for the first."""

    def close(self) -> None:
        """Give the poller's own descriptor back."""


def best_poller() -> Poller:
    """Choose epoll where there is one."""
    return Epoll() if sys.platform == "linux" else Selector()


if sys.platform == "linux":

    class Epoll:
        """Linux: one system call to add a socket, none to take it out again."""

        def __init__(self) -> None:
            self._epoll = select.epoll()

        def watch(self, fd: int) -> None:
            """Wait for this one too."""
            self._epoll.register(fd, select.EPOLLOUT)

        def forget(self, fd: int) -> None:
            """Do nothing: the kernel takes a descriptor out when it is closed."""

        def settled(self, seconds: float, most: int) -> list[int]:
            """Errors and hang-ups come without being asked for."""
            return [fd for fd, _ in self._epoll.poll(seconds, most)]

        def close(self) -> None:
            """Give the poller's own descriptor back."""
            self._epoll.close()


class Selector:
    """macOS and the BSDs: kqueue or poll behind one interface, somewhat slower."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    def watch(self, fd: int) -> None:
        """Wait for this one too."""
        self._selector.register(fd, selectors.EVENT_WRITE)

    def forget(self, fd: int) -> None:
        """Take it out while its number still means this socket."""
        self._selector.unregister(fd)

    def settled(self, seconds: float, most: int) -> list[int]:
        """A refused connection counts as writable here too."""
        return [key.fd for key, _ in self._selector.select(seconds)[:most]]

    def close(self) -> None:
        """Give the poller's own descriptor back."""
        self._selector.close()
