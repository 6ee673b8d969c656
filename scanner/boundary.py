"""The one boundary that contains a probe's bug: what goes wrong in it is a verdict, not a crash."""

from collections.abc import Callable
from typing import TypeVar

import structlog

from scanner.guard import OutOfScope
from scanner.model import Silence, Unknown
from scanner.probe import NoAnswer
from scanner.wire import Garbled

T = TypeVar("T")

log = structlog.get_logger()


def contained(probe: str, step: Callable[[], T]) -> T | Unknown:
    """Run one step of a probe's own code; what it raises says who is to blame.

    `Garbled` and `NoAnswer` blame the peer, `MemoryError` this machine. Anything else is a bug of
    the probe: it is logged by its type and place, and never by its message, which may hold what
    the peer said.

    Raises:
        OutOfScope: the probe's code tried to leave the scope itself; that ends the round.
    """
    try:
        return step()
    except OutOfScope:
        raise
    except NoAnswer as silence:
        return Unknown(silence.silence, silence.why)
    except Garbled as error:
        return Unknown(Silence.GARBLED, str(error))
    except MemoryError:  # the machine's fault; the reply is let go of with the verdict
        return Unknown(Silence.SHORT, "we ran out of memory")
    except Exception as error:  # noqa: BLE001 - the one place that may
        kind, where = type(error).__name__, place_of(error)
        # Not `exception`: a traceback prints the values that the peer sent.
        log.error("probe-bug", probe=probe, error=kind, where=where)  # noqa: TRY400
        return Unknown(Silence.BUG, f"{probe} failed with {kind} at {where}")


def place_of(error: BaseException) -> str:
    """Name the function and line that an error came from: our own words, none of a peer's."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}"
