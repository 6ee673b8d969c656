"""What needs the scope's own word is left out of a round without it, and refused by name."""

from pathlib import Path

import pytest

from probes.ftpanon import Ftpanon
from scanner.catalogue import as_text
from scanner.model import Refused
from scanner.prepare import Order, prepare
from scanner.rounds import utc_now
from tests.ground import FAST, SIGNED


def ordered(folder: Path, head: str, *probes: str) -> Order:
    """Write a scope over one address, and order a round."""
    scope = folder / "scope.toml"
    scope.write_text(f'{SIGNED}{head}ranges = ["127.0.0.1"]\n{FAST}')
    return Order(scope=scope, probes=probes)


def selected(order: Order) -> set[str]:
    """Name the probes of a round."""
    return {probe.about.name for probe in prepare(order, now=utc_now()).probes}


def test_a_guest_s_name_is_used_only_where_the_scope_says_so(tmp_path: Path) -> None:
    """Without the field, FTP servers are identified by their greeting."""
    assert selected(ordered(tmp_path, "", "ftp*")) == {"ftp"}
    assert selected(ordered(tmp_path, "ftp_anonymous = true\n", "ftp*")) == {"ftp", "ftpanon"}


def test_an_archive_is_queried_only_where_the_scope_says_so(tmp_path: Path) -> None:
    """Without the field, DICOM servers are only associated with."""
    assert selected(ordered(tmp_path, "", "dicom", "dicomfin*")) == {"dicom"}
    assert selected(ordered(tmp_path, "dicom_find = true\n", "dicomfin*")) == {"dicomfind"}
    with pytest.raises(Refused, match=r"scope\.toml: dicom_find: false; dicomfind needs it"):
        prepare(ordered(tmp_path, "", "dicomfind"), now=utc_now())


def test_a_probe_that_is_named_and_not_allowed_refuses_the_round(tmp_path: Path) -> None:
    """The message names the file and the field."""
    order = ordered(tmp_path, "ftp_anonymous = false\n", "ftpanon", "ftp")

    with pytest.raises(Refused, match=r"scope\.toml: ftp_anonymous: false; ftpanon needs it"):
        prepare(order, now=utc_now())


def test_the_catalogue_says_what_a_probe_needs() -> None:
    """Who reads it knows why the probe is left out."""
    assert "  needs   `ftp_anonymous = true` in the scope" in as_text([Ftpanon.about], brief=False)


def test_a_field_of_another_type_is_refused(tmp_path: Path) -> None:
    """`"yes"` is no permission."""
    with pytest.raises(Refused, match="ftp_anonymous"):
        prepare(ordered(tmp_path, 'ftp_anonymous = "yes"\n'), now=utc_now())
