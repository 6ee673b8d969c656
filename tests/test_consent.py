"""Who allows what on devices: a consent names its people and its hours, or it is refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import AssetClass
from scanner.scope import Scope, ScopeRefused, Window, load_scope
from scanner.scope.windows import is_open, meet

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)  # a Wednesday

SIGNED = """\
name = "ward network"
owner = "IT operations"
approver = "Head of IT"
reference = "SEC-7"
contact = "sec@example.org"
valid_until = 2026-12-31
ranges = ["192.0.2.0/24"]
zones = [{ name = "imaging", ranges = ["192.0.2.0/25"], class = "medical" }]
"""

MEDICAL = """\
[medical]
mode = "handshake"
approver = "Biomedical engineering"
[[medical.windows]]
days = ["sun"]
from = "02:00"
until = "04:00"
"""

Load = Callable[[str], Scope]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load a scope with what a test adds to it."""

    def load_text(text: str) -> Scope:
        path = tmp_path / "scope.toml"
        path.write_text(SIGNED + text, encoding="utf-8")
        path.chmod(0o600)
        return load_scope(path, now=NOW, resolve=lambda _: [])

    return load_text


@pytest.fixture
def refusal(load: Load, tmp_path: Path) -> Callable[[str], str]:
    """Give the message with which a scope is refused, without its folder."""

    def message(text: str) -> str:
        with pytest.raises(ScopeRefused) as caught:
            load(text)
        return str(caught.value).replace(f"{tmp_path}/", "")

    return message


def test_a_consent_has_an_approver_and_hours_of_its_own(load: Load) -> None:
    """The hours of the scope are not enough, nor is who signed it."""
    consent = load(MEDICAL).consents[AssetClass.MEDICAL]

    assert consent.approver == "Biomedical engineering"
    assert consent.is_open(datetime(2026, 6, 14, 3, tzinfo=UTC))
    assert not consent.is_open(NOW)


def test_each_class_has_a_consent_of_its_own(load: Load) -> None:
    """Who allows it for printers allows nothing for medical devices."""
    printers = MEDICAL.replace("medical", "printer")

    assert set(load(printers).consents) == {AssetClass.PRINTER}
    assert set(load(MEDICAL + printers).consents) == {AssetClass.MEDICAL, AssetClass.PRINTER}


@pytest.mark.parametrize("text", ["", MEDICAL.replace('"handshake"', '"skip"')])
def test_nothing_is_consented_to_by_default_or_after_it_was_withdrawn(
    load: Load, text: str
) -> None:
    """A withdrawn consent may stay in the file, for the record."""
    assert load(text).consents == {}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("[medical]\n", 3),
        (MEDICAL.replace('"handshake"', '"anything"'), 1),
        (MEDICAL.replace('"handshake"', "true"), 1),
    ],
)
def test_every_gap_of_a_consent_is_named(
    refusal: Callable[[str], str], text: str, lines: int
) -> None:
    """Mode, approver and hours; each with file, line and field."""
    said = refusal(text).splitlines()

    assert len(said) == lines
    assert all(line.startswith("scope.toml:") for line in said)
    assert all("medical" in line for line in said)


@pytest.mark.parametrize(
    ("there", "instead", "said"),
    [
        ('mode = "handshake"\n', "", 'scope.toml:9: medical.mode: missing; write "handshake"'),
        (
            'approver = "Biomedical engineering"\n',
            "",
            "scope.toml:9: medical.approver: missing; a permission without it permits nothing",
        ),
        (
            '"Biomedical engineering"',
            '"CHANGE-ME: who"',
            "scope.toml:11: medical.approver: still holds the template's text",
        ),
        (
            MEDICAL.partition("[[")[1] + MEDICAL.partition("[[")[2],
            "",
            "scope.toml:9: medical.windows: missing; write the hours of [[medical.windows]]",
        ),
        ('"02:00"', '"25:00"', "scope.toml:14: medical.windows[0].from: '25:00' is no time of day"),
        ('["sun"]', '["sunday"]', "scope.toml:13: medical.windows[0].days[0]: 'sunday' is no day"),
    ],
)
def test_what_is_missing_or_wrong_is_refused_by_file_line_and_field(
    refusal: Callable[[str], str], there: str, instead: str, said: str
) -> None:
    """A consent with a gap is none, and no round begins."""
    assert said in refusal(MEDICAL.replace(there, instead))


def test_hours_that_never_come_are_refused(refusal: Callable[[str], str]) -> None:
    """Outside the scope's own windows nothing is sent, so these would never open."""
    weekdays = 'windows = [{ days = ["mon", "sat"], from = "22:00", until = "05:00" }]\n'

    assert "medical.windows: never open while the scope's `windows` are" in refusal(
        weekdays.replace('"sat"', '"tue"') + MEDICAL
    )


def test_hours_that_a_night_before_reaches_into_are_accepted(load: Load) -> None:
    """Saturday's window lasts until Sunday, five o'clock."""
    saturdays = 'windows = [{ days = ["sat"], from = "22:00", until = "05:00" }]\n'

    assert AssetClass.MEDICAL in load(saturdays + MEDICAL).consents


def test_explain_says_how_a_device_is_treated(load: Load) -> None:
    """By name of who allowed it."""
    alone = load("").explain("192.0.2.1").because
    called = load(MEDICAL).explain("192.0.2.1").because

    assert "zone 'imaging' holds 192.0.2.1 (medical devices: left alone)" in alone
    assert (
        "zone 'imaging' holds 192.0.2.1 "
        "(medical devices: called on with care, approved by Biomedical engineering)"
    ) in called


HOURS = st.lists(
    st.builds(
        Window,
        st.frozensets(st.integers(0, 6), min_size=1),
        st.integers(0, 23).map(lambda hour: NOW.time().replace(hour=hour)),
        st.integers(0, 23).map(lambda hour: NOW.time().replace(hour=hour)),
        st.just(UTC),
    ),
    min_size=1,
    max_size=3,
)


@given(one=HOURS, other=HOURS)
def test_two_lists_of_hours_meet_where_some_hour_has_both(
    one: list[Window], other: list[Window]
) -> None:
    """Compared with looking at every hour of the week."""
    week = (NOW.replace(minute=0) + timedelta(hours=hour) for hour in range(7 * 24))
    both = any(is_open(one, hour) and is_open(other, hour) for hour in week)

    first = meet(one, other, NOW)
    assert (first is not None) == both
    assert first is None or (is_open(one, first) and is_open(other, first))
