"""First bytes and the shared front page: which probe recognises what answers on an endpoint."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeAlias, cast

from scanner.boundary import contained
from scanner.conversation import Conversation
from scanner.model import Service, Silence, Unknown
from scanner.probe import (
    About,
    AnyProbe,
    Ask,
    AskT,
    NoAnswer,
    Page,
    Probe,
    ReplyT,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing(Generic[AskT, ReplyT]):
    """One front ask and the probes that share its reply, in their order."""

    front: AskT
    probes: tuple[Probe[AskT, ReplyT], ...]
    tls_first: bool
    channel: Callable[[Conversation, AskT], Awaitable[ReplyT]]


#: Ask and reply of one hearing always match; which pair it is does not matter to who holds it.
AnyHearing: TypeAlias = Hearing[Any, Any]


@dataclass(frozen=True, slots=True)
class Met(Generic[AskT, ReplyT]):
    """A product that was recognised, and the front reply that it was recognised by."""

    probe: Probe[AskT, ReplyT]
    service: Service
    front: ReplyT


def hearings(
    probes: Sequence[AnyProbe], extra_ports: Mapping[str, frozenset[int]], port: int
) -> tuple[AnyHearing, ...]:
    """Group the probes that claim a port by the ask that opens their conversation.

    Nothing is ever sent to a port that no selected probe claims.
    """
    claiming = [probe for probe in probes if port in probe.about.claims(extra_ports)]
    return (
        *_grouped(filter(speaks_http, claiming), port, Conversation.get),
        *_grouped(filter(speaks_stream, claiming), port, Conversation.exchange),
    )


def _grouped(
    probes: Iterable[Probe[AskT, ReplyT]],
    port: int,
    channel: Callable[[Conversation, AskT], Awaitable[ReplyT]],
) -> list[Hearing[AskT, ReplyT]]:
    groups: dict[Ask, list[Probe[AskT, ReplyT]]] = {}
    for probe in probes:
        groups.setdefault(probe.about.front, []).append(probe)
    return [
        Hearing(
            front=cast("AskT", front),
            probes=tuple(group),
            tls_first=all(_only_tls(probe.about, port) for probe in group),
            channel=channel,
        )
        for front, group in groups.items()
    ]


def _only_tls(about: About, port: int) -> bool:
    return port in about.tls_ports and port not in about.ports


async def recognise(
    hearing: Hearing[AskT, ReplyT], talk: Conversation
) -> Met[AskT, ReplyT] | ReplyT | Unknown:
    """Put the front ask and give the first probe that recognises the reply, else the reply.

    Raises:
        NoAnswer: the front ask was not answered.
    """
    front = await hearing.channel(talk, hearing.front)
    bug: Unknown | None = None
    for probe in hearing.probes:
        service = contained(probe.about.name, partial(_identified, probe, front))
        if isinstance(service, Service):
            return Met(probe, service, front)
        bug = bug or service
    if isinstance(front, Page) and front.status == BAD_REQUEST and _WANTS_CERTIFICATE in front.body:
        return Unknown(Silence.CLIENT_CERT, "the server demands a client certificate")
    return bug or front


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
        return (
            not tls and said.status == BAD_REQUEST and any(word in said.body for word in _WANTS_TLS)
        )
    if not isinstance(said, NoAnswer):
        return False
    if said.silence in {Silence.CLOSED, Silence.RESET} and not meter.received:
        return True
    if tls:
        return said.silence is Silence.TLS and not meter.heard_tls
    return meter.heard_tls
