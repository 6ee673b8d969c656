"""Where an operator starts: the summary of a permission, said in plain words."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.model import Refused
from scanner.start import TEMPLATES, dropin, loaded_scope, summary, write_templates
from tests.ground import SIGNED

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)  # a Wednesday

Summary = Callable[[str], list[str]]


@pytest.fixture
def said(tmp_path: Path) -> Summary:
    """Give the summary of a scope with this text, at noon."""

    def lines(text: str) -> list[str]:
        path = tmp_path / "scope.toml"
        path.write_text(SIGNED + text)
        path.chmod(0o600)
        return list(summary(loaded_scope(path, NOW), NOW))

    return lines


def test_zones_are_told_with_what_is_left_alone(said: Summary) -> None:
    """Whoever signs sees that the pumps are not touched."""
    zone = '[[zones]]\nname = "imaging"\nranges = ["192.0.2.64/27"]\nclass = "medical"\n'

    assert "  zone imaging: 32 addresses, medical devices: left alone" in said(
        f'ranges = ["192.0.2.0/24"]\n{zone}'
    )


def test_a_consent_is_told_with_its_next_hour_and_who_gave_it(said: Summary) -> None:
    """The first hour that is also the scope's, and no other."""
    consent = (
        'windows = [{ days = ["fri"], from = "22:00", until = "05:00" }]\n'
        '[medical]\nmode = "handshake"\napprover = "Biomedical engineering"\n'
        '[[medical.windows]]\ndays = ["wed", "sat"]\nfrom = "02:00"\nuntil = "06:00"\n'
    )

    assert (
        "  medical devices may be called on, next at 2026-06-13 02:00 UTC, "
        "as Biomedical engineering approved"
    ) in said(f'ranges = ["192.0.2.1"]\n{consent}')


def test_pinned_names_are_told_with_their_addresses(said: Summary) -> None:
    """A name is resolved once; this is to what."""
    assert any(
        line.startswith("  localhost is pinned to ") and "127.0.0.1" in line
        for line in said(
            'ranges = ["127.0.0.0/8", "::1"]\nmax_addresses = 17_000_000\nhosts = ["localhost"]\n'
        )
    )


def test_a_closed_window_is_told_with_its_opening(said: Summary) -> None:
    """A permission that holds tonight is valid, and says when."""
    window = '[[windows]]\nfrom = "22:00"\nuntil = "05:00"\n'

    assert said(f'ranges = ["192.0.2.1"]\n{window}')[-1] == (
        "  closed now; opens at 2026-06-10 22:00 UTC"
    )


def test_systemd_is_told_what_is_allowed_and_nothing_else(tmp_path: Path) -> None:
    """What the scope excludes is excluded there too."""
    path = tmp_path / "scope.toml"
    path.write_text(f'{SIGNED}ranges = ["192.0.2.0/29", "2001:db8::1"]\nexclude = ["192.0.2.7"]\n')
    path.chmod(0o600)

    lines = list(dropin(loaded_scope(path, NOW), path))

    assert lines[lines.index("[Service]") :] == [
        "[Service]",
        "IPAddressDeny=any",
        "IPAddressAllow=192.0.2.0/30",
        "IPAddressAllow=192.0.2.4/31",
        "IPAddressAllow=192.0.2.6/32",
        "IPAddressAllow=2001:db8::1/128",
    ]
    assert all(line.startswith("#") for line in lines[: lines.index("[Service]")])


def test_a_folder_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "taken").write_text("")

    with pytest.raises(Refused, match=r"taken/in: cannot be written: Not a directory"):
        write_templates(tmp_path / "taken" / "in")


def test_templates_are_the_shipped_files(tmp_path: Path) -> None:
    """`ronde init` copies; it does not invent."""
    config = Path(__file__).parent.parent / "config"

    written = write_templates(tmp_path)

    assert {path.name: path.read_bytes() for path in written} == {
        name: (config / source).read_bytes() for name, source in TEMPLATES.items()
    }
