"""Rounds that follow each other: what becomes of a finding, and what ends a round early."""

import os
import socket
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

import probes
from scanner.conversation import Limits
from scanner.demo.decoys import Decoy
from scanner.demo.redis import FakeRedis
from scanner.model import Finding, Outcome, Service, Silence, Unknown
from scanner.prepare import Order, prepare
from scanner.probe import FRONT, About, Get, Page
from scanner.rounds import Manner, Outputs, run, utc_now
from scanner.store import hold
from tests.fakes.connections import gone, mute
from tests.fakes.http import page
from tests.fakes.redis import noauth
from tests.fakes.running import running
from tests.fakes.scripted import Says
from tests.fakes.turns import Changing
from tests.ground import Ground, Said, fresh_ground
from tests.histories import rows

ground = fresh_ground

#: Seconds in which anything here happens, on a machine that is busy with other things.
PATIENCE = 30


@pytest.fixture
def door() -> Iterator[tuple[Changing, int]]:
    """A port with an open Redis behind it, until a test puts another server there."""
    changing = Changing(FakeRedis().serve)
    with running(changing.serve) as (_, port):
        yield changing, port


def status(ground: Ground, port: int, *words: str) -> list[str]:
    """Walk a round, and give the statuses that were reported of a port."""
    return [one["status"] for one in ground.scan(*words).on(port)]


def test_a_finding_is_new_then_ongoing_then_resolved_then_reopened(
    ground: Ground, door: tuple[Changing, int]
) -> None:
    """A password resolves it, its removal reopens it, and each is said once."""
    changing, port = door
    ground.permit({"redis": [port]})

    assert status(ground, port) == ["new"]
    assert status(ground, port) == ["ongoing"]
    changing.now = noauth().serve
    assert status(ground, port) == ["unverified"]
    assert status(ground, port) == ["resolved"]
    assert status(ground, port) == []
    changing.now = FakeRedis().serve
    assert status(ground, port) == ["reopened"]


def test_a_clock_that_went_back_is_said_once(ground: Ground) -> None:
    """Until it is set right, no age in the history is true."""
    ground.permit({"redis": [1]})
    first = ground.scan()
    rows(ground.folder / "history.sqlite", "UPDATE round SET started = '2098-01-01 00:00:00'")
    second, third = ground.scan(), ground.scan()

    assert (first.code, second.code, third.code) == (0, 0, 0)
    assert "clock-went-back" in second.err
    assert "the round before began at 2098-01-01 00:00 UTC" in second.err
    assert "clock" not in first.err + third.err


def test_a_closed_port_resolves_a_finding(ground: Ground) -> None:
    """A refused connection is an observation, and the probe has not to be asked."""
    with running(FakeRedis().serve) as (_, port):
        ground.permit({"redis": [port]})
        assert status(ground, port) == ["new"]

    said = ground.scan("--clean-rounds", "1")

    assert [one["status"] for one in said.on(port)] == ["resolved"]
    assert said.code == 0
    shown = ground.run("findings", "--history", "history.sqlite", "--format", "json")
    assert shown.on(port) == []


def test_a_server_that_hangs_up_resolves_nothing(
    ground: Ground, door: tuple[Changing, int]
) -> None:
    """Silence is not safety: the finding is unverified, stays open, and is ongoing later."""
    changing, port = door
    ground.permit({"redis": [port]})
    ground.scan()

    changing.now = gone
    assert status(ground, port) == ["unverified"]
    shown = ground.run("findings", "--history", "history.sqlite", "--format", "json")
    assert [one["status"] for one in shown.on(port)] == ["unverified"]
    changing.now = FakeRedis().serve
    assert status(ground, port) == ["ongoing"]


def test_a_finding_outside_this_round_s_selection_is_unverified(
    ground: Ground, door: tuple[Changing, int]
) -> None:
    """A round without its probe has not looked."""
    _, port = door
    ground.permit({"redis": [port]})
    ground.scan()

    said = ground.run("scan", "--history", "history.sqlite", "--probe", "hylafax")

    assert [one["status"] for one in said.on(port)] == ["unverified"]


def test_another_vantage_resolves_nothing(ground: Ground, door: tuple[Changing, int]) -> None:
    """A firewall that shuts one network out says nothing of the others."""
    changing, port = door
    ground.permit({"redis": [port]})
    ground.scan("--vantage", "guest-wifi")

    changing.now = noauth().serve

    once = ("--clean-rounds", "1")
    assert status(ground, port, "--vantage", "server-vlan", *once) == ["unverified"]
    assert status(ground, port, "--vantage", "guest-wifi", *once) == ["resolved"]


def test_a_host_on_no_list_is_named(ground: Ground, door: tuple[Changing, int]) -> None:
    """It answers in the range and the inventory knows only its neighbour; without one, all do."""
    _, port = door
    (ground.folder / "list.txt").write_text("127.0.0.2\n")
    ground.permit({"redis": [port]}, ranges=("127.0.0.1", "127.0.0.2"))

    listed = ground.scan("--inventory", "list.txt").coverage
    without = ground.scan().coverage

    assert "127.0.0.1" in listed["unlisted"]
    assert "127.0.0.2" not in listed["unlisted"]
    assert listed["probes"]["redis"] == {"open": 1}
    assert (without["unlisted"], without["unlisted_total"]) == ([], 0)


