"""Whatever is logged is safe to print, and goes to stderr."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from scanner.logs import configure, safe_to_print, without_traceback
from scanner.plaintext import MAX_SHOWN

#: What a hostile server would like an operator's terminal to obey.
EVIL = "\x1b[2J\x9b31m\r\n\u202eevil\u2028"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave structlog as it was."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.mark.parametrize("as_json", [True, False])
def test_nothing_that_a_terminal_obeys_is_printed(
    capsys: pytest.CaptureFixture[str],
    as_json: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Neither as text nor inside another object, in an event's name or its values."""
    configure(level=logging.INFO, as_json=as_json)
    structlog.get_logger().warning(
        EVIL, product=EVIL, names=[EVIL], raw=EVIL.encode(), error=ValueError(EVIL)
    )
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err[:-1].isprintable()


@pytest.mark.parametrize("as_json", [True, False])
def test_an_exception_is_logged_by_its_type(
    capsys: pytest.CaptureFixture[str],
    as_json: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """A traceback prints messages and locals, which may hold what a peer said."""
    configure(level=logging.INFO, as_json=as_json)
    try:
        dict[str, int]()[EVIL]
    except KeyError:
        structlog.get_logger().exception("plug-in", stack_info=True)
    _, err = capsys.readouterr()
    assert "KeyError" in err
    assert "evil" not in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "failure", [ValueError(EVIL), (ValueError, ValueError(EVIL), None)], ids=["error", "triple"]
)
def test_an_exception_is_named_in_every_form(failure: object) -> None:
    """`exc_info` may be the exception or what `sys.exc_info` gives."""
    assert without_traceback(None, "error", {"event": "x", "exc_info": failure}) == {
        "event": "x",
        "error": "ValueError",
    }


@pytest.mark.parametrize("failure", [None, False])
def test_no_exception_is_no_error(failure: object) -> None:
    """A library that passes `exc_info=False` has nothing to tell."""
    assert without_traceback(None, "info", {"event": "x", "exc_info": failure}) == {"event": "x"}


def test_an_event_of_json_keeps_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers stay numbers, for whoever reads the log by machine."""
    configure(level=logging.INFO, as_json=True)
    structlog.get_logger().info("assessed", access="open", holdings=3, complete=True, why=None)
    event = json.loads(capsys.readouterr().err)
    assert event.pop("timestamp").endswith("Z")
    assert event == {
        "event": "assessed",
        "level": "info",
        "access": "open",
        "holdings": 3,
        "complete": True,
        "why": None,
    }


def test_what_is_below_the_level_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Cron mails whatever is printed."""
    configure(level=logging.WARNING, as_json=False)
    structlog.get_logger().info("assessed")
    assert capsys.readouterr().err == ""


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.sampled_from("abc"), values))
def test_every_event_is_made_safe(event: dict[str, Any]) -> None:
    """Text of any kind becomes printable and bounded."""
    safe = safe_to_print(None, "info", event)
    texts = [value for value in safe.values() if isinstance(value, str)]
    assert all(text.isprintable() and len(text) <= MAX_SHOWN for text in texts)
    assert all(
        value is None or isinstance(value, str | bool | int | float) for value in safe.values()
    )
