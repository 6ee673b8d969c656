"""Notifications: sent by apprise to a service on loopback, and only when something changed."""

import gc
import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest

from scanner.model import Asset, Finding, Refused
from tests.exposures import day
from tests.tickets.team import Team, door, worse
from tests.tickets.wire import Wire

#: One of apprise's services imports it; no other than the one that is told concerns us.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

PLANTED = "pl4nted-passw0rd"


@contextmanager
def service(status: int = 200) -> Iterator[tuple[int, list[tuple[str, dict[str, Any]]]]]:
    """Take what apprise sends as JSON; give the port, and each path and message."""
    taken: list[tuple[str, dict[str, Any]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append((self.path, json.loads(body)))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serve = partial(server.serve_forever, poll_interval=0.01)
    thread = Thread(target=serve)
    thread.start()
    try:
        yield server.server_address[1], taken
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def team(folder: Path, url: str, *hosts: str, **table: object) -> Team:
    """Give a team whose service is at a URL."""
    made = {"system": "notify", "service": "env:SERVICE", "hosts": list(hosts), **table}
    return Team(folder, made, Wire(lambda _: pytest.fail("no")), environment={"SERVICE": url})


def owned(number: int, owner: str, contact: str | None = None) -> Finding:
    """Give an open door of an owner."""
    return msgspec.structs.replace(door(number), asset=Asset(owner=owner, contact=contact))


def test_each_owner_gets_one_digest(tmp_path: Path) -> None:
    """Of all that is open, and then of what changed."""
    with service() as (port, taken):
        at = team(tmp_path, f"json://127.0.0.1:{port}/", f"127.0.0.1:{port}")
        at.night(owned(1, "Radiology"), owned(2, "Radiology"), owned(3, "Wards"))
        assert [told.tally.errors for told in at.sync()] == [[]]
        assert sorted(message["title"] for _, message in taken) == [
            "Elasticsearch lists its indices to anyone: 198.18.0.4:9200",
            "Radiology: 2 open doors",
        ]
        taken.clear()
        at.night(worse(owned(1, "Radiology")), owned(2, "Radiology"), owned(3, "Wards"))
        at.sync()

    ((_, message),) = taken
    assert message["message"] == "198.18.0.2:9200: severity: high is now critical."


def test_nothing_is_sent_when_nothing_changed(tmp_path: Path) -> None:
    """Also not for another wording."""
    with service() as (port, taken):
        at = team(tmp_path, f"json://127.0.0.1:{port}/", f"127.0.0.1:{port}")
        at.night(door(1))
        at.sync()
        taken.clear()
        at.night(door(1))
        at.sync()
        at.night(msgspec.structs.replace(door(1), remedy="Restart it."))
        at.sync()

    assert taken == []
    assert at.waiting() == []


def test_what_is_resolved_and_overdue_is_told(tmp_path: Path) -> None:
    """With apprise's own word for how urgent it is."""
    with service() as (port, taken):
        at = team(tmp_path, f"json://127.0.0.1:{port}/", f"127.0.0.1:{port}")
        due = msgspec.structs.replace(door(1), due=day(1))
        at.night(due)
        at.night(due)
        at.night(shut=(due,))
        at.sync()

    assert [message["type"] for _, message in taken] == ["warning", "failure", "success"]


def test_a_message_goes_to_the_owners_contact(tmp_path: Path) -> None:
    """The inventory knows it; who has none that is an address needs a person."""
    with service() as (port, taken):
        url = f"json://127.0.0.1:{port}/to/{{contact}}"
        at = team(tmp_path, url, f"127.0.0.1:{port}")
        at.night(owned(1, "Radiology", "radiology@example.org"), owned(2, "Wards", "room 7?x=y"))
        at.sync()

    assert [path for path, _ in taken] == ["/to/radiology@example.org"]
    (errand,) = at.waiting()
    assert errand.parked
    assert "no mail address" in errand.error


def test_a_service_that_refuses_is_told_again_later(tmp_path: Path) -> None:
    """And the words that apprise logs of it hold no credential."""
    with service(status=500) as (port, _):
        url = f"json://ronde:{PLANTED}@127.0.0.1:{port}/"
        at = team(tmp_path, url, f"127.0.0.1:{port}")
        at.night(door(1))
        (told,) = at.sync()

    assert told.failed
    assert PLANTED not in at.waiting()[0].error
    assert not at.waiting()[0].parked


def test_apprise_reaches_no_other_host_than_was_named(tmp_path: Path) -> None:
    """Whatever a URL, a redirect or a plug-in wants."""
    with service() as (port, taken), service() as (other, _), warnings.catch_warnings():
        # The connection that is vetoed is left to the collector by the library beneath apprise.
        warnings.simplefilter("ignore", ResourceWarning)
        at = team(tmp_path, f"json://127.0.0.1:{port}/", f"127.0.0.1:{other}")
        at.night(door(1))
        (told,) = at.sync()
        gc.collect()

    assert told.failed
    assert "another address" in told.tally.errors[-1]
    assert taken == []
    assert len(at.waiting()) == 1


def test_a_test_message_is_sent(tmp_path: Path) -> None:
    """`ronde tickets test`."""
    with service() as (port, taken):
        at = team(tmp_path, f"json://127.0.0.1:{port}/", f"127.0.0.1:{port}")
        assert at.connected().check("desk") == "it took a test message"

    assert [message["title"] for _, message in taken] == ["ronde"]


@pytest.mark.parametrize(
    ("url", "hosts", "why"),
    [
        (f"bogus://{PLANTED}@x", ["x"], "service: apprise knows no such service"),
        (f"json://u:{PLANTED}@hooks.example/", ["x"], "service: without TLS"),
        (f"mailto://u:{PLANTED}@smtp.example.org", ["x"], "service: without TLS"),
        (f"jsons://u:{PLANTED}@hooks.example/?verify=no", ["x"], "service: a certificate"),
        (f"jsons://u:{PLANTED}@hooks.example/", ["x:99999"], "hosts: write HOST or HOST:PORT"),
        (f"jsons://u:{PLANTED}@hooks.example/", [":25"], "hosts: write HOST or HOST:PORT"),
    ],
)
def test_a_careless_service_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], url: str, hosts: list[str], why: str
) -> None:
    """By its field; its URL, which holds credentials, is repeated by nobody."""
    with pytest.raises(Refused, match=f"tickets.desk.{why}") as refused:
        team(tmp_path, url, *hosts).connected()
    assert PLANTED not in str(refused.value) + "".join(capfd.readouterr())
