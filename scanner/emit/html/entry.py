"""A finding as the page's list takes it: short, and with nothing of a server's unescaped."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

import msgspec

from scanner.addresses import parse_address
from scanner.emit.html.texts import Language, moment, unbroken
from scanner.inferred import DataCategory, Mark
from scanner.model import (
    Acceptance,
    Access,
    Confidence,
    Endpoint,
    Finding,
    Holding,
    Severity,
    Status,
    TlsFacts,
)
from scanner.past import Happened
from scanner.plaintext import printable

#: A person judges by some dozens of names; the JSON Lines have a thousand.
MAX_HOLDINGS = 50

#: The same for words of the vocabulary under one category.
MAX_WORDS = 12

#: Names of a certificate, and lines of a history, that fit into a look.
MAX_TLS_NAMES = 10
MAX_EVENTS = 50

#: Our own sentences: the longest remedy has some hundred characters.
MAX_PROSE = 2_000

#: Everything a URL may hold that neither ends a shell's word nor an attribute.
_LINK = re.compile(r"https://[\w./?=&%#:~+@,-]+", re.ASCII)

#: An ask that `curl` can repeat: a GET without places, nothing in it that a shell would read.
_PLAIN_GET = re.compile(r"GET (/[\w./?=&%:~+@,-]*)", re.ASCII)

#: Name, kind, records, bytes, created, label.
HoldingRow: TypeAlias = tuple[str, str, int | None, int | None, str | None, str]


class AboutEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What all findings of a probe say alike; it is in the page once.

    `translated` has language, title and remedy, for each language but English.
    """

    probe: str
    title: str
    remedy: str
    references: tuple[str, ...]
    cwe: int
    translated: tuple[tuple[str, str, str], ...] = ()


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One finding. `about` is its place in the list of probes, `at` sorts as addresses do."""

    id: str
    about: int
    round: str
    severity: Severity
    status: Status
    access: Access
    confidence: Confidence
    product: str
    where: str
    at: str
    host: str | None = None
    because: str
    proof: tuple[str, str, str] | None = None
    check: str | None = None
    tls: tuple[str, ...] | None = None
    holdings: tuple[HoldingRow, ...] = ()
    total: int | None = None
    label: str
    categories: tuple[tuple[str, str], ...] = ()
    signs: tuple[tuple[str, str], ...] = ()
    owner: str | None = None
    contact: str | None = None
    site: str | None = None
    zone: str | None = None
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    vantage: str
    first: str
    last: str
    since: str
    due: str | None = None
    late: bool = False
    why: tuple[tuple[str, int], ...] = ()
    cvss: str | None = None
    oldest: str | None = None
    growth: tuple[int, str] | None = None
    case: str | None = None
    regressed: bool = False
    changes: tuple[str, ...] = ()
    accepted: tuple[str, str, str] | None = None
    asks: tuple[str, ...] = ()
    events: tuple[tuple[str, str, str, str], ...] = ()


def about_entry(finding: Finding, languages: Sequence[Language] = ()) -> AboutEntry:
    """Give what the finding's probe says; only `https` references become links."""
    links = (link for link in finding.references if _LINK.fullmatch(link))
    return AboutEntry(
        probe=printable(finding.probe),
        title=_prose(finding.title),
        remedy=_prose(finding.remedy),
        references=tuple(links),
        cwe=finding.cwe,
        translated=tuple(
            (code, unbroken(code, told["title"]), unbroken(code, told["remedy"]))
            for code, told in _told(finding.probe, languages)
        ),
    )


def _told(probe: str, languages: Sequence[Language]) -> Iterator[tuple[str, Mapping[str, str]]]:
    return ((one.code, one.probes[probe]) for one in languages if probe in one.probes)


