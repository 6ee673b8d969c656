"""What is read of WebDAV's XML, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, dav
from scanner.wire.dav import Folder

FOUND = (
    b'<a:response xmlns:a="DAV:"><a:propstat><a:prop><a:resourcetype><a:collection/>'
    b"</a:resourcetype>%s</a:prop><a:status>HTTP/1.1 200 OK</a:status></a:propstat></a:response>"
)
WITHOUT = FOUND % b""
USED = FOUND % b"<a:quota-used-bytes>512</a:quota-used-bytes>"


def multistatus(*responses: bytes) -> bytes:
    """Give the document that answers a PROPFIND."""
    return b'<a:multistatus xmlns:a="DAV:">' + b"".join(responses) + b"</a:multistatus>"


@pytest.mark.parametrize(
    ("response", "used"),
    [
        (WITHOUT, None),
        (USED, 512),
        (FOUND % b"<a:quota-used-bytes>much</a:quota-used-bytes>", None),
        (FOUND % b"<a:quota-used-bytes/>", None),
    ],
)
def test_a_folder_tells_what_it_holds_where_it_knows(response: bytes, used: int | None) -> None:
    """A quota is detail: one that is no number is none."""
    assert dav.folder(multistatus(response)) == Folder(used)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><title>Index of /</title></html>",
        b"<multistatus><response/></multistatus>",
        multistatus(),
        multistatus(WITHOUT, WITHOUT),
        multistatus(WITHOUT.replace(b"collection", b"file")),
        multistatus(WITHOUT.replace(b"200 OK", b"404 Not Found")),
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + multistatus(WITHOUT),
        multistatus(FOUND % (b"<a:x/>" * 2_000)),
    ],
    ids=range(9),
)
def test_another_document_is_garbled(body: bytes) -> None:
    """No folder, more than one, one that was not found, entities, too many properties."""
    with pytest.raises(Garbled):
        dav.folder(body)


def test_more_elements_than_there_may_be_are_refused_before_they_are_read() -> None:
    """One inside the other, which is no XML either: nothing of it is built."""
    with pytest.raises(Garbled, match="more than 2000 elements"):
        dav.folder(b"<li>" * 200_000)


@given(st.binary(max_size=300) | st.builds(USED.replace, st.binary(max_size=4), st.binary()))
def test_whatever_comes_is_a_folder_or_garbled(body: bytes) -> None:
    """Never another exception."""
    try:
        assert isinstance(dav.folder(multistatus(body)), Folder)
    except Garbled:
        return
