"""What the Docker probe makes of real replies, and of half and false ones."""

import pytest

from probes.docker import Docker
from scanner.model import Access, Assessment, Holding, Outcome, Service, Silence, Unknown
from tests.transcripts import Transcript, asked, load, replay

PROBE = Docker()
ID = "PB3M:FOVA:XYLT:YHCQ:PQFQ:LJKB:LXD5:EJXK:VYKC:7B4B:PC7H:LW7L"
OPEN = load("docker/20.10-open")


def settled(transcript: Transcript) -> Outcome:
    """Drive the probe to its end."""
    return replay(PROBE, transcript)


@pytest.mark.parametrize(
    ("name", "service", "held"),
    [
        ("20.10-open", Service("docker", "20.10.24+dfsg1", ID), (1, 1)),
        (
            "podman-4.9-open",
            Service("podman", "4.9.3", "0c9a5fa1-4a52-4ca7-92ab-5d3cf0f4ae1c"),
            (4, 9),
        ),
    ],
)
def test_an_engine_that_describes_itself_is_open(
    name: str, service: Service, held: tuple[int, int]
) -> None:
    """With its identity and two counts; nothing else of its description is kept."""
    found = settled(load(f"docker/{name}"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.OPEN, service)
    assert found.holdings == (
        Holding(name="containers", kind="engine", records=held[0]),
        Holding(name="images", kind="engine", records=held[1]),
    )


def test_an_engine_whose_plug_in_refuses_is_locked() -> None:
    """The plug-in refuses in its own words, to the first ask already."""
    found = settled(load("docker/20.10-plugin"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.LOCKED, Service("docker"))


def test_a_proxy_that_passes_the_version_alone_leaves_it_partial() -> None:
    """The engine is there; how much else the proxy passes is not tried."""
    found = settled(load("docker/20.10-socket-proxy"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service.version) == (Access.PARTIAL, "20.10.24+dfsg1")
    assert asked(PROBE, load("docker/20.10-socket-proxy")) == ["GET /version", "GET /info"]


@pytest.mark.parametrize("changes", [{"status": 200}, {"status": 404, "text": "", "json": b"{}"}])
def test_a_control_in_nobodys_words_proves_nothing(changes: dict[str, object]) -> None:
    """What has every container, or misses it in another voice, is no engine."""
    found = settled(OPEN.with_payload(2, b"{}").with_reply(2, status=changes["status"]))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_an_identity_of_another_shape_is_none() -> None:
    """It would name findings by whatever a server likes to say."""
    found = settled(OPEN.with_json(1, {"ID": "x", "Containers": 1, "Images": 1}))

    assert isinstance(found, Assessment)
    assert found.service.identity is None


def test_another_product_that_tells_its_version_is_not_identified() -> None:
    """Kubernetes and etcd answer the same path."""
    found = settled(load("docker/etcd-3.4"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
