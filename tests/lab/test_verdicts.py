"""The real scanner on the real servers: what a round says, and what it leaves alone.

Each group of servers is walked once by the program itself, while all that crosses loopback is
recorded; the tests then look at that one round from every side.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from probes import PROBES
from scanner.emit.formats import Format
from scanner.model import PROVEN, Finding, Status
from scanner.probe import About
from tests.lab import proof
from tests.lab.capture import Capture, capturing
from tests.lab.drafts import drafts
from tests.lab.overheard import Overheard, overheard, shows, strange
from tests.lab.page import section
from tests.lab.planted import holds
from tests.lab.proof import EMPTY, ROWS, UNTOLD, Row, lasting, rows
from tests.lab.rounds import Walked, walk
from tests.lab.servers.elasticsearch import elasticsearch, osmem
from tests.lab.servers.mongodb import command, ferretdb
from tests.lab.servers.process import CANARY, Running
from tests.lab.servers.redis import redis
from tests.lab.servers.tls import connect
from tests.lab.servers.web import ask
from tests.lab.session import Lab
from tests.lab.talks import Talk
from tests.lab.times import timed
from tests.lab.verdict import Group, Verdict
from tests.lab.verdicts import FAMILIES, GROUPS

#: A group has up to five nodes to start, and the first test that looks at it waits for them all.
pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

#: Every format of a report but JSON Lines, which are always written, and what needs a cluster.
FORMATS = [form for form in Format if form not in {Format.JSONL, Format.ELASTIC}]
REPORTS = {f"report.{form}" for form in FORMATS}

#: States that tell nothing, by which two states are never told apart.
_NOTHING: tuple[object, ...] = (None, (), {}, b"")

FAMILY_OF = {group: family for family, groups in FAMILIES.items() for group in groups}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One round over one group, with the state of its servers before and after."""

    name: str
    group: Group
    servers: tuple[Running, ...]
    walked: Walked
    captured: Capture
    overheard: Overheard = field(repr=False)
    row: Row
    before: dict[str, object] = field(repr=False)
    after: dict[str, object] = field(repr=False)


@pytest.fixture(scope="module", params=GROUPS)
def seen(
    request: pytest.FixtureRequest, lab: Lab, tmp_path_factory: pytest.TempPathFactory
) -> Seen:
    """The round over one group; everything that must hold of it is a test of its own."""
    name, group = request.param, GROUPS[request.param]
    with timed(request.config, name, "start"):
        servers = lab.start_all([start for start, _ in group.doors])
    before = {server.name: server.state(server) for server in servers}
    with timed(request.config, name, "look"):
        empty = [server.name for server in servers if not holds(server, CANARY)]
    with timed(request.config, name, "round"), lab.ready(capturing()) as captured:
        walked = walk(tmp_path_factory.mktemp(name), *servers, formats=FORMATS)
    heard = overheard(captured.packets, walked.keys)
    row = Row(
        family=FAMILY_OF[name],
        group=name,
        servers=[server.name for server in servers],
        empty=empty,
        untold=[server for server, state in before.items() if state in _NOTHING],
        conversations=len(heard.ours),
        in_tls=heard.in_tls,
        requests=heard.requests,
    )
    request.config.stash.setdefault(ROWS, {})[name] = row
    return Seen(
        name=name,
        group=group,
        servers=servers,
        walked=walked,
        captured=captured,
        overheard=heard,
        row=row,
        before=before,
        after={server.name: server.state(server) for server in servers},
    )


def test_each_door_gets_the_verdict_that_it_deserves(seen: Seen) -> None:
    """Access, product, version, severity, holdings with their counts and fields, TLS."""
    verdicts = {one.name: Verdict.of(seen.walked.of(one), one) for one in seen.servers}
    expected = [verdict for _, verdict in seen.group.doors]
    assert verdicts == dict(zip(verdicts, expected, strict=True))


def test_the_round_says_nothing_else_and_ends_as_the_contract_says(seen: Seen) -> None:
    """One line a server, a complete coverage, and the exit code of its worst finding."""
    walked = seen.walked
    assert len(walked.lines) == len(seen.servers)
    assert walked.exit_code == seen.group.exit_code
    assert (walked.coverage.complete, walked.coverage.reached) == (True, len(seen.servers))


def test_each_line_names_its_owner_and_is_new(seen: Seen) -> None:
    """The inventory's owner is in every line; a first round knows of nothing before."""
    assert {line.asset.owner for line in seen.walked.lines} == {"radiology"}
    assert {finding.status for finding in seen.walked.findings} <= {Status.NEW}


def test_what_is_open_was_proven_from_both_sides(seen: Seen) -> None:
    """No open door without what was answered and what was refused."""
    proofs = [one.proof for one in seen.walked.findings if one.access in PROVEN]
    assert [proof for proof in proofs if not (proof and proof.answer and proof.control)] == []


def test_indices_are_dated_and_weighed(seen: Seen) -> None:
    """An index tells when it was made, here within the hour, and how many bytes it takes."""
    now = datetime.now(UTC)
    found = [one for one in seen.walked.findings if one.probe == "elasticsearch"]
    indices = [held for one in found for held in one.holdings]
    assert [one for one in indices if not one.bytes or not one.created] == []
    ages = [now - one.created for one in indices if one.created]
    assert [age for age in ages if not timedelta(0) < age < timedelta(hours=1)] == []


