"""Makes the scanner's packets known from others' and its TLS readable, from below its own code.

An interpreter that finds this file on its path runs it before anything else. Each of its sockets
then carries a mark in every packet (`LAB_MARK`, for the IP header's type of service), and
each TLS handshake notes its secrets (`LAB_KEYS`), as browsers do for whoever debugs them.
"""

import os
import socket
import ssl
import sys

_MARK, _KEYS = int(os.environ["LAB_MARK"]), os.environ["LAB_KEYS"]
_CONNECTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})

_made = ssl.SSLContext.__new__


def _mark(event: str, arguments: tuple[object, ...]) -> None:
    one = arguments[0] if event in _CONNECTS else None
    if isinstance(one, socket.socket) and one.family == socket.AF_INET:
        one.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, _MARK)


def _noting(kind: type[ssl.SSLContext], *how: int) -> ssl.SSLContext:
    context = _made(kind, *how)
    context.keylog_filename = _KEYS
    return context


sys.addaudithook(_mark)
ssl.SSLContext.__new__ = _noting  # type: ignore[method-assign,assignment]  # nothing lies below it
