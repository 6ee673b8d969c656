"""The probes in words: what each may send, what it proves, what to do about it."""

from collections.abc import Iterator, Sequence

import msgspec

from scanner.model import Transport
from scanner.probe import About, Get


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A probe as `ronde probes --format json` prints it."""

    name: str
    title: str
    ports: list[int]
    tls_ports: list[int]
    udp_ports: list[int]
    asks: list[str]
    proves: str
    cwe: int
    remedy: str
    references: tuple[str, ...]
    needs: str | None
    made_for: str | None


def as_json(abouts: Sequence[About]) -> str:
    """Print the probes as one JSON array."""
    return msgspec.json.format(msgspec.json.encode([entry(about) for about in abouts])).decode()


def as_text(abouts: Sequence[About], *, brief: bool) -> str:
    """Print a line a probe, or everything about each."""
    if brief:
        width = max(len(about.name) for about in abouts)
        return "\n".join(f"{about.name:{width}}  {about.title}" for about in abouts)
    return "\n\n".join("\n".join(_lines(about)) for about in abouts)


def entry(about: About) -> Entry:
    """Write a probe down as data."""
    return Entry(
        name=about.name,
        title=about.title,
        ports=sorted(about.ports),
        tls_ports=sorted(about.tls_ports),
        udp_ports=sorted(about.udp_ports),
        asks=[ask.name for ask in about.asks],
        proves=about.proves,
        cwe=about.cwe,
        remedy=about.remedy,
        references=about.references,
        needs=about.needs,
        made_for=about.made_for,
    )


def _lines(about: About) -> Iterator[str]:
    yield f"{about.name}: {about.title}"
    tls = f", TLS first on {_listed(about.tls_ports)}" if about.tls_ports else ""
    if about.transport is Transport.UDP:
        yield f"  ports   {_listed(about.udp_ports)} over UDP, if the scope permits it"
    else:
        yield f"  ports   {_listed(about.ports)}{tls}"
    yield "  asks    everything that it may ever send:"
    for ask in about.asks:
        yield f"    {ask.name}"
        if isinstance(ask, Get) and ask.header:
            yield f"      with {ask.header}"
    if about.needs:
        yield f"  needs   `{about.needs} = true` in the scope"
    if about.made_for:
        yield f"  devices {about.made_for}, where the scope has a consent"
    yield f"  proof   {about.proves}"
    yield f"  remedy  {about.remedy}"
    yield f"  see     CWE-{about.cwe}, docs/probes/{about.name}.md"
    yield from (f"          {reference}" for reference in about.references)


def _listed(ports: frozenset[int]) -> str:
    return ", ".join(map(str, sorted(ports))) or "none"
