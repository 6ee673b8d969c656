"""What the NFS probe makes of real exports, and of half and false ones."""

import pytest

from probes.nfs import CONTROL, DUMP, EXPORT, NULL, Nfs
from scanner.model import Access, Assessment, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = Nfs()


def settled(name: str) -> Assessment:
    """Drive the probe to an assessment."""
    found = replay(PROBE, load(f"nfs/{name}"))
    assert isinstance(found, Assessment)
    return found


@pytest.mark.parametrize(
    ("name", "access", "product"),
    [
        ("ganesha-4.3-open", Access.OPEN, "mountd"),
        ("nfs-utils-2.6-mixed", Access.OPEN, "mountd"),
        ("ganesha-4.3-shielded", Access.SHIELDED, "mountd"),
        ("ganesha-4.3-locked", Access.LOCKED, "mountd"),
        ("rpcbind-1.2-with-mountd", Access.IDENTIFIED, "rpcbind"),
        ("rpcbind-1.2-alone", Access.IDENTIFIED, "rpcbind"),
        ("ganesha-4.3-nfs-port", Access.IDENTIFIED, "nfs"),
    ],
)
def test_each_door_gets_its_verdict(name: str, access: Access, product: str) -> None:
    """By whom the exports are for; the port mapper and NFS itself only say what they are."""
    found = settled(name)

    assert (found.access, found.service.product) == (access, product)


def test_only_what_is_for_everybody_is_held() -> None:
    """A subnet and a name are no finding; who they are is not kept."""
    found = settled("nfs-utils-2.6-mixed")

    assert [(one.name, one.kind) for one in found.holdings] == [("/srv/faxes", "export")]
    assert found.because == "1 of 2 exports are for every host"
    assert "pacs.example" not in repr(found)


def test_an_open_mountd_is_asked_twice_and_nothing_is_mounted() -> None:
    """The list, and a procedure that does not exist."""
    assert asked(PROBE, load("nfs/ganesha-4.3-open")) == [EXPORT.name, CONTROL.name]


def test_another_program_is_looked_at_more_closely() -> None:
    """The port mapper's list, then a call that does nothing."""
    transcript = load("nfs/nlockmgr")
    found = replay(PROBE, transcript)

    assert asked(PROBE, transcript) == [EXPORT.name, DUMP.name, NULL.name]
    assert found == Unknown(Silence.UNRECOGNISED, "neither mountd, nor portmap, nor NFS")


def test_the_port_mapper_says_where_mountd_is() -> None:
    """So that the scope can name the port."""
    assert settled("rpcbind-1.2-alone").because == "maps ports; there is no mountd"
    assert settled("rpcbind-1.2-with-mountd").because.startswith("maps ports; mountd is on TCP ")


def test_a_control_that_succeeds_proves_nothing() -> None:
    """Whoever has every procedure has none."""
    transcript = load("nfs/ganesha-4.3-open")
    decoy = transcript.with_reply(1, hex=transcript.exchanges[0].payload.hex())

    found = replay(PROBE, decoy)

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF
