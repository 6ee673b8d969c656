"""What the HylaFAX probe makes of real replies, and of half, false and broken ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.hylafax import (
    CONTROL,
    EXTENDED,
    FORMATS,
    GREETING,
    PASSIVE,
    QUEUES,
    QUIT,
    STATUS,
    USER,
    WHERE,
    Hylafax,
)
from scanner.model import Access, Assessment, Service, Silence, Unknown
from scanner.probe import Answer, Ask, CountLines, Listen
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Hylafax()

READY = "220 faxhost server (HylaFAX (tm) Version 6.0.7) ready.\r\n"
WELCOME = "230 User ronde logged in.\r\n"
COUNTED = '150 Opening new data connection for "recvq".\r\n226 Transfer complete.\r\n'
GOODBYE = "221 Goodbye.\r\n"
PORT = "229 Entering Extended Passive Mode (|||50001|)\r\n"
FORBIDDEN = frozenset({"PASS", "RETR", "RETP", "LIST", "STOR", "DELE", "JNEW", "ADMIN", "SITE"})

UNSETTLED = [
    pytest.param("6.0-cannot-start", Silence.BUSY, id="cannot start"),
    pytest.param("6.0-shut-down", Silence.BUSY, id="shut down"),
]

STRANGERS = [
    pytest.param("220 ProFTPD Server ready.\r\n", id="FTP"),
    pytest.param("220 mail.example ESMTP Postfix\r\n", id="SMTP"),
    pytest.param("220 pager.example SNPP Gateway Ready\r\n", id="SNPP"),
    pytest.param("220 faxhost SNPP server (HylaFAX (tm) Version 6.0.7) ready.\r\n", id="its SNPP"),
    pytest.param("220 HylaFAX\r\n", id="the name alone"),
    pytest.param("421 Too many connections.\r\n", id="a full server of any kind"),
    pytest.param("530 server (HylaFAX (tm) Version 6.0.7) ready.\r\n", id="another code"),
]


def said(ask: Ask, text: str, lines: int = 0) -> Recorded:
    """Write down one reply."""
    return Recorded(ask=ask.name, text=text, lines=lines)


def silent(ask: Ask, silence: Silence) -> Recorded:
    """Write down that no reply came."""
    return Recorded(ask=ask.name, silence=silence)


def of(*exchanges: Recorded) -> Transcript:
    """Put a conversation together by hand."""
    return Transcript(server="written by hand", exchanges=exchanges)


def session(*, control: str = "", where: str = "", user: str = WELCOME) -> Transcript:
    """Let an open server answer, but for what a test changes; no queue can be counted."""
    return of(
        said(GREETING, READY),
        said(USER, user),
        said(CONTROL, control or "500 RONDE: Command not recognized.\r\n"),
        said(WHERE, where or '257 "/" is the current directory.\r\n'),
        said(STATUS, "211-Status:\r\n    Logged in as user ronde (uid 9)\r\n211 End of status\r\n"),
        *(said(narrow, "200 command successful.\r\n") for narrow in FORMATS),
        silent(EXTENDED, Silence.TIMEOUT),
        said(QUIT, GOODBYE),
    )


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def counts(found: Assessment) -> dict[str, int | None]:
    """Name each holding with its count."""
    return {holding.name: holding.records for holding in found.holdings}


@pytest.mark.parametrize("name", ["6.0-open", "6.0-admin", "6.0-warning-first"])
def test_a_session_without_a_password_is_open(name: str) -> None:
    """A name that the server cannot know is let in and told where it is."""
    found = settled(load(f"hylafax/{name}"))

    assert (found.access, found.service) == (Access.OPEN, Service("hylafax", "6.0.7"))


def test_queues_are_counted_and_an_empty_list_is_no_empty_queue() -> None:
    """What the world may not read is not listed, so none listed is not none stored."""
    found = settled(load("hylafax/6.0-open"))

    assert counts(found) == {"recvq": 6, "doneq": 2, "sendq": None}
    assert found.because.endswith("listed: 6 in recvq, 2 in doneq, 0 in sendq")


def test_the_rights_of_an_operator_are_told() -> None:
    """Whoever has them may delete, too; a session without them is not said to have them."""
    admin, usual = settled(load("hylafax/6.0-admin")), settled(load("hylafax/6.0-open"))

    assert admin.because.startswith("our name got a session and administrative privileges without")
    assert usual.because.startswith("our name got a session without")


def test_the_proof_names_both_sides() -> None:
    """What was answered and what was refused, in our own words."""
    proof = settled(load("hylafax/6.0-open")).proof

    assert proof is not None
    assert (proof.ask, proof.control) == (
        "USER ronde, PWD",
        "RONDE was refused as an unknown command",
    )


@pytest.mark.parametrize("name", ["6.0-locked", "6.0-no-access-file"])
def test_a_demand_for_a_password_is_locked(name: str) -> None:
    """The server demands one of every name that it does not let in, and of all without a list."""
    assert settled(load(f"hylafax/{name}")).access is Access.LOCKED


def test_a_refused_host_is_locked_from_here() -> None:
    """Another vantage point may be let in, so the reason says whose address was refused."""
    found = settled(
        of(
            said(GREETING, READY),
            said(USER, "530 User ronde access denied.\r\n"),
            said(QUIT, GOODBYE),
        )
    )

    assert found.access is Access.LOCKED
    assert found.because == "the list of hosts refuses our name or our address"


@pytest.mark.parametrize("name", ["6.0-open", "6.0-locked", "6.0-cannot-start", "6.0-shut-down"])
def test_leave_is_always_taken(name: str) -> None:
    """A session that is not ended keeps a process of the server waiting for 15 minutes."""
    assert asked(PROBE, load(f"hylafax/{name}"))[-1] == "QUIT"


def test_a_locked_server_is_asked_for_one_name_only() -> None:
    """No second name and never a password."""
    assert asked(PROBE, load("hylafax/6.0-locked")) == ["greeting", "USER ronde", "QUIT"]


def test_rows_are_narrowed_before_anything_is_listed() -> None:
    """Numbers and names must not leave the server even where it sends more than was asked for."""
    expected = ['RCVFMT "%f"', 'JOBFMT "%j"', "EPSV", "NLST recvq"]

    assert asked(PROBE, load("hylafax/6.0-open"))[5:9] == expected


@pytest.mark.parametrize(("name", "silence"), UNSETTLED)
def test_a_server_that_serves_nobody_is_busy(name: str, silence: Silence) -> None:
    """Shut down is not locked: it may be open again tomorrow."""
    outcome = replay(PROBE, load(f"hylafax/{name}"))

    assert isinstance(outcome, Unknown)
    assert (outcome.silence, outcome.service) == (silence, Service("hylafax"))


def test_a_server_that_shuts_down_under_us_is_busy() -> None:
    """It welcomes the name and then says goodbye to everything."""
    bye = "221 Server shutting down.  Goodbye.\r\n"

    outcome = replay(PROBE, session(control=bye, where=bye))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.BUSY


def test_a_session_is_open_though_nothing_can_be_counted() -> None:
    """A firewall that blocks data ports does not shut the door; the counts stay unknown."""
    found = settled(session())

    assert found.access is Access.OPEN
    assert counts(found) == {"recvq": None, "doneq": None, "sendq": None}
    assert found.because.endswith("its queues could not be counted")


def test_nothing_is_asked_after_a_silence() -> None:
    """The connection is gone: a word more would need another one."""
    assert asked(PROBE, session())[-1] == "EPSV"


def test_a_notice_before_the_welcome_is_read_over() -> None:
    """An operator announces a shutdown in lines before the one that matters."""
    notice = "230-Down at six.\r\n230-Back at seven.\r\n230 User ronde logged in.\r\n"

    assert settled(session(user=notice)).access is Access.OPEN


def test_a_queue_that_is_refused_is_listed_without_a_count() -> None:
    """A 550 says that we may not see it, not that it is empty."""
    found = settled(_listing(said(QUEUES["recvq"], "550 recvq: Permission denied.\r\n")))

    assert counts(found) == {"recvq": None, "doneq": 1, "sendq": 1}


def test_an_old_server_is_asked_for_a_passive_port() -> None:
    """Before EPSV there was PASV, of which only the port is read."""
    refused = "500 EPSV: Command not recognized.\r\n"
    port = "227 Entering passive mode (203,0,113,9,195,80)\r\n"
    old = [said(EXTENDED, refused), said(PASSIVE, port)]
    found = settled(_listing(said(QUEUES["recvq"], COUNTED, lines=4), ports=old * 3))

    assert counts(found) == {"recvq": 4, "doneq": 1, "sendq": 1}


@pytest.mark.parametrize(
    "port",
    [
        pytest.param("229 Entering Extended Passive Mode (|||22|)\r\n", id="a service"),
        pytest.param("229 Entering Extended Passive Mode (|||99999|)\r\n", id="no port"),
        pytest.param("229 Somewhere\r\n", id="no place"),
        pytest.param("150 Soon\r\n", id="no promise"),
    ],
)
def test_a_data_port_that_is_none_is_not_connected_to(port: str) -> None:
    """A server cannot send us to a port of its choice below 1024, and costs only the counts."""
    transcript = _listing(ports=[said(EXTENDED, port)])

    assert asked(PROBE, transcript)[-1] == "EPSV"
    assert settled(transcript).access is Access.OPEN


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(session(control="200 RONDE command successful.\r\n"), id="control welcomed"),
        pytest.param(session(control="500 Nonsense.\r\n"), id="control in nobody's words"),
        pytest.param(session(where="200 PWD command successful.\r\n"), id="no folder"),
        pytest.param(session(where="257 somewhere\r\n"), id="no folder's name"),
        pytest.param(session(where="530 Please login with USER and PASS.\r\n"), id="no session"),
        pytest.param(session(user="550 Cannot set privileges.\r\n"), id="USER failed"),
        pytest.param(session(user="200 Yes.\r\n"), id="USER answered with anything"),
    ],
)
def test_one_side_of_a_proof_is_none(transcript: Transcript) -> None:
    """A welcome alone is no session."""
    outcome = replay(PROBE, transcript)

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF
    assert asked(PROBE, transcript)[-1] == "QUIT"


@pytest.mark.parametrize("text", STRANGERS)
def test_another_service_is_not_recognised(text: str) -> None:
    """Many servers greet with 220; only hfaxd says so itself."""
    assert PROBE.identify(Answer(data=text.encode())) is None


def test_nothing_that_reads_or_changes_is_declared() -> None:
    """No ask fetches a fax, changes a job or gives a password."""
    sent = {_command(ask) for ask in PROBE.about.asks}

    assert sent == {
        "", "USER", "RONDE", "PWD", "STAT", "RCVFMT", "JOBFMT", "EPSV", "PASV", "NLST", "QUIT"
    }  # fmt: skip
    assert not sent & FORBIDDEN


def test_a_name_that_the_server_tells_is_not_kept() -> None:
    """Its host name and our address as it sees it are none of the report's business."""
    found = settled(load("hylafax/6.0-warning-first"))

    assert "faxhost" not in repr(found)
    assert "ward-pc" not in repr(found)


