"""What is written down of a name that carries personal data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.masking import Masking, masked, personal
from scanner.model import Access, Assessment, Holding, Service

FAXES = Holding(name="fax-jane.doe@clinic.example", kind="index", fields=("to", "0612345678"))


def listed(*holdings: Holding) -> Assessment:
    """A locked service that lists holdings all the same: masking does not ask why."""
    return Assessment(
        access=Access.LOCKED, service=Service("a"), because="a test", holdings=holdings
    )


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("backup-jane.doe@clinic.example", "[e-mail]"),
        ("box/jane.doe%40clinic.example/in", "box/[e-mail]/in"),
        ("patient-0612345678", "patient-[number]"),
        ("+33612345678", "[number]"),
        ("ssn_123-45-6789", "ssn_[number]"),
        ("dossier-185057800608436", "dossier-[number]"),
        ("faxes-2019", "faxes-2019"),
        ("logs-2019.05.02-000001", "logs-2019.05.02-000001"),
        ("dump_20190502", "dump_20190502"),
        ("dump_20190502133700", "dump_20190502133700"),
        ("snapshot-1556800620000", "snapshot-1556800620000"),
        ("550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000"),
        ("d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e"),
        ("prescriptions", "prescriptions"),
    ],
)
def test_persons_are_masked_and_dates_are_not(name: str, written: str) -> None:
    """Addresses and numbers of persons go; dates, counters, UUIDs and digests stay."""
    assert personal(name) == written


@pytest.mark.parametrize(
    ("policy", "name", "fields"),
    [
        (Masking.PERSONAL, "[e-mail]", ("to", "[number]")),
        (Masking.ALL, "[index 1]", ()),
        (Masking.NONE, FAXES.name, FAXES.fields),
    ],
)
def test_the_policy_of_the_scope_decides(
    policy: Masking, name: str, fields: tuple[str, ...]
) -> None:
    """Names and field names alike; counts and kinds are never masked."""
    (written,) = masked(listed(FAXES), policy).holdings
    assert (written.name, written.kind, written.fields) == (name, "index", fields)


@given(st.text(max_size=400))
def test_any_name_can_be_masked_and_masking_twice_changes_nothing(name: str) -> None:
    """Whatever a server calls its holdings."""
    once = personal(name)
    assert personal(once) == once


@given(
    st.from_regex(r"[a-z]{1,8}\.[a-z]{1,8}@[a-z]{1,8}\.(com|fr|org)", fullmatch=True),
    st.text("ab-"),
)
def test_no_e_mail_address_is_left(address: str, before: str) -> None:
    """Wherever it stands in the name."""
    assert address not in personal(f"{before}/{address}/x")
