"""The harness of probes sees what it is for: asks that were not declared, doors open on a word."""

from dataclasses import replace

import pytest

from probes import PROBES
from scanner.model import Access, Assessment, Outcome, Proof, Service
from scanner.probe import FRONT, Get, HttpDialogue, Page
from tests.fuzz.dialogues import Server, Turn, converse, is_open, packed, recorded, unpacked
from tests.test_docs import Greedy

PAGE = Turn(0, b"200\n\nhello")


class Gullible(Greedy):
    """Calls every door open that has a second page, whatever stands on it."""

    about = replace(Greedy.about, asks=(FRONT, Get("/second")))

    def assess(self, front: Page) -> HttpDialogue:
        """Take any page for a proof."""
        del front
        second = yield Get("/second")
        return (
            opened()
            if second.status == 200
            else Assessment(  # what it never is here
                access=Access.LOCKED, service=Service("gullible"), because=""
            )
        )


class Silent(Greedy):
    """Ends without a verdict."""

    def assess(self, front: Page) -> HttpDialogue:
        """Say nothing of what was found."""
        del front
        yield FRONT
        return None  # type: ignore[return-value]  # the bug that is looked for


def opened() -> Outcome:
    """Say that a door is open."""
    proof = Proof("GET /second", "a page", "none")
    return Assessment(access=Access.OPEN, service=Service("gullible"), because="", proof=proof)


def test_a_door_that_is_open_to_a_parrot_is_a_crash() -> None:
    """Whoever says the same to everything has proved nothing."""
    with pytest.raises(AssertionError, match="a parrot is open"):
        converse(Gullible(), packed([PAGE, PAGE]))


def test_an_ask_that_was_not_declared_is_a_crash() -> None:
    """Whatever the server said to get it."""
    with pytest.raises(AssertionError, match="not declared"):
        converse(Greedy(), packed([PAGE, PAGE, PAGE]))


def test_a_dialogue_without_a_verdict_is_a_crash() -> None:
    """It would be a bug of the probe in a round."""
    with pytest.raises(AssertionError, match="no verdict"):
        converse(Silent(), packed([PAGE, PAGE]))


def test_the_recorded_conversations_lead_as_far_as_they_were_recorded() -> None:
    """Most probes have one that ends at an open door: the fuzzer begins behind the first page."""
    reach = [
        probe.about.name
        for probe in PROBES
        if any(is_open(Server(probe, unpacked(one)).converse()) for one in recorded(probe))
    ]

    assert len(reach) > 100
