"""An estate to draw: thousands of findings of every kind, the same each time, and their past.

Run as `python tests/emit/html/estate.py COUNT PATH`, it writes the report of such an estate.
"""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

from scanner.emit.html import render
from scanner.emit.report import Report
from scanner.inferred import Category, DataCategory, Label, Mark
from scanner.judged import Factor, Growth, Reason
from scanner.model import (
    Access,
    Asset,
    Coverage,
    Endpoint,
    Finding,
    Holding,
    Severity,
    Silence,
    Status,
)
from scanner.past import Happened, Past
from scanner.reach import Reach
from tests.exposures import NOON, coverage, day, exposure

PRODUCTS = ("Elasticsearch", "MongoDB", "Redis", "HylaFAX", "Orthanc", "CouchDB", "MinIO", "etcd")
OWNERS = ("Radiology", "Laboratory", "Fax services", "Pharmacy", "Billing", None)
FAXES = DataCategory(name=Category.FAX_DOCUMENT, confidence=0.9, words=("faxes",))
EXTORTION = Mark(
    what="extortion",
    holdings=1,
    because="a name that extortion campaigns leave",
    advice="Preserve the logs before you close the door.",
)


def estate(count: int) -> list[Finding]:
    """Give findings worst first, as a report does."""
    order = list(Severity)
    return sorted(findings(count), key=lambda finding: order.index(finding.severity))


def findings(count: int) -> Iterator[Finding]:
    """Draw findings by a seed that stays."""
    draw = Random(7)
    for number in range(count):
        product = draw.choice(PRODUCTS)
        first = day(-draw.choice((0, 0, 3, 12, 40, 200)))
        yield exposure(
            fingerprint=f"{number:032x}",
            probe=product.lower(),
            title=f"{product} lists what it holds to anyone",
            product=product,
            version=f"{draw.randint(1, 9)}.{draw.randint(0, 20)}",
            severity=draw.choice(list(Severity)[:4]),
            status=draw.choice(list(Status)),
            access=draw.choice((Access.OPEN, Access.OPEN, Access.PARTIAL, Access.UNCLAIMED)),
            endpoint=Endpoint(
                address=f"198.18.{number // 250 % 250}.{number % 250 + 1}", port=9200
            ),
            holdings=tuple(
                Holding(name=f"faxes-{part}", kind="index", records=draw.randint(0, 10**6))
                for part in range(draw.randint(0, 6))
            ),
            holdings_total=draw.randint(6, 70),
            label=draw.choice(list(Label)),
            categories=(FAXES,),
            signs=(EXTORTION,) if number % 500 == 3 else (),
            asset=Asset(owner=draw.choice(OWNERS), site="north", tags=("pacs",)),
            first_seen=first,
            open_since=first,
            due=first + timedelta(days=30),
            regressed=number % 40 == 0,
            growth=Growth(records=draw.randint(-50, 900), since=day(-1)),
            why=(Reason(factor=Factor.ACCESS, found="the listing is open", points=40),),
            regulation=("gdpr:32", "gdpr:33"),
            last_seen=NOON,
            tls=None,
            case=f"case-{number // 3}",
        )


def reached(**changes: object) -> Coverage:
    """Give a round that did not reach everything, and ended before its end."""
    values: dict[str, object] = {
        "planned": 65_536,
        "reached": 10_211,
        "closed": 41_000,
        "filtered": 9_000,
        "unreachable": 2_000,
        "skipped": {"medical": 256, "denied-port": 512, "interrupted": 2557},
        "unknown": {Silence.TIMEOUT: 120, Silence.HALF_PROOF: 4},
        "by_range": {f"198.18.{part}.0/24": reach(256 * part) for part in range(4)},
        "by_owner": {"Radiology": reach(0), "": reach(900)},
        "complete": False,
        "why_incomplete": ("interrupted by a signal",),
    }
    return coverage(**{**values, **changes})


def reach(answered: int) -> Reach:
    """Give what of a thousand endpoints answered."""
    filtered = 1_000 - answered
    return Reach(planned=1_000, reached=0, closed=answered, filtered=filtered, unreachable=0)


def past(*fingerprints: str) -> Past:
    """Give a fortnight of rounds, in which doors are closed and one round stops half-way."""
    rounds = tuple(
        reached(
            ended=day(number - 14),
            findings={
                Severity.CRITICAL: 30 - 2 * number,
                Severity.HIGH: 60 - number,
                Severity.LOW: 9,
            },
            complete=number != 5,
            closed=41_000 if number != 5 else 9_000,
        )
        for number in range(15)
    )
    events = (
        Happened(day(-9), "new", None, "seen exposed for the first time"),
        Happened(day(-5) + timedelta(hours=3), "shut", "198.18.0.1:9200", "the port refused"),
        Happened(day(-2), "reopened", None, "seen exposed again"),
    )
    return Past(rounds, dict.fromkeys(fingerprints, events))


def page(count: int) -> bytes:
    """Write the report of an estate."""
    drawn = estate(count)
    before = past(*(finding.fingerprint for finding in drawn[:3]))
    return b"".join(render(Report(drawn, reached(), before)))


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(page(int(sys.argv[1])))
