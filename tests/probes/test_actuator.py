"""What the probe of Spring Boot's actuator makes of real replies, and of half and false ones."""

import pytest

from probes.actuator import CONTROL, LINKS, METRICS, Actuator
from scanner.model import Access, Assessment, Confidence, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = Actuator()
OPEN = load("actuator/3.3-open")


def offering(*names: str) -> object:
    """Give the list of links that offers these endpoints."""
    links = {name: {"href": f"http://192.0.2.7/actuator/{name}"} for name in names}
    return {"_links": {"self": {"href": "http://192.0.2.7/actuator"}, **links}}


def test_an_application_that_offers_its_memory_is_open() -> None:
    """What tells of it is held by name; health and metrics are not."""
    found = replay(PROBE, OPEN)

    assert isinstance(found, Assessment)
    assert (found.access, found.confidence) == (Access.OPEN, Confidence.PROBABLE)
    assert [held.name for held in found.holdings] == [
        *("beans", "caches", "configprops", "env", "heapdump", "loggers", "mappings"),
        *("scheduledtasks", "threaddump"),
    ]


def test_no_endpoint_that_tells_anything_is_asked() -> None:
    """A dump would be of everything that the application knows."""
    assert asked(PROBE, OPEN) == [LINKS.name, METRICS.name, CONTROL.name]


def test_an_application_that_offers_parts_of_itself_is_partial() -> None:
    """Settings are not its memory."""
    found = replay(PROBE, OPEN.with_json(0, offering("health", "metrics", "env")))

    assert isinstance(found, Assessment)
    assert found.access is Access.PARTIAL
    assert [held.name for held in found.holdings] == ["env"]


@pytest.mark.parametrize("names", [("health", "info"), ("health", "metrics", "prometheus")])
def test_an_application_that_offers_its_health_is_locked(names: tuple[str, ...]) -> None:
    """That is what the actuator is for."""
    found = replay(PROBE, OPEN.with_json(0, offering(*names)))

    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED


def test_an_application_as_it_ships_is_locked() -> None:
    """Since 2.0 it exposes its health alone."""
    found = replay(PROBE, load("actuator/3.3-locked"))

    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED


@pytest.mark.parametrize(("status", "access"), [(401, Access.LOCKED), (403, Access.LOCKED)])
def test_links_without_what_they_lead_to_are_a_shut_door(status: int, access: Access) -> None:
    """A list of links may be public, and the rest not."""
    found = replay(PROBE, OPEN.with_reply(1, status=status))

    assert isinstance(found, Assessment)
    assert found.access is access


@pytest.mark.parametrize(
    "control", [{}, {"status": 404}, {"status": 200, "path": CONTROL.template}, {"names": []}]
)
def test_a_control_that_is_not_refused_in_its_words_proves_nothing(control: object) -> None:
    """Status and path stand in Spring Boot's own error."""
    found = replay(PROBE, OPEN.with_json(2, control))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    "links", [{}, {"_links": {}}, {"_links": {"self": {"href": "http://192.0.2.7/api"}}}, []]
)
def test_other_links_are_not_identified(links: object) -> None:
    """Many interfaces begin with a list of them."""
    found = replay(PROBE, OPEN.with_json(0, links))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
