"""Two ways out that raise no audit event in time, closed in Python while a guard watches.

A name that is handed to a socket is resolved, and so told to a name server, before the event of
its connect; and `multiprocessing` starts a fresh interpreter by a function that raises none.
"""

import _posixsubprocess
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from typing import Any, TypeAlias

#: Where the address stands among the arguments of a socket's methods.
_ADDRESSED: Mapping[str, slice] = {
    "connect": slice(0, 1),
    "connect_ex": slice(0, 1),
    "sendto": slice(-1, None),
    "sendmsg": slice(3, 4),
}

#: What no resolver is asked about: digits and dots are read as a number, whatever they mean.
_NUMERIC = re.compile(r"[0-9.]*")

#: Is handed what somebody wants to have resolved, or a word for what he wants to start; raises.
Refuse: TypeAlias = Callable[[object], None]


@contextmanager
def overseen(resolves: Refuse, starts: Refuse) -> Iterator[None]:
    """Hand every name and every such start to those who may refuse it, until the block ends."""
    with ExitStack() as undo:
        for name, where in _ADDRESSED.items():
            _replace(undo, socket.socket, name, _looking(name, where, resolves))
        _replace(undo, _posixsubprocess, "fork_exec", _refusing(starts))
        yield


def is_literal(host: object) -> bool:
    """Tell whether no resolver need be asked for a host: an address, or the wildcard."""
    if isinstance(host, bytes | bytearray):
        host = host.decode("ascii", "replace")
    if host is None or host == "":  # the wildcard, as a server binds it
        return True
    try:
        return isinstance(host, str) and ip_address(host) is not None
    except ValueError:
        return False


def _looking(name: str, where: slice, resolves: Refuse) -> Callable[..., object]:
    plain, numeric = getattr(socket.socket, name), _NUMERIC.fullmatch

    def method(self: socket.socket, *given: Any) -> object:
        for address in given[where]:
            if isinstance(address, tuple) and address:
                host = address[0]
                # The sweep's connects, by the hundred thousand, end here.
                if (type(host) is not str or not numeric(host)) and _is_name(host):
                    resolves(host)
        return plain(self, *given)

    return method


def _is_name(host: object) -> bool:
    return isinstance(host, str | bytes | bytearray) and not is_literal(host)


def _refusing(starts: Refuse) -> Callable[..., object]:
    plain = _posixsubprocess.fork_exec

    def fork_exec(*given: Any) -> object:
        starts("multiprocessing")
        return plain(*given)

    return fork_exec


def _replace(undo: ExitStack, owner: Any, name: str, value: object) -> None:
    """Replace an attribute, and have it as it was afterwards: absent, if it was inherited."""
    if name in vars(owner):
        undo.callback(setattr, owner, name, vars(owner)[name])
    else:
        undo.callback(delattr, owner, name)
    setattr(owner, name, value)