def test_no_record_crosses_the_wire(seen: Seen) -> None:
    """Every value of every server is a canary, and none is in any packet of the round.

    What the round itself said and heard in TLS was opened.
    """
    assert seen.captured.dropped == 0
    coverage, ports = seen.walked.coverage, [one.port for one in seen.servers]
    assert seen.captured.total() >= coverage.bytes_sent + coverage.bytes_received
    assert seen.captured.carried(*ports) > 0
    assert not seen.captured.shows(CANARY)
    assert not seen.overheard.shows(CANARY)


def test_every_request_is_one_that_was_declared(seen: Seen) -> None:
    """What the wire carried, TLS opened, against the asks of the probes that claim each port."""
    talks = seen.overheard.ours
    assert seen.overheard.sent >= seen.walked.coverage.bytes_sent
    assert {talk.server[1] for talk in talks} >= {one.port for one in seen.servers}
    assert [left for talk in talks for left in strange(talk, _claiming(talk, seen.servers))] == []


def test_no_record_is_in_anything_that_the_round_left(seen: Seen) -> None:
    """Findings in every format, services, coverage, audit trail, history, log, and tickets."""
    left = {**seen.walked.left, "tickets": drafts(seen.walked.findings)}
    assert left.keys() >= {"printed", "findings.jsonl", "audit.jsonl", "history.sqlite", *REPORTS}
    assert [name for name, said in left.items() if shows(said, CANARY)] == []


def test_every_server_is_left_as_it_was(seen: Seen) -> None:
    """The same holdings, and not one record more handed out, by the servers' own counters."""
    assert seen.before == seen.after


def test_every_server_has_a_canary_and_a_state_or_a_reason_why_not(seen: Seen) -> None:
    """What holds nothing proves nothing: each such server is named on the page of proofs."""
    names = {server.name for server in seen.servers}
    assert set(seen.row.empty) == names & EMPTY.keys()
    assert set(seen.row.untold) == names & UNTOLD.keys()


def test_the_page_of_proofs_says_what_was_seen(seen: Seen) -> None:
    """A run with `--proof` writes it; the number of conversations may differ."""
    page = [lasting(row) for row in rows(proof.PAGE.read_text())]
    assert lasting(str(seen.row)) in page, str(seen.row)


def test_the_page_of_real_servers_says_what_was_seen(seen: Seen) -> None:
    """Its family's section has this row for each server; a failure shows the rows to write."""
    page = {_without_version(line) for line in section(FAMILY_OF[seen.name]).splitlines()}
    rows = [_row(one, seen.walked) for one in seen.servers]
    missing = [row for row in rows if _without_version(row) not in page]
    assert missing == [], "\n".join(missing)


def test_the_capture_sees_a_record_that_is_asked_for() -> None:
    """The control: a document and a value, each requested by hand, are seen on the wire."""
    with Lab.ready(osmem()) as index, Lab.ready(capturing()) as captured:
        ask(index.port, "/faxes-2018/_search")
    assert captured.shows(CANARY)
    with Lab.ready(redis()) as keys, Lab.ready(capturing()) as captured:
        _get(keys)
    assert captured.shows(CANARY)


def test_a_server_that_was_read_or_written_is_not_as_it_was() -> None:
    """The control: what the servers count tells a read from none."""
    with (
        Lab.ready(elasticsearch("5.6.16")) as index,
        Lab.ready(redis()) as keys,
        Lab.ready(ferretdb()) as documents,
    ):
        servers = (index, keys, documents)
        before = [server.state(server) for server in servers]
        assert before == [server.state(server) for server in servers]
        ask(index.port, "/faxes-2018/_search")
        _get(keys)
        command(documents.port, {"insert": "faxes", "documents": [{"_id": 9}], "$db": "practice"})
        after = [server.state(server) for server in servers]
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, False, False]


def _get(server: Running) -> None:
    with connect(server.address, server.port, tls=server.tls) as stream:
        stream.sendall(b"GET fax:2018:1\r\n")
        stream.recv(4096)


def _claiming(talk: Talk, servers: Sequence[Running]) -> Sequence[About]:
    """Say whose asks may go to a port: of the probes that claim it by themselves, or were told."""
    port, abouts = talk.server[1], [probe.about for probe in PROBES]
    told = {server.probe for server in servers if server.port == port}
    return [one for one in abouts if one.name in told or port in one.own_ports]


def _row(server: Running, walked: Walked) -> str:
    """Write what a round said of a server as a row of the page."""
    line = walked.of(server)
    if line is None:
        return f"| {server.name} | {server.version} | nothing | | |"
    proof = line.proof if isinstance(line, Finding) else None
    control = proof.control if proof else ""
    return f"| {server.name} | {server.version} | {line.access} | {line.because} | {control} |"


def _without_version(row: str) -> tuple[str, ...]:
    """Split a row; apt moves the versions of some servers, and the page need not follow."""
    cells = [cell.strip() for cell in row.split("|")]
    return (*cells[1:2], *cells[3:])
