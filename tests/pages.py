"""The pages of docs/ that are made from the program itself: `python -m tests.pages` writes them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from probes import PROBES
from scanner.calls import DEVICES_AT_ONCE
from scanner.care import CARE
from scanner.model import Assessment, AssetClass, Outcome, Unknown
from scanner.probe import About, AnyProbe, Ask, Exchange, Get, Listen
from tests.dissect import parts
from tests.transcripts import Transcript, load, names, replay

DOCS = Path(__file__).parent.parent / "docs"
MEDICAL = DOCS / "medical.md"

#: What of that page is made, stands between these two.
_BEGIN = "<!-- made from the program by `python -m tests.pages`; a test compares -->"
_END = "<!-- made until here -->"

_NUMBERS = """\
| to one device, in one round | at most |
|---|---|
| connections at a time | 1 |
| seconds without a connection, after each | at least {care.rest:g} |
| connections to one port, a round that is continued included | {care.sockets} |
| seconds that a connection lasts, from its first packet | {care.held:g} |
| seconds that it waits for a connection to be accepted | {care.connect:g} |
| resets of a connection by the device, until it is left alone | 1 |
| times without an answer, until it is left alone | {care.misses} |

At most {at_once} devices are called on at a time.
"""

_TLS = """\
On port {ports} the same bytes go inside TLS, after a handshake whose bytes are random by design.
"""

#: A server's name in a transcript: everything up to its version.
_NAMED = re.compile(r".*?\d[\w.+~-]*")

_ASKS_HEAD = """\
# Everything that it may send

Made from the probes by `python -m tests.pages`; a test compares.
An ask that is not on its probe's list is never sent.
`{}` stands for one quoted path segment.
What is *heard* sends nothing: it waits for a server that speaks first.
Nor does `hang up`: it ends the connection, and the next ask has a new one.
"""

_INDEX_HEAD = """\
# The probes

Made from the probes by `python -m tests.pages`; a test compares.
*Proof* is what has to be seen from both sides before a door is called open.
A probe without a port of its own is asked where the scope's `extra_ports` says.

| probe | ports | proof |
|---|---|---|"""

_COVERAGE_HEAD = """\
# Coverage

Made from the probes and their recorded replies by `python -m tests.pages`; a test compares.
*Seen* are the real servers whose replies were recorded, in any mode.
*Told apart* are the verdicts that the recorded replies lead to.
Replies that were only *written after* a product's source or manual prove less.

| probe | seen | written after source or manual | told apart |
|---|---|---|---|"""


def asks(probes: Sequence[AnyProbe]) -> str:
    """Write the list of all asks, a section a probe."""
    return "\n".join([_ASKS_HEAD, *(line for one in probes for line in _asks_of(one.about))])


def index(probes: Sequence[AnyProbe]) -> str:
    """Write the table of all probes: where they look, and what they prove."""
    rows = (
        f"| [{about.name}]({about.name}.md) | {_ports(about)} | {about.proves} |"
        for about in (one.about for one in probes)
    )
    return "\n".join([_INDEX_HEAD, *rows, ""])


def coverage(probes: Sequence[AnyProbe]) -> str:
    """Write the table of what each probe was held to."""
    return "\n".join([_COVERAGE_HEAD, *map(_row, probes), ""])


def _asks_of(about: About) -> Iterator[str]:
    yield f"## {about.name}\n"
    for ask in about.asks:
        yield f"- `{ask.name}`{_besides(ask)}"
    yield ""


def _besides(ask: Ask) -> str:
    """Say what the name of an ask does not: that nothing is sent, or one header more."""
    if isinstance(ask, Listen):
        return ", heard"
    return f", with `{ask.header}`" if isinstance(ask, Get) and ask.header else ""


def _ports(about: About) -> str:
    clear = ", ".join(map(str, sorted(about.ports)))
    tls = ", ".join(map(str, sorted(about.tls_ports - about.ports)))
    udp = ", ".join(map(str, sorted(about.udp_ports)))
    if udp:
        return f"UDP {udp}"
    return f"{clear or 'none'}; TLS {tls}" if tls else clear or "none"


def _row(probe: AnyProbe) -> str:
    held = [load(name) for name in names(probe.about.name)]
    seen = _servers(one for one in held if one.source is None)
    written = _servers(one for one in held if one.source is not None)
    told = ", ".join(sorted({_verdict(replay(probe, one)) for one in held}))
    name = probe.about.name
    return f"| [{name}](probes/{name}.md) | {seen or '**none**'} | {written} | {told} |"


def _servers(held: Iterator[Transcript]) -> str:
    return ", ".join(sorted({_called(one.server) for one in held}))


def _called(server: str) -> str:
    found = _NAMED.match(server)
    return found[0] if found else server


def _verdict(outcome: Outcome) -> str:
    if isinstance(outcome, Assessment):
        return outcome.access.value
    return f"unknown ({outcome.silence.value})" if isinstance(outcome, Unknown) else "closed"


def medical(probes: Sequence[AnyProbe]) -> str:
    """Write the numbers and the bytes into the page for biomedical engineering."""
    own = [one.about for one in probes if one.about.made_for is AssetClass.MEDICAL]
    care = CARE[AssetClass.MEDICAL]
    numbers = _NUMBERS.format(care=care, at_once=DEVICES_AT_ONCE)
    made = "\n".join([numbers, *(line for about in own for line in _said_to_devices(about))])
    before, _, rest = MEDICAL.read_text(encoding="utf-8").partition(_BEGIN)
    return f"{before}{_BEGIN}\n\n{made}{_END}{rest.partition(_END)[2]}"


def _said_to_devices(about: About) -> Iterator[str]:
    """Print a probe's every byte."""
    yield f"### By `{about.name}`, on {_ports(about)}\n"
    if about.tls_ports:
        yield _TLS.format(ports=", ".join(map(str, sorted(about.tls_ports))))
    for ask in about.asks:
        if isinstance(ask, Exchange):
            yield f"`{ask.name}`: {len(ask.payload)} bytes.\n\n| bytes | meaning |\n|---|---|"
            yield from (f"| `{some.hex(' ')}` | {what} |" for some, what in parts(ask.payload))
            yield ""
        elif isinstance(ask, Listen):
            yield f"`{ask.name}`: **nothing**. It listens for {ask.seconds:g} seconds and leaves.\n"
        else:
            yield f"`{ask.name}`: **nothing**. It closes the connection.\n"


#: Each page, and what writes it.
PAGES: Mapping[Path, Callable[[Sequence[AnyProbe]], str]] = {
    DOCS / "asks.md": asks,
    DOCS / "coverage.md": coverage,
    MEDICAL: medical,
    DOCS / "probes" / "README.md": index,
}

if __name__ == "__main__":
    for page, write in PAGES.items():
        page.write_text(write(PROBES), encoding="utf-8")
