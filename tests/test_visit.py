"""One endpoint, over real sockets: which front, which transport, and when to stop trying."""

import ssl
from dataclasses import dataclass, replace

import anyio
import pytest
from anyio.abc import ByteStream

from probes import PROBES
from scanner.conversation import Limits
from scanner.demo.certificate import server_context
from scanner.demo.elasticsearch import FakeElasticsearch
from scanner.demo.listen import Serve, listening
from scanner.demo.records import FAX_ARCHIVE
from scanner.demo.redis import FakeRedis
from scanner.demo.releases import RELEASES
from scanner.identify import AnyHearing, hearings
from scanner.model import Access, Assessment, Closed, Endpoint, Outcome, Service, Silence, Unknown
from scanner.probe import FRONT, About, AnyProbe, Get, HttpAsk, HttpDialogue, Page, Visit
from scanner.visit import Remembering, _settle, visit
from tests.fakes import http
from tests.fakes.connections import mute
from tests.fakes.gates import Trail, gate_to_loopback
from tests.fakes.scripted import Says

pytestmark = pytest.mark.anyio

#: The port that the fronts are chosen for; the fakes stand elsewhere.
PORT = 7000


def fronts(*names: str) -> tuple[AnyHearing, ...]:
    """Give the fronts of a port that these probes look at."""
    return hearings(PROBES, dict.fromkeys(names, frozenset({PORT})), PORT)


def archive() -> FakeElasticsearch:
    """Give an open Elasticsearch."""
    return FakeElasticsearch(RELEASES["7.10"], FAX_ARCHIVE, cluster="fax-archive")


async def visited(
    serve: Serve,
    hearing: tuple[AnyHearing, ...],
    *,
    tls: ssl.SSLContext | None = None,
    trail: Trail | None = None,
) -> Visit:
    """Visit a server once."""
    gate = gate_to_loopback(limits=Limits(ask=0.3), trail=trail)
    async with listening(serve, tls=tls) as (address, port):
        made = await visit(gate, Endpoint(address=address, port=port), hearing)
    assert made is not None
    return made


def access(made: Visit) -> Access | None:
    """Give the access of a verdict."""
    return made.outcome.access if isinstance(made.outcome, Assessment) else None


async def never() -> bool:
    """The round was given up."""
    return False


async def test_a_server_is_recognised_and_assessed() -> None:
    """The verdict comes with the probe that gave it."""
    made = await visited(FakeRedis().serve, fronts("redis"))

    assert access(made) is Access.OPEN
    assert made.about is not None
    assert (made.about.name, made.tls) == ("redis", None)


async def test_a_refused_connection_is_closed() -> None:
    """It was open to the sweep and is gone: an observation, not a silence."""
    async with listening(FakeRedis().serve) as (address, port):
        pass

    made = await visit(
        gate_to_loopback(),
        Endpoint(address=address, port=port),
        fronts("redis"),
    )

    assert made is not None
    assert made.outcome == Closed()


async def test_tls_is_tried_when_the_port_does_not_speak_clear() -> None:
    """A second conversation, over TLS, recognises what the first could not."""
    tls = server_context(["faxes.example.invalid"])

    made = await visited(archive().serve, fronts("elasticsearch"), tls=tls)

    assert access(made) is Access.OPEN
    assert made.tls is not None
    assert made.tls.names == ("faxes.example.invalid",)


async def test_clear_is_tried_when_a_tls_port_does_not_speak_tls() -> None:
    """Somebody switched TLS off and left the port."""
    (hearing,) = fronts("elasticsearch")

    made = await visited(archive().serve, (replace(hearing, tls_first=True),))

    assert access(made) is Access.OPEN
    assert made.tls is None


async def test_the_next_front_is_tried_where_the_first_is_not_recognised() -> None:
    """Two families share a port: HTTP is asked first, and the Redis is still found."""
    made = await visited(FakeRedis().serve, fronts("elasticsearch", "redis"))

    assert access(made) is Access.OPEN
    assert made.about is not None
    assert made.about.name == "redis"


async def test_a_demand_for_a_certificate_is_final() -> None:
    """No other front would be heard: the door is shut before the first word."""
    demands = Says(b"\x15\x03\x03\x00\x02\x02\x74")  # alert 116, certificate_required
    trail = Trail()
    first, second = (replace(one, tls_first=True) for one in fronts("elasticsearch", "redis"))

    made = await visited(demands, (first, second), trail=trail)

    assert isinstance(made.outcome, Unknown)
    assert made.outcome.silence is Silence.CLIENT_CERT
    assert [act.ask for act in trail.acts] == ["GET /"]


async def test_a_silent_server_is_unknown() -> None:
    """Time ran out: nothing is said about its door."""
    made = await visited(mute, fronts("redis"))

    assert isinstance(made.outcome, Unknown)
    assert made.outcome.silence is Silence.TIMEOUT


async def test_nothing_is_sent_where_no_probe_looks() -> None:
    """There is no fallback probe."""
    trail = Trail()

    made = await visited(FakeRedis().serve, (), trail=trail)

    assert isinstance(made.outcome, Unknown)
    assert made.outcome.silence is Silence.UNRECOGNISED
    assert trail.acts == []


