"""A team with a history, a configuration and a tracker: nights pass, and tickets follow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec

from scanner.life import Patience
from scanner.model import Finding, Severity
from scanner.ourside import Rehearsal, Transport
from scanner.store import Store
from scanner.ticket import Errand, Ticket
from scanner.ticketing import Delivered, Ticketing, paired, ticketing
from scanner.tickets.systems import Surroundings
from tests.exposures import NOON, SCOPE, VANTAGE, WAY, coverage, day, exposure
from tests.tickets.fakes.kept import TOKEN

#: One look is enough here, whatever the severity.
AT_ONCE = Patience(critical=1, others=1)


def door(number: int, **changes: object) -> Finding:
    """Give one of many open doors."""
    place = msgspec.structs.replace(
        exposure().endpoint, address=f"198.18.{number // 250}.{number % 250 + 1}"
    )
    found = exposure(fingerprint=f"{number:032x}", endpoint=place, open_since=NOON)
    return msgspec.structs.replace(found, **changes)


@dataclass(slots=True)
class Team:
    """One `[tickets.desk]`, and the history that it is about. `clock` is moved by hand."""

    folder: Path
    table: Mapping[str, object]
    transport: Transport | None
    clock: datetime = NOON
    nights: int = 0
    environment: dict[str, str] = field(default_factory=lambda: {"TRACKER_TOKEN": TOKEN})
    rehearsal: Rehearsal | None = None
    url: str | None = None

    @property
    def history(self) -> Path | str:
        """The history: a file in the folder, or a URL."""
        return self.url or self.folder / "history.sqlite"

    def connected(self) -> Ticketing:
        """Connect anew, as every process does."""
        around = Surroundings(
            environment=self.environment,
            now=lambda: self.clock,
            transport=self.transport,
            rehearsal=self.rehearsal,
        )
        tables = {"desk": {"per_second": 10_000, **self.table}}
        return ticketing(self.folder / "ronde.toml", tables, around, lambda _: ["127.0.0.1"])

    def night(self, *seen: Finding, shut: tuple[Finding, ...] = ()) -> None:
        """Let a round see some doors open, and some shut; its end orders what is due."""
        self.nights += 1
        self.clock = day(self.nights)
        name = f"r{self.nights}"
        with Store.open(self.history, create=self.clock) as store:
            begin = partial(store.begin_round, name, scope=SCOPE, vantage=VANTAGE)
            with begin(at=self.clock, way=WAY, patience=AT_ONCE) as round_:
                round_.at_end = self.connected().at_end
                for one in seen:
                    round_.record(msgspec.structs.replace(one, round=name, last_seen=self.clock))
                for one in shut:
                    round_.observe_shut(one.endpoint, probe=None, because="shut", at=self.clock)
                round_.settle(self.clock)
                round_.end(coverage(round=name, ended=self.clock))

    def sync(self, *, parked: bool = False) -> list[Delivered]:
        """Do what is due now."""
        with Store.open(self.history) as store:
            return self.connected().deliver(store.desk(), parked=parked)

    def later(self, **passed: float) -> None:
        """Let time pass without a round."""
        self.clock += timedelta(**passed)

    def kept(self) -> list[Ticket]:
        """Give what the history holds of tickets."""
        with Store.open(self.history) as store, store.desk().reading() as clerk:
            return list(clerk.tickets("desk").values())

    def waiting(self) -> list[Errand]:
        """Give what is still to be done."""
        with Store.open(self.history) as store, store.desk().reading() as clerk:
            return [errand for errand, _ in paired(clerk, "desk")]


def worse(finding: Finding) -> Finding:
    """Give a finding as it is once it has become critical."""
    return msgspec.structs.replace(finding, severity=Severity.CRITICAL)
