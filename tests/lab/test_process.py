"""How the lab starts and ends what it starts; no real server is needed for this."""

import os
from pathlib import Path

import pytest

from tests.lab.servers.elasticsearch import elasticsearch
from tests.lab.servers.process import NotStarted, NotYet, Program, running


def test_a_server_that_ends_at_once_says_why_with_the_end_of_its_log(tmp_path: Path) -> None:
    """The reason and the log travel in the exception, since the log's folder is about to go."""

    def never() -> str:
        raise NotYet("still starting")

    program = Program(("sh", "-c", "echo no such setting; exit 3"))
    with (
        pytest.raises(NotStarted) as refused,
        running("broken", program, tmp_path / "log", never),
    ):
        pass
    assert refused.value.why == "ended at once with exit 3"
    assert refused.value.log_tail == "no such setting\n"


def test_a_server_that_never_answers_is_given_up_and_ended(tmp_path: Path) -> None:
    """The wait is bounded."""

    def never() -> str:
        raise NotYet("silence")

    program = Program(("sleep", "600"), patience=0.3)
    with (
        pytest.raises(NotStarted, match="silence"),
        running("mute", program, tmp_path / "log", never),
    ):
        pass


def test_the_children_of_a_server_are_ended_with_it(tmp_path: Path) -> None:
    """A launcher that is ended takes along what it launched, deaf to SIGTERM or not."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    def child_holds_the_pipe() -> str:
        try:
            os.read(reader, 1)
        except BlockingIOError:
            return "yes"
        raise NotYet("nobody holds it")

    deaf = f"exec 3>{pipe}; trap '' TERM; while :; do sleep 1; done"
    launcher = Program(("sh", "-c", f'sh -c "{deaf}" & wait'))
    with running("launcher", launcher, tmp_path / "log", child_holds_the_pipe):
        pass
    os.set_blocking(reader, True)
    # The end of the pipe comes when the last process that holds it is gone, and not before.
    assert os.read(reader, 1) == b""
    os.close(reader)


def test_a_version_that_the_lab_does_not_bring_is_not_started() -> None:
    """The refusal names the server and the reason."""
    with pytest.raises(NotStarted, match="does not bring this version"), elasticsearch("0.90.13"):
        pass