@pytest.mark.parametrize("place", range(4))
def test_a_truncated_reply_is_unknown_until_the_proof_stands(place: int) -> None:
    """A reply that stops anywhere proves nothing, and breaks nothing."""
    transcript = load("hylafax/6.0-open")
    whole = transcript.exchanges[place].payload

    outcomes = {
        type(replay(PROBE, transcript.with_payload(place, whole[:end])))
        for end in range(len(whole))
    }

    assert outcomes == {Unknown}


@pytest.mark.parametrize("place", range(4, 14))
def test_a_truncated_reply_costs_only_counts_once_the_proof_stands(place: int) -> None:
    """What was proved stays proved when a listing breaks."""
    transcript = load("hylafax/6.0-open")
    whole = transcript.exchanges[place].payload

    verdicts = {
        settled(transcript.with_payload(place, whole[:end])).access for end in range(len(whole))
    }

    assert verdicts == {Access.OPEN}


@given(place=st.integers(0, 3), payload=st.binary(max_size=60))
def test_garbage_is_never_open(place: int, payload: bytes) -> None:
    """Whatever comes instead of a reply, nothing is raised, and nothing is called open."""
    assert isinstance(replay(PROBE, load("hylafax/6.0-open").with_payload(place, payload)), Unknown)


@given(
    place=st.integers(0, 13),
    code=st.integers(100, 599),
    text=st.text(alphabet='ab (|)15"/-', max_size=20),
)
def test_any_other_reply_raises_nothing(place: int, code: int, text: str) -> None:
    """Every reply may have every code."""
    recorded = load("hylafax/6.0-open").with_payload(place, f"{code} {text}\r\n".encode())
    transcript = of(*recorded.exchanges, *[said(PASSIVE, "502 PASV: not implemented.\r\n")] * 3)

    outcome = replay(PROBE, transcript)

    assert isinstance(outcome, Assessment | Unknown)


def _listing(*first: Recorded, ports: list[Recorded] | None = None) -> Transcript:
    """An open server whose queues list one fax each, but for what a test puts first."""
    opened = session().exchanges[:7]
    queues = [said(queue, COUNTED, lines=1) for queue in QUEUES.values()]
    ports = ports or [said(EXTENDED, PORT)] * 3
    return of(*opened, *ports, *first, *queues, said(QUIT, GOODBYE))


def _command(ask: Ask) -> str:
    if isinstance(ask, Listen):
        return ""
    payload = ask.command if isinstance(ask, CountLines) else getattr(ask, "payload", b"")
    return bytes(payload).split()[0].decode()
