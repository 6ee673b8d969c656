"""How the common starter starts, fills and ends a server; Python's own stands in for one."""

import sys
from pathlib import Path

import pytest

from tests.lab.servers.process import NotYet, Program
from tests.lab.servers.standing import Place, listens, page, place, standing


def python_server(at: Place) -> Program:
    """Serve the files of the server's folder over HTTP."""
    where = ("--bind", "127.0.0.1", "--directory", at.home)
    return Program((sys.executable, "-m", "http.server", *where, str(at.port)))


def _fill(at: Place) -> None:
    at.write("fax", "canary")


def test_a_server_is_handed_out_filled_and_is_gone_afterwards() -> None:
    """It answers before it is filled, holds what it was filled with, and leaves nothing behind."""
    with place("files", "open") as at:
        with standing(
            at,
            python_server(at),
            probe="elasticsearch",
            version=lambda: page(at).headers["server"].partition("/")[0],
            fill=lambda: _fill(at),
            state=lambda _: sorted(path.name for path in at.home.iterdir()),
        ) as server:
            assert (server.name, server.version, server.port) == (
                "files-open",
                "SimpleHTTP",
                at.port,
            )
            assert page(at, "/fax").body == b"canary"
            assert server.state(server) == ["fax", "server.log"]
            with pytest.raises(NotYet, match="/none answered 404"):
                page(at, "/none")
        with pytest.raises(OSError, match="refused"):
            listens(at)
    assert not at.home.exists()


def test_a_server_in_tls_has_a_certificate_and_says_so_in_its_name() -> None:
    """The mode tells how it is to be spoken to."""
    with place("files", "locked", tls=True) as at:
        assert (at.name, at.tls) == ("files-locked-tls", True)
        assert at.own is not None
        assert at.own.chain.read_text().startswith("-----BEGIN CERTIFICATE-----")


def test_settings_may_lie_in_folders_of_their_own(tmp_path: Path) -> None:
    """A server's configuration often is a tree."""
    at = Place(product="files", mode="open", home=tmp_path, port=1, own=None)
    assert at.write("conf/a.yml", "a: 1").read_text() == "a: 1"
