"""First bytes and the shared front page: which probe recognises what answers on an endpoint."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeAlias, cast

from scanner.boundary import contained
from scanner.conversation import Conversation
from scanner.model import Refused, Service, Silence, Transport, Unknown
from scanner.probe import (
    FRONT,
    About,
    Answer,
    AnyProbe,
    Ask,
    AskT,
    Datagram,
    NoAnswer,
    Page,
    Probe,
    ReplyT,
    speaks_datagrams,
    speaks_http,
    speaks_stream,
)
from scanner.stream import Meter

#: How servers say that the port wants TLS when they are asked in clear, all with status 400:
#: Go's net/http, nginx, Jetty/Tomcat.
_WANTS_TLS = (
    b"Client sent an HTTP request to an HTTPS server",
    b"The plain HTTP request was sent to HTTPS port",
    b"This combination of host and port requires TLS",
)

#: How nginx refuses, inside TLS and with status 400, a caller who showed no certificate.
_WANTS_CERTIFICATE = b"No required SSL certificate was sent"

BAD_REQUEST = 400
#: How a port that speaks both demands TLS first, in the header `Upgrade` [RFC 2817, 4.2]: CUPS.
UPGRADE_REQUIRED = 426


@dataclass(frozen=True, slots=True)
class Opening(Generic[AskT, ReplyT]):
    """A front ask, and the probes that share its reply, in their order."""

    front: AskT
    probes: tuple[Probe[AskT, ReplyT], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing(Generic[AskT, ReplyT]):
    """The front asks of one conversation, put one after the other until one is recognised.

    The fronts of all HTTP probes share a conversation; a byte stream has no second front, for
    what a server has misunderstood is not unsaid. One that is `clear_only` is never tried over TLS.
    """

    openings: tuple[Opening[AskT, ReplyT], ...]
    tls_first: bool
    clear_only: bool
    is_http: bool
    channel: Callable[[Conversation, AskT], Awaitable[ReplyT]]


#: Ask and reply of one hearing always match; which pair it is does not matter to who holds it.
AnyHearing: TypeAlias = Hearing[Any, Any]


@dataclass(frozen=True, slots=True)
class Met(Generic[AskT, ReplyT]):
    """A probe that recognised its product in a front reply."""

    probe: Probe[AskT, ReplyT]
    service: Service


def hearings(
    probes: Sequence[AnyProbe], extra_ports: Mapping[str, frozenset[int]], port: int
) -> tuple[AnyHearing, ...]:
    """Group the probes that claim a port by the asks that open their conversations.

    Nothing is ever sent to a port that no selected probe claims, nor to one on which a probe only
    listens. Pages come first: they cost a server less than words that it does not understand.
    """
    claiming = [probe for probe in probes if port in probe.about.claims(extra_ports)]
    claiming = [probe for probe in claiming if probe.about.listens_only] or claiming
    streams = _openings(filter(speaks_stream, claiming))
    pages = _openings(filter(speaks_http, claiming))
    pages.sort(key=lambda opening: opening.front != FRONT)  # stable: what they share goes first
    heard = [_hearing((opening,), port, Conversation.exchange) for opening in streams]
    return (_hearing(tuple(pages), port, Conversation.get), *heard) if pages else tuple(heard)


def datagram_openings(
    probes: Iterable[AnyProbe], extra_ports: Mapping[str, frozenset[int]]
) -> dict[int, Opening[Datagram, Answer]]:
    """Say which datagram opens each UDP port that a probe claims, and who reads its answer.

    A port is sent one datagram: it is the knock, and a second one would be a second knock.

    Raises:
        Refused: two probes would open one port with different datagrams.
    """
    openings: dict[int, Opening[Datagram, Answer]] = {}
    for probe in filter(speaks_datagrams, probes):
        front = cast("Datagram", probe.about.front)
        for port in sorted(probe.about.claims(extra_ports, Transport.UDP)):
            known = openings.get(port, Opening(front, ()))
            if known.front != front:
                other = known.probes[0].about.name
                raise Refused(
                    f"{other} and {probe.about.name} both claim UDP port {port}; "
                    "leave one of them out with --exclude-probe, or change extra_ports"
                )
            openings[port] = Opening(front, (*known.probes, probe))
    return openings


def _openings(probes: Iterable[Probe[AskT, ReplyT]]) -> list[Opening[AskT, ReplyT]]:
    groups: dict[Ask, list[Probe[AskT, ReplyT]]] = {}
    for probe in probes:
        groups.setdefault(probe.about.front, []).append(probe)
    return [Opening(cast("AskT", front), tuple(group)) for front, group in groups.items()]


def _hearing(
    openings: tuple[Opening[AskT, ReplyT], ...],
    port: int,
    channel: Callable[[Conversation, AskT], Awaitable[ReplyT]],
) -> Hearing[AskT, ReplyT]:
    probes = [probe for opening in openings for probe in opening.probes]
    return Hearing(
        openings=openings,
        tls_first=all(_only_tls(probe.about, port) for probe in probes),
        clear_only=any(probe.about.listens_only for probe in probes),
        is_http=any(map(speaks_http, cast("list[AnyProbe]", probes))),
        channel=channel,
    )


def _only_tls(about: About, port: int) -> bool:
    return port in about.tls_ports and port not in about.ports


def recognise(
    opening: Opening[AskT, ReplyT], front: ReplyT
) -> Iterator[Met[AskT, ReplyT] | Unknown]:
    """Give every probe that recognises the reply, in their order; a probe's bug is an `Unknown`."""
    for probe in opening.probes:
        service = contained(probe.about.name, partial(_identified, probe, front))
        if isinstance(service, Service):
            yield Met(probe, service)
        elif service is not None:
            yield service


def demands_certificate(said: object) -> bool:
    """Tell whether a page is the refusal of a caller who showed no certificate."""
    return isinstance(said, Page) and said.status == BAD_REQUEST and _WANTS_CERTIFICATE in said.body


def _identified(probe: Probe[AskT, ReplyT], front: ReplyT) -> Service | None:
    service = probe.identify(front)
    if service is not None and not isinstance(service, Service):
        raise TypeError(f"{probe.about.name} identified something that is no service")
    return service


def wants_other_transport(said: object, meter: Meter, *, tls: bool) -> bool:
    """Tell whether the first answer shows that the port wants TLS instead of clear, or the reverse.

    `said` is the front reply or the `NoAnswer` that came instead.
    """
    if isinstance(said, Page):
        return not tls and (_demands_tls(said) or _takes_no_clear_words(said))
    if not isinstance(said, NoAnswer):
        return False
    if said.silence in {Silence.CLOSED, Silence.RESET} and not meter.received:
        return True
    if tls:
        return said.silence is Silence.TLS and not meter.heard_tls
    return meter.heard_tls


def _demands_tls(said: Page) -> bool:
    return said.status == UPGRADE_REQUIRED and "TLS/" in said.headers.get("upgrade", "")


def _takes_no_clear_words(said: Page) -> bool:
    return said.status == BAD_REQUEST and any(word in said.body for word in _WANTS_TLS)