async def test_no_visit_begins_once_it_may_not() -> None:
    """The window closed while the endpoint waited for its host: nothing is sent."""
    trail = Trail()
    async with listening(FakeRedis().serve) as (address, port):
        endpoint = Endpoint(address=address, port=port)
        gate = gate_to_loopback(trail=trail)
        made = await visit(gate, endpoint, fronts("redis"), may_begin=never)

    assert made is None
    assert trail.acts == []


@dataclass
class Crowd:
    """Counts how many callers an open Redis has at a time."""

    now: int = 0
    most: int = 0

    async def serve(self, stream: ByteStream) -> None:
        """Converse with one client."""
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await FakeRedis().serve(stream)
        finally:
            self.now -= 1


async def test_a_host_has_one_conversation_at_a_time() -> None:
    """Old devices take one connection; visits of one address wait for each other."""
    crowd, gate = Crowd(), gate_to_loopback()
    async with listening(crowd.serve) as (address, port), anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(visit, gate, Endpoint(address=address, port=port), fronts("redis"))

    assert crowd.most == 1


@dataclass(slots=True)
class Leaves:
    """A probe that recognises everything, looks closer and ends as it is told."""

    about: About
    outcome: Outcome

    def identify(self, front: Page) -> Service | None:  # noqa: ARG002 - any page will do
        """Recognise any page."""
        return Service(self.about.name)

    def assess(self, front: Page) -> HttpDialogue:  # noqa: ARG002 - any page will do
        """Ask once more."""
        yield LOOK
        return self.outcome


LOOK = Get("/look")
NOT_OURS = Unknown(Silence.UNRECOGNISED, "another product")
SHUT = Unknown(Silence.GUARDED, "GET /look answered 401")
LOCKED = Assessment(access=Access.LOCKED, service=Service("b"), because="a test")


def probe(name: str, outcome: Outcome, front: Get = FRONT) -> AnyProbe:
    """Make a probe of the port."""
    about = About(
        name=name,
        title="A fake",
        ports=frozenset({PORT}),
        front=front,
        asks=(front, LOOK),
        proves="nothing",
        cwe=306,
        remedy="none",
    )
    return Leaves(about, outcome)


async def settled(*probes: AnyProbe) -> tuple[Visit, list[str]]:
    """Visit a server that has a page for everything; give what was asked as well."""
    trail = Trail()
    made = await visited(Says(http.page(b"{}")), hearings(probes, {}, PORT), trail=trail)
    return made, [act.ask for act in trail.acts]


async def test_a_probe_leaves_to_the_next_what_is_not_its_own() -> None:
    """On a closer look it was another product; the page that both need is asked for once."""
    made, asked = await settled(probe("a", NOT_OURS), probe("b", LOCKED))

    assert made.outcome == LOCKED
    assert made.about is not None
    assert made.about.name == "b"
    assert asked == ["GET /", "GET /look"]


async def test_another_front_is_asked_in_the_same_conversation() -> None:
    """Only when nobody recognised the page that all share."""
    made, asked = await settled(probe("b", LOCKED, Get("/version")), probe("a", NOT_OURS))

    assert made.outcome == LOCKED
    assert asked == ["GET /", "GET /look", "GET /version"]


@pytest.mark.parametrize(
    ("port", "challenge", "blames"),
    [
        (8081, {"www-authenticate": 'Basic realm="Authorization Required"'}, "mongoexpress"),
        (8088, {"www-authenticate": 'Basic realm="hadoop"'}, "yarn"),
    ],
)
async def test_a_log_in_that_was_added_resolves_what_stood_open(
    port: int, challenge: dict[str, str], blames: str
) -> None:
    """Among all probes of the port, its own says that its door is shut now."""
    refused = Page(status=401, headers={"x-powered-by": "Express", **challenge}, body=b"")

    async def refusing(_ask: HttpAsk) -> Page:
        return refused

    (hearing,) = (one for one in hearings(PROBES, {}, port) if one.is_http)
    _, outcome, about = await _settle(hearing.openings, Remembering(refusing))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.GUARDED
    assert about is not None
    assert about.name == blames


@pytest.mark.parametrize(
    ("outcomes", "silence", "blames"),
    [
        ((SHUT,), Silence.GUARDED, "0"),
        ((SHUT, SHUT), Silence.GUARDED, None),
        ((NOT_OURS, SHUT), Silence.GUARDED, "1"),
        ((SHUT, SHUT, NOT_OURS), Silence.GUARDED, "0"),
        ((NOT_OURS, NOT_OURS), Silence.UNRECOGNISED, None),
    ],
)
async def test_a_door_is_shut_for_all_or_for_the_first_who_was_refused(
    outcomes: tuple[Outcome, ...], silence: Silence, blames: str | None
) -> None:
    """One that could not tell leaves it open what else stands behind."""
    made, _ = await settled(*(probe(str(place), said) for place, said in enumerate(outcomes)))

    assert isinstance(made.outcome, Unknown)
    assert made.outcome.silence is silence
    assert (made.about.name if made.about else None) == blames
