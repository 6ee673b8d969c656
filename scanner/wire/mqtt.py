"""MQTT: a connection without a user, and how a broker answers it. Nothing else is ever written.

Source: MQTT 3.1.1, sections 3.1 (CONNECT), 3.2 (CONNACK) and 3.14 (DISCONNECT).
"""

from scanner.wire import Garbled

ACCEPTED = 0
BAD_LEVEL = 1
BAD_CLIENT_ID = 2
UNAVAILABLE = 3
BAD_USER = 4
NOT_AUTHORISED = 5

#: How the versions up to 3.1.1 may answer: packet 2, length 2, one flag, one code below 6.
_CONNACK = b"\x20\x02"
#: And version 5 whom it does not speak with: a code, and perhaps a length of properties.
_CONNACK_5 = b"\x20\x03"

LEVEL_3_1_1 = 4
#: No version of the protocol has this level, and none will be for a while.
NO_LEVEL = 99

_CLEAN_SESSION = 2
_KEEP_ALIVE = 10  # seconds
_SIZES = {_CONNACK: 4, _CONNACK_5: 5}


def connect(client: str = "", *, level: int = LEVEL_3_1_1) -> bytes:
    """Ask to be let in: no user, no will, nothing to be kept of us afterwards.

    An empty `client` lets the broker choose a name, which therefore is nobody else's: a client
    whose name is used again is thrown out.
    """
    head = b"\0\4MQTT" + bytes([level, _CLEAN_SESSION]) + _KEEP_ALIVE.to_bytes(2)
    body = head + len(client.encode()).to_bytes(2) + client.encode()
    return b"\x10" + bytes([len(body)]) + body


def disconnect() -> bytes:
    """Say goodbye, so that the broker need not miss us."""
    return b"\xe0\0"


def frame(data: bytes) -> int | None:
    """Give the length of the answer to `connect`.

    Raises:
        Garbled: the bytes cannot become one.
    """
    if not any(head.startswith(data[:2]) for head in _SIZES):
        raise Garbled("no answer to a connection of MQTT")
    if data[2:3] > b"\1":
        raise Garbled("flags that are reserved")
    size = _SIZES.get(data[:2])
    return size if size is not None and len(data) >= size else None


def code(reply: bytes) -> int:
    """Read how a broker answered; the codes of version 5 are above 127.

    Raises:
        Garbled: it is no whole answer.
    """
    if frame(reply) is None:
        raise Garbled("an answer that stops in the middle")
    return reply[3]


def end(data: bytes) -> int | None:
    """Wait for the end of the connection, which is the answer to `disconnect`.

    Raises:
        Garbled: the broker goes on.
    """
    if len(data) > 64:  # noqa: PLR2004 - a PINGRESP or a late DISCONNECT are a few bytes
        raise Garbled("a broker that does not end the connection")
    return None
