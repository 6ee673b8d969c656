"""What answers on our own side is bounded, and half of an answer is not taken for one."""

import msgspec
import pytest

from scanner.ourside import Answer, Unreached
from scanner.tickets.answers import decoded


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b'"\xff"', b'{"\xed\xa0\x80": 1}'])
def test_what_is_no_json_is_no_answer(body: bytes) -> None:
    """Cut short, somebody else's page, or no UTF-8: later may be better."""
    answer = Answer(200, {}, body)

    with pytest.raises(Unreached):
        answer.json()
    with pytest.raises(Unreached):
        decoded(answer, dict[str, msgspec.Raw])
