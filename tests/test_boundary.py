"""What goes wrong in a probe's code is a verdict that says who is to blame, and tells no secret."""

import pytest
from structlog.testing import capture_logs

from scanner.boundary import contained
from scanner.guard import OutOfScope
from scanner.model import Silence, Unknown
from scanner.probe import NoAnswer
from scanner.wire import Garbled

#: What a peer said: it must be in no verdict and in no log.
SECRET = "\x1b[2Js3cret"


def fail_with(error: BaseException) -> object:
    """A step of a probe that fails."""
    raise error


def test_what_a_step_gives_is_handed_on() -> None:
    """The boundary is in nobody's way."""
    assert contained("redis", lambda: 7) == 7


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (
            NoAnswer(Silence.TIMEOUT, "no answer in time"),
            Unknown(Silence.TIMEOUT, "no answer in time"),
        ),
        (Garbled("expected JSON"), Unknown(Silence.GARBLED, "expected JSON")),
        (MemoryError(SECRET), Unknown(Silence.SHORT, "we ran out of memory")),
    ],
)
def test_what_is_no_bug_keeps_its_name(error: Exception, verdict: Unknown) -> None:
    """Silence and garbled bytes are the peer's, want of memory is ours; nothing is logged."""
    with capture_logs() as events:
        assert contained("redis", lambda: fail_with(error)) == verdict
    assert events == []


@pytest.mark.parametrize(
    "error",
    [
        ValueError(SECRET),
        KeyError(SECRET),
        StopIteration(SECRET),
        RecursionError(SECRET),
        UnicodeDecodeError("utf-8", SECRET.encode(), 0, 1, SECRET),
        OSError(SECRET),
        ExceptionGroup(SECRET, [ValueError(SECRET)]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_the_probe_is_blamed_for_everything_else(error: Exception) -> None:
    """By type and place, and never by a message, which may hold what the peer said."""
    with capture_logs() as events:
        verdict = contained("redis", lambda: fail_with(error))
    kind = type(error).__name__
    assert isinstance(verdict, Unknown)
    assert verdict.silence is Silence.BUG
    assert verdict.why.startswith(f"redis failed with {kind} at fail_with:")
    assert [(event["event"], event["probe"], event["error"]) for event in events] == [
        ("probe-bug", "redis", kind)
    ]
    assert SECRET not in f"{verdict}{events}"


@pytest.mark.parametrize("error", [OutOfScope("connect"), KeyboardInterrupt(), SystemExit()])
def test_what_ends_the_round_passes(error: BaseException) -> None:
    """Leaving the scope is no verdict on an endpoint, and neither is the operator's wish."""
    with pytest.raises(type(error)):
        contained("redis", lambda: fail_with(error))
