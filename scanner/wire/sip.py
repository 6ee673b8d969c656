"""SIP: a request for what a server can do, and the response that answers it.

Source: RFC 3261, sections 7 (messages), 11 (OPTIONS) and 20 (headers); RFC 3581 (`rport`); RFC
8866 (the media of a description).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from scanner.wire import Garbled

#: A response to OPTIONS with a description takes about 600 bytes and 15 headers.
MAX_HEADERS = 64

#: What a response may take over TCP, where no datagram ends it.
MAX_RESPONSE = 16 << 10

#: A name that is nobody's [RFC 2606]: over TCP the answer comes back on the same connection.
NOBODY: Final = "ronde.invalid"

#: How every conversation of ours is called: a response must call it so, too.
CALL: Final = "ronde-options"

_ANSWERS: Final = re.compile(r"1 +OPTIONS")
_STATUS = re.compile(r"SIP/2\.0 ([1-6]\d\d) [^\r\n]*")
#: A name is a token [RFC 3261, 25.1]: makers have `X-Real_IP` and more.
_HEADER = re.compile(r"([A-Za-z0-9.!%*_+`'~-]{1,64})[ \t]*:[ \t]*(.*)")
_T38 = re.compile(r"^m=image \d{1,5} udptl t38\b", re.IGNORECASE | re.MULTILINE)
_MEDIA = re.compile(r"^m=", re.MULTILINE)
_START = b"SIP/2.0 "
_LENGTH = re.compile(rb"(?im)^(?:content-length|l)[ \t]*:[ \t]*(\d{1,6})[ \t]*\r?$")

#: The short names of the headers that are looked at [RFC 3261, 7.3.3].
_SHORT = {"i": "call-id", "c": "content-type"}


@dataclass(frozen=True, slots=True)
class Response:
    """A response: its status, its headers in lower case, and which media it describes.

    A header that came several times has its last value.
    """

    status: int
    headers: Mapping[str, str]
    has_media: bool
    has_t38: bool


def options(here: tuple[str, int], there: tuple[str, int]) -> bytes:
    """Ask the server itself what it can do; `Max-Forwards: 0` lets nobody pass the request on."""
    return _request(_hostport(*here), _hostport(*there), "UDP", str(here[1]))


def options_over_tcp() -> bytes:
    """Ask the same where neither end is known: of nobody, so whoever gets it answers himself.

    `Max-Forwards: 0` makes a server answer, or say that it may not pass the request on (RFC 3261,
    16.3); either names it.
    """
    return _request(NOBODY, NOBODY, "TCP", "tcp")


def frame(data: bytes) -> int | None:
    """Give the length of the first response on a stream: its headers, and as much as they say.

    Raises:
        Garbled: no response, none with a length, or one above `MAX_RESPONSE`.
    """
    if not _START.startswith(data[: len(_START)]):
        raise Garbled("expected a response of SIP")
    end = data.find(b"\r\n\r\n", 0, MAX_RESPONSE)
    if end < 0:
        if len(data) >= MAX_RESPONSE:
            raise Garbled(f"headers above {MAX_RESPONSE} bytes")
        return None
    length = _LENGTH.search(data, 0, end + 2)
    if length is None or end + 4 + int(length[1]) > MAX_RESPONSE:
        raise Garbled("a response without a length, or too long")
    size = end + 4 + int(length[1])
    return size if len(data) >= size else None


def _request(source: str, target: str, transport: str, mark: str) -> bytes:
    lines = (
        f"OPTIONS sip:{target} SIP/2.0",
        f"Via: SIP/2.0/{transport} {source};branch=z9hG4bK-ronde-{mark};rport",
        "Max-Forwards: 0",
        f"From: <sip:ronde@{source}>;tag={mark}",
        f"To: <sip:{target}>",
        f"Call-ID: {CALL}-{mark}",
        "CSeq: 1 OPTIONS",
        "Accept: application/sdp",
        "Content-Length: 0",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")


def decode(data: bytes) -> Response:
    """Read the response to our request.

    Raises:
        Garbled: no response, one to another request, or more headers than there may be.
    """
    head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
    first, *rest = head.split("\r\n")
    status = _STATUS.fullmatch(first)
    if status is None or len(rest) > MAX_HEADERS:
        raise Garbled("expected a response of SIP")
    headers = dict(_header(line) for line in rest if line[:1] not in {" ", "\t"})
    answers = _ANSWERS.fullmatch(headers.get("cseq", ""))
    if not answers or not headers.get("call-id", "").startswith(CALL):
        raise Garbled("expected the response to our request")
    described = headers.get("content-type", "").partition(";")[0].strip() == "application/sdp"
    return Response(
        status=int(status[1]),
        headers=headers,
        has_media=described and _MEDIA.search(body) is not None,
        has_t38=described and _T38.search(body) is not None,
    )


def _header(line: str) -> tuple[str, str]:
    found = _HEADER.fullmatch(line)
    if found is None:
        raise Garbled("a header that is none")
    name = found[1].lower()
    return _SHORT.get(name, name), found[2].strip()


def _hostport(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
