"""Secrets: read from where only their owner looks, and told to nobody."""

import copy
import pickle
from pathlib import Path

import pytest

from scanner.model import Refused
from scanner.secret import MAX_SECRET, Safe, Secret, basic, bearer, masked

PLANTED = "pl4nted-secret"


def safe(folder: Path, **environment: str) -> Safe:
    """Give a safe with an environment of its own."""
    return Safe(environment, folder)


def written(path: Path, text: str | bytes, mode: int = 0o600) -> Path:
    """Write a file of a mode."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def test_a_variable_is_read(tmp_path: Path) -> None:
    """By its name."""
    assert safe(tmp_path, TOKEN=PLANTED).read("env:TOKEN", "token").reveal() == PLANTED


def test_a_file_is_read_without_its_end_of_line(tmp_path: Path) -> None:
    """Relative to the folder of the configuration."""
    written(tmp_path / "token", f"{PLANTED}\n")

    assert safe(tmp_path).read("file:token", "token").reveal() == PLANTED


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    """It is no secret any more."""
    written(tmp_path / "token", PLANTED, mode)

    with pytest.raises(Refused, match=r"token: .*/token can be read by others; chmod 600"):
        safe(tmp_path).read("file:token", "token")


def test_a_credential_of_systemd_is_read(tmp_path: Path) -> None:
    """Systemd looks after the folder's rights."""
    written(tmp_path / "tracker", PLANTED, 0o440)
    credentials = safe(Path("/"), CREDENTIALS_DIRECTORY=str(tmp_path))

    assert credentials.read("credential:tracker", "token").reveal() == PLANTED


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        (PLANTED, "a secret is not written here"),
        ("env:NONE", "the variable NONE is not set"),
        ("file:none", "cannot be read: No such file"),
        ("credential:tracker", "systemd gave no credentials"),
        ("env:EMPTY", "the secret is empty"),
        ("env:LONG", "the secret is too long"),
        ("env:LINES", "characters that no header can"),
        ("file:binary", "is not text"),
    ],
)
def test_what_leads_nowhere_is_refused_by_field(tmp_path: Path, reference: str, why: str) -> None:
    """And a secret that stands in the wrong place is not repeated."""
    written(tmp_path / "binary", b"\xff\xfe")
    here = safe(tmp_path, EMPTY=" ", LONG="x" * (MAX_SECRET + 1), LINES="a\nb")

    with pytest.raises(Refused, match=f"^tickets.desk.token: .*{why}") as refused:
        here.read(reference, "tickets.desk.token")
    assert PLANTED not in str(refused.value)


@pytest.mark.parametrize("name", ["../token", "a/b"])
def test_a_credential_is_a_name_and_no_path(tmp_path: Path, name: str) -> None:
    """It stays in its folder."""
    with pytest.raises(Refused, match="is no name of a credential"):
        safe(tmp_path, CREDENTIALS_DIRECTORY=str(tmp_path)).read(f"credential:{name}", "token")


def test_a_secret_tells_nothing_of_itself() -> None:
    """However it is printed."""
    secret = Secret(PLANTED)

    shown = f"{secret} {secret!r} {[secret]} {vars(Safe)} {secret:}"
    assert PLANTED not in shown


@pytest.mark.parametrize("leave", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_is_not_copied(leave: object) -> None:
    """A copy would be looked after by nobody."""
    assert callable(leave)
    with pytest.raises(TypeError, match="a secret is not copied"):
        leave(Secret(PLANTED))


def test_headers_are_as_specified() -> None:
    """RFC 7617 and RFC 6750; the pair is the first RFC's own example."""
    assert basic("Aladdin", Secret("open sesame")).reveal() == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    assert bearer(Secret("t")).reveal() == "Bearer t"


def test_somebody_elses_text_is_masked() -> None:
    """A tracker may repeat what it was sent."""
    assert masked(f"bad token {PLANTED}!", [Secret(PLANTED), Secret("")]) == "bad token ***!"
    assert masked(f"bad token {PLANTED}!", [bearer(Secret(PLANTED))]) == "bad token ***!"
