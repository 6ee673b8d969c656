"""HTTP servers that attack their client, each a few bytes long."""

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from scanner.demo.decoys import ENDLESS_BODY, ENDLESS_HEADERS
from scanner.demo.listen import Serve
from tests.fakes.scripted import Drips, Repeats, Says

_OK = b"HTTP/1.1 200 OK\r\n"
_JSON = _OK + b"content-type: application/json\r\n"


def page(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """Write one whole response with a true length."""
    lines = [b"HTTP/1.1 " + status, *headers, b"content-length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@dataclass(frozen=True)
class _Zeros:
    """A gzip stream of zeros: each part may be repeated, since it ends in a full flush."""

    first: bytes
    again: bytes

    @classmethod
    def compressed(cls) -> "_Zeros":
        deflate = zlib.compressobj(wbits=31)
        return cls(
            *(deflate.compress(bytes(1 << 20)) + deflate.flush(zlib.Z_FULL_FLUSH) for _ in "12")
        )


_zeros = _Zeros.compressed()

endless_headers = Repeats(*ENDLESS_HEADERS)
endless_body = Repeats(*ENDLESS_BODY)
endless_body_until_close = Repeats(_JSON + b"\r\n", b"[" * 1024)
endless_header_line = Repeats(_OK + b"x-filler: ", b"a" * 1024)
endless_status_line = Repeats(b"HTTP/1.1 200 ", b"OK" * 512)
endless_chunk_extension = Repeats(_OK + b"transfer-encoding: chunked\r\n\r\n1;", b"a" * 1024)
endless_trailers = Repeats(
    _OK + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", b"x-trailer: a\r\n"
)
endless_continues = Repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n")

#: 100,000 headers that do end.
header_flood = Says(_OK + b"x-a: b\r\n" * 100_000 + b"content-length: 2\r\n\r\n{}")

#: A megabyte of zeros for each kilobyte sent, as long as the client takes it.
gzip_bomb = Repeats(_JSON + b"content-encoding: gzip\r\n\r\n" + _zeros.first, _zeros.again)

#: One kilobyte, of which the gzip stream is cut short.
gzip_cut = Says(page(gzip.compress(bytes(4096))[:-12], b"content-encoding: gzip"))

not_gzip = Says(page(b"this was never compressed", b"content-encoding: gzip"))

redirect_elsewhere = Says(page(b"", b"location: http://192.0.2.1:9200/", status=b"302 Found"))
drip = Drips(page(b"{}"))

#: Says 10,000 bytes and sends 9, then closes, or stays.
short_body = Says(_JSON + b'content-length: 10000\r\n\r\n{"a": 1}\n')
short_body_held = Says(_JSON + b'content-length: 10000\r\n\r\n{"a": 1}\n', holds=True)
long_body = Says(_JSON + b"content-length: 2\r\n\r\n{}{}{}")
two_lengths = Says(_JSON + b"content-length: 2\r\ncontent-length: 9\r\n\r\n{}")
negative_length = Says(_JSON + b"content-length: -1\r\n\r\n{}")
absurd_length = Says(_JSON + b"content-length: 99999999999999999999\r\n\r\n{}", holds=True)
length_and_chunks = Says(
    _JSON + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
)
absurd_chunk = Says(_JSON + b"transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n{}", holds=True)

deep_json = Says(page(b"[" * 100_000 + b"]" * 100_000, b"content-type: application/json"))
nested_beyond_use = Says(page(b'{"a":' * 200 + b"1" + b"}" * 200))
not_json = Says(page(b"{'tagline': You Know, for Search", b"content-type: application/json"))
not_utf8 = Says(page(b'{"name": "\xff\xfe\xed\xa0\x80"}'))

#: What nginx 1.22 answers to plain HTTP on its TLS port.
tls_port_of_nginx = Says(
    page(
        b"<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>"
        b"\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n"
        b"<center>The plain HTTP request was sent to HTTPS port</center>\r\n"
        b"<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n",
        b"server: nginx/1.22.1",
        b"content-type: text/html",
        b"connection: close",
        status=b"400 Bad Request",
    )
)

#: What Go's TLS listener answers to plain HTTP.
tls_port_of_go = Says(
    b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
)

#: Every server here that must cost a client no more than its caps and its deadline.
HOSTILE: Mapping[str, Serve] = {
    "endless headers": endless_headers,
    "endless body": endless_body,
    "endless body until close": endless_body_until_close,
    "endless header line": endless_header_line,
    "endless status line": endless_status_line,
    "endless chunk extension": endless_chunk_extension,
    "endless trailers": endless_trailers,
    "endless continues": endless_continues,
    "header flood": header_flood,
    "gzip bomb": gzip_bomb,
    "gzip cut short": gzip_cut,
    "not gzip": not_gzip,
    "drip": drip,
    "short body": short_body,
    "short body held": short_body_held,
    "two lengths": two_lengths,
    "negative length": negative_length,
    "absurd length": absurd_length,
    "absurd chunk": absurd_chunk,
}
