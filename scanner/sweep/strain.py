"""Whether the network bears the pace: time-outs and latencies, each against its own usual level.

A share of time-outs alone says nothing: a firewall that drops one port makes nine in ten, for
ever. Only a rise above what that port usually shows is strain; and what stays, however slowly we
go, is not our doing and becomes usual. Pure: every reading of the clock is handed in, in seconds.
"""

import math
from collections import Counter
from dataclasses import dataclass, field

#: Hosts remembered as having answered, each with its lowest latency: some megabytes. When it is
#: full it starts afresh: at worst, a strained host is recognised one answer later.
REMEMBERED = 1 << 16

#: What began within so many seconds is judged together.
SPAN = 1.0

#: Fewer connections than this are no ground for a judgement on all hosts.
ENOUGH = 30

#: A share rises when it is this much above its usual level, and chance does not explain it. Five
#: standard deviations: the usual level is uncertain itself, and a long round judges every second.
RISE, DEVIATIONS = 0.1, 5

#: No share is taken to be steadier than one in fifty: a wireless link loses that much at rest.
LEAST_USUAL = 0.02

#: How fast a level becomes usual, for each judgement. A strain that slowness does not mend is
#: forgiven after a dozen of them.
DRIFT = 0.1

#: A connect is slow when it takes this many times its host's fastest and this many seconds more:
#: what a queue that is filling up adds, and our own processor does not.
SLOW_FACTOR, SLOW_SECONDS = 3.0, 0.2

#: The slowest and the step of recovery, as shares of the signed-off rate.
LEAST_SHARE = STEP = 1 / 16

#: Why the pace recovers.
BEARS_IT = "the network bears it"


@dataclass(frozen=True, slots=True)
class Change:
    """The share of the signed-off rate from now on, and why."""

    share: float
    why: str


@dataclass(slots=True)
class _Level:
    """A share of bad among all, and what is usual for it; the first judgement sets that."""

    usual: float | None = None

    def rises(self, bad: int, of: int) -> bool:
        share = bad / of
        if self.usual is None:
            self.usual = share
            return False
        usual = max(self.usual, LEAST_USUAL)
        rises = share > usual + RISE + DEVIATIONS * math.sqrt(usual * (1 - usual) / of)
        self.usual += DRIFT * (share - self.usual)
        return rises


@dataclass(slots=True)
class _Span:
    """What became of the connections that began within one span, counted by port."""

    asked: Counter[int] = field(default_factory=Counter)
    missed: Counter[int] = field(default_factory=Counter)
    timed: int = 0
    slow: int = 0


class Strain:
    """Halves the pace when the network shows strain, and gives it back step by step.

    Only hosts that have answered before can show strain: those that never did are absent. A span
    is judged when all that began in it has had its `timeout`. After a change for the worse, what
    began before it is not judged any more.
    """

    def __init__(self, timeout: float) -> None:
        self.share = 1.0
        self._settling = timeout + SPAN
        self._fastest: dict[str, float] = {}
        self._spans: dict[int, _Span] = {}
        self._losses: dict[int, _Level] = {}
        self._latency = _Level()
        self._not_before = -math.inf
        self._next_judgement = math.inf

    def knows(self, host: str) -> bool:
        """Tell whether a host has answered before."""
        return host in self._fastest

    def heard(self, host: str, port: int, begun: float, seconds: float | None) -> None:
        """Note an answer, after so many seconds; None if we were too busy to look at once."""
        fastest = self._fastest.get(host)
        if fastest is None and len(self._fastest) >= REMEMBERED:
            self._fastest.clear()
        took = math.inf if seconds is None else seconds
        self._fastest[host] = took if fastest is None else min(fastest, took)
        span = self._span(begun)
        if fastest is not None and span:
            span.asked[port] += 1
            if seconds is not None and fastest < math.inf:
                span.timed += 1
                span.slow += seconds > max(SLOW_FACTOR * fastest, fastest + SLOW_SECONDS)

    def missed(self, host: str, port: int, begun: float) -> None:
        """Note a time-out."""
        span = self._span(begun)
        if host in self._fastest and span:
            span.asked[port] += 1
            span.missed[port] += 1

    def look(self, now: float) -> Change | None:
        """Judge what has settled; say if the pace changes."""
        if now < self._next_judgement:
            return None
        settled = [place for place in self._spans if self._settles_at(place) <= now]
        for place in settled:
            span = self._spans.pop(place)
            self._next_judgement = min(map(self._settles_at, self._spans), default=math.inf)
            if place * SPAN < self._not_before:
                continue
            if why := self._strained(span):
                self._not_before = now
                return self._become(max(LEAST_SHARE, self.share / 2), why)
            if self.share < 1.0:
                return self._become(min(1.0, self.share + STEP), BEARS_IT)
        return None

    def _span(self, begun: float) -> _Span | None:
        """Give the span that a connection began in, unless nobody will judge it."""
        if begun < self._not_before:
            return None
        place = int(begun // SPAN)
        span = self._spans.get(place)
        if span is None:  # not `setdefault`: this is asked for every connection
            span = self._spans[place] = _Span()
            self._next_judgement = min(self._next_judgement, self._settles_at(place))
        return span

    def _settles_at(self, place: int) -> float:
        return (place + 1) * SPAN + self._settling

    def _strained(self, span: _Span) -> str | None:
        why = None
        for port, asked in span.asked.items():
            level = self._losses.setdefault(port, _Level())
            if asked >= ENOUGH and level.rises(span.missed[port], asked):
                why = f"hosts that answered before do not answer now on port {port}"
        if span.timed >= ENOUGH and self._latency.rises(span.slow, span.timed):
            why = "hosts answer much later than they did"
        return why

    def _become(self, share: float, why: str) -> Change | None:
        if share == self.share:
            return None
        self.share = share
        return Change(share, why)