def test_a_round_that_waited_has_the_permission_of_its_own_begin(
    ground: Ground, door: tuple[Changing, int]
) -> None:
    """An address that was excluded while another round went on is left alone."""
    _, port = door
    both = ("127.0.0.1", "127.0.0.2")
    ground.permit({"redis": [port]}, ranges=both)

    with hold(ground.folder / "history.sqlite") as other, ground.start_scan("--wait") as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        assert f"process {os.getpid()}" in said
        ground.permit({"redis": [port]}, ranges=both, head='exclude = ["127.0.0.1"]\n')
        before = utc_now()
        other.release()
        out, _ = process.communicate(timeout=PATIENCE)

    told = Said(process.returncode, out, "")
    assert [one["endpoint"]["address"] for one in told.on(port)] == []
    assert told.coverage["started"] >= f"{before:%Y-%m-%dT%H:%M:%S}"


def test_a_permission_that_ended_while_a_round_waited_begins_none(ground: Ground) -> None:
    """Nothing is in the history of a round that was refused after all."""
    ground.permit({"redis": [1]})
    history = ground.folder / "history.sqlite"

    with hold(history) as other, ground.start_scan("--wait") as process:
        assert process.stderr is not None
        assert "waiting" in process.stderr.readline()
        scope = ground.folder / "scope.toml"
        scope.write_text(scope.read_text().replace("2099-12-31", "2020-12-31"))
        other.release()
        _, said = process.communicate(timeout=PATIENCE)

    assert (process.returncode, "expired" in said) == (2, True)
    assert not history.exists()


# -- rounds put together by hand -------------------------------------------------------------------


class Kept:
    """A sink that keeps the findings, and runs what it was given when it is closed."""

    def __init__(self, when_closed: Callable[[], object] = lambda: None) -> None:
        self.findings: list[Finding] = []
        self._when_closed = when_closed

    def finding(self, finding: Finding) -> None:
        """Keep it."""
        self.findings.append(finding)

    def service(self, service: object) -> None:
        """Not asked for."""

    def coverage(self, coverage: object) -> None:
        """Not asked for."""

    def close(self) -> None:
        """Do what was asked for."""
        self._when_closed()


def outputs(folder: Path, *kept: Kept) -> Outputs:
    """Give the outputs of a round in a folder."""
    return Outputs(
        sinks=tuple(partial(_same, one) for one in kept),
        history=folder / "history.sqlite",
        audit=folder / "audit.jsonl",
        vantage="server-vlan",
    )


def _same(kept: Kept) -> Kept:
    return kept


def test_outputs_are_closed_in_their_order_whatever_one_of_them_says(ground: Ground) -> None:
    """A progress bar goes before the table, and a full disk does not keep the others open."""
    order = Order(scope=ground.permit({}), probes=("redis",))
    closed: list[str] = []
    sinks = (
        Kept(lambda: closed.append("first")),
        Kept(fails),
        Kept(lambda: closed.append("last")),
    )

    with pytest.raises(KeyError):
        run(prepare(order, now=utc_now()), outputs(ground.folder, *sinks), watch=lambda _: None)

    assert closed == ["first", "last"]


def test_a_timeout_leaves_a_finding_unverified(ground: Ground, door: tuple[Changing, int]) -> None:
    """A server that accepts and says nothing costs its deadline, and is not called shut."""
    changing, port = door
    order = Order(scope=ground.permit({"redis": [port]}), probes=("redis",))
    ground.scan("--vantage", "server-vlan")
    changing.now = mute
    kept = Kept()

    result = run(
        prepare(order, now=utc_now()),
        outputs(ground.folder, kept),
        watch=lambda _: None,
        manner=Manner(limits=Limits(ask=0.2)),
    )

    assert [one.status for one in kept.findings if one.endpoint.port == port] == ["unverified"]
    assert result.coverage.unknown[Silence.TIMEOUT] == 1


def test_the_end_of_a_permission_ends_the_round(ground: Ground, door: tuple[Changing, int]) -> None:
    """A round that runs past midnight of the last day stops."""
    _, port = door
    order = Order(scope=ground.permit({"redis": [port]}), probes=("redis",))
    prepared = prepare(order, now=utc_now())
    scope = replace(prepared.scope, valid_until=(utc_now() - timedelta(days=1)).date())

    result = run(
        replace(prepared, scope=scope), outputs(ground.folder, Kept()), watch=lambda _: None
    )

    assert result.coverage.why_incomplete[0].startswith("the scope is expired on")


def test_a_share_below_the_scope_s_minimum_is_incomplete(ground: Ground) -> None:
    """Of two addresses one drops every packet; the scope asks for nine tenths."""
    with deaf_port() as port, running(FakeRedis().serve) as (_, open_port):
        ground.permit({"redis": [port, open_port]}, head="min_coverage = 0.9\n")
        said = ground.scan("--fail-on", "none")

    assert said.code == 4
    assert said.coverage["filtered"] == 1
    assert said.coverage["why_incomplete"] == [
        "80.0% of the endpoints answered; the scope asks for 90.0%"
    ]


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port whose queue is full: Linux drops what knocks there, as a packet filter does."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for client in (first, second):
            client.settimeout(0)
            client.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


