"""How many entries the pages of web servers list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, listing

NGINX = (
    b"<html>\r\n<head><title>Index of /</title></head>\r\n<body>\r\n<h1>Index of /</h1><hr><pre>"
    b'<a href="../">../</a>\r\n<a href="sub/">sub/</a>   22-Nov-2026 21:33   -\r\n'
    b'<a href="a.txt">a.txt</a>   22-Nov-2026 21:33   6\r\n</pre><hr></body>\r\n</html>'
)
TOMCAT = b"<h1>Directory Listing For [/]</h1><a href='a.txt'>a</a>"
WSGIDAV = b'<h1>\n  <img alt="x" src="/logo.png">\n  Index of /\n </h1><a class="" href="./a">a</a>'


@pytest.mark.parametrize(
    ("title", "body", "count"),
    [
        ("Index of /", NGINX, 2),
        ("Directory Listing For [/]", TOMCAT, 1),
        ("WsgiDAV - Index of /", WSGIDAV, 1),
        ("Index of /", b"<h2>Index of /</h2>", 0),
        ("Index of /", b'<h1>Index of /</h1><a href="a">a</a><a href="a">again</a>', 1),
        ("Index of /", b'<h1>Index of /</h1><a href="?C=N">N</a><a href="https://x/">x</a>', 0),
    ],
    ids=range(6),
)
def test_entries_are_counted(title: str, body: bytes, count: int) -> None:
    """Not the way up, not the order of the columns, not other sites; each once."""
    assert listing.entries(title, body) == count


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Index of /", b"<p>Index of /</p>"),
        ("Index of /pub", b"<h1>Index of /pub</h1>"),
        ("Index of /", b"<h1>Welcome</h1>"),
        ("", NGINX),
    ],
)
def test_a_page_that_is_no_list_is_garbled(title: str, body: bytes) -> None:
    """Title and heading have to say the same, of the root."""
    with pytest.raises(Garbled):
        listing.entries(title, body)


@pytest.mark.parametrize(
    ("title", "counted"),
    [
        pytest.param("Index of /faxes/recvd", 1, id="Apache"),
        pytest.param("Index of /faxes/recvd/", 1, id="nginx"),
        pytest.param("Directory listing for /faxes/recvd/", 1, id="Python"),
    ],
)
def test_a_folder_below_the_root_is_named_in_full(title: str, counted: int) -> None:
    """With the slash at its end or without, and never the way up."""
    body = f'<h1>{title}</h1><a href="/faxes/">up</a><a href="2026/">2026</a>'.encode()

    assert listing.entries(title, body, "/faxes/recvd/") == counted


@pytest.mark.parametrize("folder", ["/", "/faxes/", "/faxes/sent/"])
def test_the_list_of_another_folder_is_garbled(folder: str) -> None:
    """Whoever is sent elsewhere is not shown what was asked for."""
    body = b"<h1>Index of /faxes/recvd</h1>"
    with pytest.raises(Garbled):
        listing.entries("Index of /faxes/recvd", body, folder)


@given(
    title=st.sampled_from([name.format("/") for name in listing.NAMES]) | st.text(max_size=20),
    body=st.binary(max_size=200)
    | st.lists(st.sampled_from([b"<a ", b"<h1>", NGINX])).map(b"".join),
)
def test_whatever_comes_is_counted_or_garbled(title: str, body: bytes) -> None:
    """Never another exception, and never more entries than links."""
    try:
        assert 0 <= listing.entries(title, body) <= body.count(b"<a")
    except Garbled:
        return
