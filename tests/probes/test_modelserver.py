"""What the probe of model servers makes of written replies, and of half and false ones."""

import pytest

from probes.modelserver import ModelServer
from scanner.model import Access, Assessment, Outcome, Silence, Unknown
from tests.transcripts import Transcript, load, replay

PROBE = ModelServer()


def settled(transcript: Transcript) -> Outcome:
    """Drive the probe to its end."""
    return replay(PROBE, transcript)


@pytest.mark.parametrize(
    ("name", "product", "models"),
    [
        ("vllm-0.6-open", "vllm", ["letters-7b"]),
        ("llamacpp-open", "llama.cpp", ["/models/faxes.gguf"]),
        ("lmstudio-open", "lm-studio", ["letters-7b", "text-embedding"]),
    ],
)
def test_a_server_without_a_key_is_open(name: str, product: str, models: list[str]) -> None:
    """Each misses a page in words of its own."""
    found = settled(load(f"modelserver/{name}"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service.product) == (Access.OPEN, product)
    assert [one.name for one in found.holdings] == models


def test_a_list_that_is_public_proves_nothing() -> None:
    """llama.cpp shows its models to anyone, and locks all else."""
    found = settled(load("modelserver/llamacpp-locked"))

    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED


@pytest.mark.parametrize("name", ["vllm-0.6-locked", "elsewhere"])
def test_what_lists_no_models_of_its_own_is_not_identified(name: str) -> None:
    """A refusal could be anybody's, and a proxy lists the models of others."""
    found = settled(load(f"modelserver/{name}"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED


@pytest.mark.parametrize("body", [b"{}", b"<html>", b'{"detail": "gone"}'])
def test_a_page_that_is_missing_in_nobodys_words_proves_nothing(body: bytes) -> None:
    """Every server has a 404."""
    found = settled(load("modelserver/vllm-0.6-open").with_payload(1, body))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF
