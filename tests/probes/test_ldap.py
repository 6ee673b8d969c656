"""What the LDAP probe makes of real directories, and of half and false ones."""

import pytest

from probes.ldap import CONTEXT, CONTROL, ROOT, Ldap
from scanner.model import Access, Assessment, Service, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = Ldap()


def settled(name: str) -> Assessment:
    """Drive the probe to an assessment."""
    found = replay(PROBE, load(f"ldap/{name}"))
    assert isinstance(found, Assessment)
    return found


@pytest.mark.parametrize(
    ("name", "access", "service"),
    [
        ("openldap-2.5-open", Access.OPEN, Service("openldap")),
        ("openldap-2.5-locked", Access.LOCKED, Service("ldap")),
        ("openldap-2.5-root-only", Access.LOCKED, Service("openldap")),
        ("openldap-2.6-tls-only", Access.IDENTIFIED, Service("ldap")),
        ("active-directory-2019-locked", Access.LOCKED, Service("active-directory")),
        ("active-directory-2003-partial", Access.PARTIAL, Service("active-directory")),
        (
            "389-directory-server-2.3-rootdse",
            Access.LOCKED,
            Service("389-directory-server", "2.3.1"),
        ),
    ],
)
def test_each_door_gets_its_verdict(name: str, access: Access, service: Service) -> None:
    """The root entry is public everywhere, and proves nothing."""
    found = settled(name)

    assert (found.access, found.service) == (access, service)


def test_an_open_directory_is_asked_three_times() -> None:
    """What it is, one context, and an entry that cannot exist."""
    assert asked(PROBE, load("ldap/openldap-2.5-open")) == [ROOT.name, CONTEXT.name, CONTROL.name]


def test_contexts_are_named_and_no_entry_is_counted() -> None:
    """A count would need a search of all entries."""
    (held,) = settled("openldap-2.5-open").holdings

    assert (held.name, held.kind, held.records) == ("dc=clinic,dc=example", "naming context", None)


def test_only_what_was_read_is_held() -> None:
    """The context that was refused is not among the holdings."""
    found = settled("active-directory-2003-partial")

    assert [held.name for held in found.holdings] == ["DC=clinic,DC=example"]
    assert found.because == "1 of 2 naming contexts are read without a bind"


@pytest.mark.parametrize(
    "control",
    [
        pytest.param("300c02010365070a010004000400", id="found without an entry"),
        pytest.param("300c02010365070a013204000400", id="refused"),
    ],
)
def test_a_control_that_is_not_missing_proves_nothing(control: str) -> None:
    """A directory that has every entry is a decoy; one that refuses it tells nothing."""
    found = replay(PROBE, load("ldap/openldap-2.5-open").with_reply(2, hex=control))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_a_directory_that_shuts_down_is_busy() -> None:
    """It says so by its result."""
    found = replay(PROBE, load("ldap/openldap-2.6-shut-down"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.BUSY


def test_a_root_that_names_no_context_is_identified_only() -> None:
    """There is nothing else that could be asked without a guess."""
    bare = load("ldap/openldap-2.5-open").with_reply(0, hex="300c02010165070a010004000400")

    found = replay(PROBE, bare)

    assert isinstance(found, Assessment)
    assert found.access is Access.IDENTIFIED