# -- probes that go wrong --------------------------------------------------------------------------


LOOK = Get("/look")


class Stray:
    """A probe like a careless plug-in: what it was given is run when it identifies or assesses."""

    about = About(
        name="stray",
        title="Strays",
        ports=frozenset({7001}),
        front=FRONT,
        asks=(FRONT, LOOK),
        proves="nothing",
        cwe=306,
        remedy="none",
    )

    def __init__(
        self,
        in_identify: Callable[[], object] = lambda: None,
        in_assess: Callable[[], object] = lambda: None,
    ) -> None:
        self._in_identify = in_identify
        self._in_assess = in_assess

    def identify(self, front: Page) -> Service | None:  # noqa: ARG002 - any page will do
        """Recognise anything."""
        self._in_identify()
        return Service("stray")

    def assess(self, front: Page) -> Generator[Get, Page, Outcome]:  # noqa: ARG002 - likewise
        """Do what it was given."""
        self._in_assess()
        yield LOOK
        return Unknown(Silence.HALF_PROOF, "it proves nothing")


def connects() -> None:
    """Dial out, and hide that it was refused."""
    with suppress(BaseException), socket.socket() as sock:
        sock.connect(("192.0.2.1", 80))


def starts_a_program() -> None:
    """Start a process, and hide that it was refused."""
    with suppress(BaseException):
        subprocess.run(["true"], check=False)  # noqa: S607 - never started


def fails() -> None:
    """Have a bug whose message holds what a server said."""
    raise KeyError("SECRET OF THE SERVER")


@pytest.mark.parametrize("act", [connects, starts_a_program])
@pytest.mark.parametrize("where", ["in_identify", "in_assess"])
def test_a_probe_that_leaves_the_scope_ends_the_round(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, act: Callable[[], None], where: str
) -> None:
    """Even if it swallows the refusal: the round stops, ends with 2, and names the attempt."""
    monkeypatch.setattr(probes, "PROBES", (Stray(**{where: act}),))
    with running(Decoy(b"{}").serve) as (_, port):
        ground.permit({"stray": [port]})
        said = ground.run("scan", "--history", "history.sqlite")

    assert said.code == 2
    assert "ronde: stopped, something tried to leave the scope: " in said.err
    assert ("192.0.2.1" in said.err) is (act is connects)
    assert said.out == ""


def test_nothing_more_is_visited_after_an_attempt_to_leave(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next endpoint of the host is not asked: one front page, and one ask of the dialogue."""
    monkeypatch.setattr(probes, "PROBES", (Stray(in_assess=connects),))
    decoy = Decoy(b"{}")
    with running(decoy.serve) as (_, one), running(decoy.serve) as (_, other):
        ground.permit({"stray": [one, other]})
        said = ground.run("scan", "--history", "history.sqlite")

    assert said.code == 2
    assert decoy.asked == ["GET /", "GET /look"]


@pytest.mark.parametrize("where", ["in_identify", "in_assess"])
def test_a_probe_s_bug_ends_with_1_and_keeps_the_round(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """The other endpoints are visited, the place is named, the message is not repeated."""
    monkeypatch.setattr(probes, "PROBES", (Stray(**{where: fails}), *probes.PROBES))
    with running(Decoy(b"{}").serve) as (_, bad), running(FakeRedis().serve) as (_, good):
        ground.permit({"stray": [bad], "redis": [good]})
        words = ("--probe", "stray", "--probe", "redis", "--fail-on", "none", "--services")
        said = ground.run("scan", "--history", "history.sqlite", *words)

    assert said.code == 1
    assert [one["access"] for one in said.on(good)] == ["open"]
    assert "KeyError" in said.on(bad)[0]["because"]
    assert said.coverage["complete"] is False
    assert said.coverage["unknown"]["bug"] == 1
    assert "SECRET" not in said.out + said.err


def test_a_bug_does_not_hide_behind_the_next_front(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where two fronts share a port, a bug in the first is told although the second is sound."""
    monkeypatch.setattr(probes, "PROBES", (Stray(in_identify=fails), *probes.PROBES))
    with running(Says(page(b"{}"))) as (_, port):
        ground.permit({"stray": [port], "redis": [port]})
        words = ("--probe", "stray", "--probe", "redis")
        said = ground.run("scan", "--history", "history.sqlite", *words)

    assert said.code == 1


def test_our_own_bug_is_one_line_with_its_place(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cron mail gets one line to report, without the message: it may hold a server's words."""
    monkeypatch.setattr("scanner.prepare.prepare", lambda *_, **__: fails())
    ground.permit({})

    said = ground.scan()

    assert said.code == 1
    assert said.err.startswith("ronde: a bug: KeyError at test_rounds.py:")
    assert said.err.count("\n") == 1
    assert "SECRET" not in said.err
