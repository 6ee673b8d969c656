"""`ronde explain`: the way to a severity, in words."""

from collections.abc import Sequence

import pytest

from scanner.explain import explained, named, placed
from scanner.inferred import Mark
from scanner.judged import Factor, Growth, Reason
from scanner.model import Asset, Finding, Refused
from tests.exposures import day, endpoint, exposure

FINDING = exposure(
    fingerprint="ab12cd",
    why=(
        Reason(factor=Factor.ACCESS, found="open", points=70),
        Reason(factor=Factor.TRANSPORT, found="clear text", points=5),
    ),
    cvss="CVSS:4.0/AV:N",
    oldest=day(-700),
    growth=Growth(records=25, since=day(-1)),
    open_since=day(-3),
    due=day(4),
)


@pytest.mark.parametrize("written", ["ab12cd", "ab1", " AB12 "])
def test_the_beginning_of_a_fingerprint_names_its_finding(written: str) -> None:
    """As long as it is one finding's; its nodes are one."""
    assert named(written, [FINDING, FINDING, exposure(fingerprint="cd")]) is FINDING


@pytest.mark.parametrize(
    ("written", "there", "said"),
    [
        ("ff", [FINDING], "no open finding has the fingerprint 'ff'"),
        ("", [FINDING], "no open finding"),
        ("ab", [FINDING, exposure(fingerprint="ab99")], "2 findings begin with 'ab'"),
    ],
)
def test_a_fingerprint_that_names_none_or_several_is_refused(
    written: str, there: Sequence[Finding], said: str
) -> None:
    """Nothing is guessed."""
    with pytest.raises(Refused, match=said):
        named(written, there)


def test_every_reason_is_a_line_and_the_sum_ends_them() -> None:
    """The reader can add up."""
    lines = list(explained(FINDING))

    start = lines.index("severity: high")
    assert lines[start + 1 : start + 4] == [
        "    +70  access      open",
        "     +5  transport   clear text",
        "    +75  together",
    ]
    assert "CVSS: CVSS:4.0/AV:N" in lines


def test_a_sign_is_told_with_what_to_do_first() -> None:
    """Whoever closes the door first loses the traces."""
    sign = Mark(what="extortion", holdings=2, because="a name is present", advice="keep the logs")

    lines = list(explained(exposure(signs=(sign,))))

    assert lines[-1] == "sign: a name is present: 2; keep the logs"


def test_every_case_that_it_is_part_of_is_named() -> None:
    """The service's, and those that join it with others; no case of others alone."""
    one, other, stranger = (
        exposure(
            fingerprint=f"f{number}",
            case=f"c{number}",
            endpoint=endpoint(number),
            asset=Asset(owner=owner),
        )
        for number, owner in ((1, "Radiology"), (2, "Radiology"), (3, "IT"))
    )

    lines = placed(one, [one, other, stranger])

    assert {line.rpartition("  ")[0] for line in lines} == {
        "part of: high      service  Elasticsearch: findings 1, doors 1",
        "part of: high      owner    Radiology: findings 2, doors 2",
    }


def test_time_is_told_as_far_as_it_is_known() -> None:
    """When the door was opened is not; a growing store is a live one."""
    lines = list(explained(FINDING))

    assert "open since when: not known; oldest holding made: 2024-03-31 12:00 UTC" in lines
    assert "records since 2026-02-28 12:00 UTC: +25; a live system" in lines
    assert "due: 2026-03-05 12:00 UTC" in lines


def test_what_an_earlier_version_recorded_is_explained_as_far_as_it_goes() -> None:
    """A history is never refused for what it lacks."""
    lines = list(explained(exposure()))

    assert "  an earlier version recorded it, without the reasons" in lines
    assert "CVSS: not recorded" in lines


def test_what_a_server_said_is_never_obeyed() -> None:
    """Terminal sequences are escaped."""
    assert "\x1b" not in "".join(explained(exposure(product="\x1b[2J")))
