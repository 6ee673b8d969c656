"""The monitor of NATS: which streams a stranger can list, whatever the server itself demands."""

from datetime import datetime

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import OK, half_proof, not_answered
from scanner.wire import Garbled, counts, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

STATE = Get("/varz")
#: A stream takes about 600 bytes: 6,000 of them.
STREAMS = Get("/jsz?accounts=true&streams=true", max_bytes=4 << 20)
CONTROL = Get("/accountz?acc=RONDE-NO-SUCH-ACCOUNT")

NO_ACCOUNT = b"RONDE-NO-SUCH-ACCOUNT does not exist"
BAD_REQUEST = 400


class NatsMonitor:
    """A monitor is a partial door: it tells names, counts and clients, and hands over nothing."""

    about = About(
        name="natsmonitor",
        title="The monitor of NATS tells streams and clients to anyone",
        ports=frozenset({8222}),
        front=STATE,
        asks=(STATE, STREAMS, CONTROL),
        proves="the streams are listed, and an account that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Bind the monitor to loopback (`http: 127.0.0.1:8222`), or put an authenticating proxy "
            "before it: it has no login of its own."
        ),
        references=("https://docs.nats.io/running-a-nats-service/nats_admin/monitoring",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the page of the server's state."""
        try:
            told = front.json()
            told["max_payload"].integer(), told["http_port"].integer()
            return Service(
                "nats", versions.read(told["version"].value), told["server_id"].text()[:64]
            )
        except Garbled:
            return None

    def assess(self, front: Page) -> HttpDialogue:
        """List the streams; then ask for an account that cannot exist."""
        service = self.identify(front) or Service("nats")
        listing = yield STREAMS
        if listing.status != OK:
            return not_answered(service, STREAMS, listing)
        streams = _streams(listing.json())
        control = yield CONTROL
        if control.status != BAD_REQUEST or NO_ACCOUNT not in control.body:
            return half_proof(service, f"the control {CONTROL.name} was not refused in its words")
        return Assessment(
            access=Access.PARTIAL,
            service=service,
            because=f"tells its state, its clients and its streams to anyone: {len(streams)}",
            proof=Proof(
                STREAMS.name,
                f"{len(streams)} streams listed",
                f"{CONTROL.name} answered 400: no such account",
            ),
            holdings=tuple(streams[:MAX_HOLDINGS]),
            holdings_total=len(streams),
        )


def _streams(told: Json) -> list[Holding]:
    """Read the streams of all accounts; a server without JetStream has none."""
    told["server_id"].text()
    accounts = told.get("account_details")
    found = []
    for account in accounts.elements() if accounts is not None else ():
        details = account.get("stream_detail")
        found += [_stream(one) for one in details.elements()] if details is not None else []
    return found


def _stream(one: Json) -> Holding:
    state = one["state"]
    return Holding(
        name=one["name"].text(),
        kind="stream",
        records=counts.read(state["messages"]),
        bytes=counts.read(state["bytes"]),
        created=_created(one),
    )


def _created(one: Json) -> datetime | None:
    """Read when a stream was made: RFC 3339 with nanoseconds; without a zone it says nothing."""
    found = one.get("created")
    try:
        when = datetime.fromisoformat(found.text()) if found is not None else None
    except ValueError:
        return None
    return when if when is not None and when.tzinfo is not None else None
