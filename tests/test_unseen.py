"""Names and starts that raise no audit event are seen all the same, and nothing is left behind."""

import _posixsubprocess
import multiprocessing
import socket
from typing import Any

import pytest

from scanner.unseen import is_literal, overseen


class Refusal(Exception):
    """What a test refuses with."""


def refuse(what: object) -> None:
    """Refuse everything that is asked about."""
    raise Refusal(what)


def attempt(method: str, *given: Any, family: int = socket.AF_INET) -> None:
    """Call a method of a fresh socket, under an oversight that refuses everything."""
    with overseen(refuse, refuse), socket.socket(family, socket.SOCK_DGRAM) as sock:
        getattr(sock, method)(*given)


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("connect", (("a.example", 9),)),
        ("connect", ((b"a.example", 9),)),
        ("connect", ((bytearray(b"a.example"), 9),)),
        ("connect_ex", (("a.example", 9),)),
        ("connect", (("a:b", 9),)),
        ("sendto", (b"x", ("a.example", 9))),
        ("sendto", (b"x", 0, ("a.example", 9))),
        ("sendmsg", ([b"x"], [], 0, ("a.example", 9))),
    ],
)
def test_a_name_is_seen_before_it_is_resolved(method: str, given: tuple[Any, ...]) -> None:
    """In every place where a socket takes an address, text or bytes."""
    with pytest.raises(Refusal, match="a"):
        attempt(method, *given)


@pytest.mark.parametrize("address", [("127.0.0.1", 9), (b"127.0.0.1", 9), ("127.1", 9), ("", 9)])
def test_what_needs_no_resolver_passes(address: tuple[Any, int]) -> None:
    """Whether it may be reached is for the guard to say, and the kernel reads numbers itself."""
    attempt("connect", address)


def test_an_ipv6_address_passes() -> None:
    """With its colons it is no name."""
    attempt("connect_ex", ("::1", 9, 0, 0), family=socket.AF_INET6)


@pytest.mark.parametrize("given", [(), (7,), ((),), ((7, 9),)])
def test_what_is_no_address_is_left_to_the_socket(given: tuple[Any, ...]) -> None:
    """Its own error says what is wrong."""
    with pytest.raises((TypeError, AttributeError)):
        attempt("connect", *given)


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_process_of_multiprocessing_is_seen(method: str) -> None:
    """It starts a fresh interpreter, in which no hook is."""
    context: Any = multiprocessing.get_context(method)
    with overseen(refuse, refuse), pytest.raises(Refusal, match="multiprocessing"):
        context.Process(target=print).start()


def test_nothing_is_left_behind() -> None:
    """Sockets and starts are as they were, also when blocks stand in each other."""
    before = dict(vars(socket.socket)), _posixsubprocess.fork_exec
    with overseen(refuse, refuse):
        with overseen(print, print):
            pass
        with pytest.raises(Refusal), socket.socket() as sock:
            sock.connect(("a.example", 9))
    assert (dict(vars(socket.socket)), _posixsubprocess.fork_exec) == before


@pytest.mark.parametrize(
    ("host", "literal"),
    [(None, True), ("", True), ("192.0.2.1", True), (b"::1", True), ("a", False), (7, False)],
)
def test_what_a_literal_is(host: object, literal: bool) -> None:  # noqa: FBT001 - a value of the table
    """An address in its usual spelling, or the wildcard."""
    assert is_literal(host) is literal