def entry(finding: Finding, about: int, events: tuple[Happened, ...], now: datetime) -> Entry:
    """Shorten a finding to what the page shows; `now` is the moment of which the report speaks."""
    asset, proof, growth = finding.asset, finding.proof, finding.growth
    return Entry(
        id=printable(finding.fingerprint),
        about=about,
        round=printable(finding.round),
        severity=finding.severity,
        status=finding.status,
        access=finding.access,
        confidence=finding.confidence,
        product=printable(f"{finding.product} {finding.version or ''}".rstrip()),
        where=str(finding.endpoint),
        at=_sortable(finding.endpoint),
        host=_shown(finding.endpoint.host),
        because=_prose(finding.because),
        proof=(_prose(proof.ask), _prose(proof.answer), _prose(proof.control)) if proof else None,
        check=by_hand(finding),
        tls=_tls(finding.tls) if finding.tls else None,
        holdings=tuple(map(_holding, finding.holdings[:MAX_HOLDINGS])),
        total=finding.listed,
        label=finding.label,
        categories=tuple(map(_category, finding.categories)),
        signs=tuple(map(_sign, finding.signs)),
        owner=_shown(asset.owner),
        contact=_shown(asset.contact),
        site=_shown(asset.site),
        zone=_shown(asset.zone),
        tags=tuple(map(printable, asset.tags)),
        labels=tuple(map(printable, finding.labels)),
        vantage=printable(finding.vantage),
        first=moment(finding.first_seen),
        last=moment(finding.last_seen),
        since=moment(opened(finding)),
        due=_when(finding.due),
        late=is_late(finding, now),
        why=tuple((_prose(reason.found), reason.points) for reason in finding.why),
        cvss=finding.cvss,
        oldest=_when(finding.oldest),
        growth=(growth.records, moment(growth.since)) if growth else None,
        case=_shown(finding.case),
        regressed=finding.regressed,
        changes=tuple(map(_prose, finding.changes)),
        accepted=_accepted(finding.accepted) if finding.accepted else None,
        asks=finding.regulation,
        events=tuple(map(_event, events[-MAX_EVENTS:])),
    )


def opened(finding: Finding) -> datetime:
    """Say since when a finding is known to be open: since it came back, if it did."""
    return finding.open_since or finding.first_seen


def is_late(finding: Finding, now: datetime) -> bool:
    """Tell whether an open finding is past its day, and nobody has accepted it."""
    open_ = finding.status is not Status.RESOLVED and finding.accepted is None
    return open_ and finding.due is not None and finding.due < now


def by_hand(finding: Finding) -> str | None:
    """Give a command that repeats the ask which proved it, where one line can.

    The address is a canonical literal and the path is ours, so no shell reads more than a word.
    """
    get = _PLAIN_GET.fullmatch(finding.proof.ask) if finding.proof else None
    if get is None:
        return None
    scheme, flags = ("https", "-gisk") if finding.tls else ("http", "-gis")
    return f"curl {flags} --max-time 10 '{scheme}://{finding.endpoint}{get[1]}'"


def _sortable(endpoint: Endpoint) -> str:
    address = parse_address(endpoint.address)
    return f"{address.version}{address.packed.hex()}{endpoint.port:04x}"


def _holding(holding: Holding) -> HoldingRow:
    name, kind = printable(holding.name), printable(holding.kind)
    return name, kind, holding.records, holding.bytes, _when(holding.created), holding.label


def _category(category: DataCategory) -> tuple[str, str]:
    return category.name, ", ".join(map(printable, category.words[:MAX_WORDS]))


def _sign(sign: Mark) -> tuple[str, str]:
    return _prose(sign.because), _prose(sign.advice)


def _tls(facts: TlsFacts) -> tuple[str, ...]:
    """Give version, names, issuer and end; empty where they are not known."""
    names = ", ".join(map(printable, facts.names[:MAX_TLS_NAMES]))
    ends = moment(facts.not_after) if facts.not_after else ""
    version = f"{facts.version} {facts.cipher}"
    return printable(version), names, printable(facts.issuer or ""), ends


def _event(event: Happened) -> tuple[str, str, str, str]:
    return moment(event.at), event.what, printable(event.where or ""), _prose(event.because)


def _accepted(signed: Acceptance) -> tuple[str, str, str]:
    return moment(signed.until), _prose(signed.approver), _prose(signed.reason)


def _when(when: datetime | None) -> str | None:
    return moment(when) if when else None


def _shown(text: str | None) -> str | None:
    return printable(text) if text else None


def _prose(text: str) -> str:
    return printable(text, MAX_PROSE)
