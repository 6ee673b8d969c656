"""The operator's defaults: read strictly, and refused by name."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.config import Config, as_defaults, load_config
from scanner.model import Refused


def written(folder: Path, text: str | bytes) -> Path:
    """Write a configuration file."""
    path = folder / "ronde.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_paths_stand_beside_the_file_that_names_them(tmp_path: Path) -> None:
    """Cron may start a round from anywhere."""
    config = load_config(
        written(
            tmp_path,
            """
            scope = "scope.toml"
            inventory = ["assets.csv", "/srv/cmdb.jsonl"]
            output = ["-", "findings.jsonl"]
            history = "state/history.db"
            vantage = "dmz-1"
            vocabulary = "words.toml"
            """,
        )
    )
    assert config == Config(
        scope=str(tmp_path / "scope.toml"),
        inventory=(str(tmp_path / "assets.csv"), "/srv/cmdb.jsonl"),
        output=("-", str(tmp_path / "findings.jsonl")),
        history=str(tmp_path / "state/history.db"),
        vantage="dmz-1",
        vocabulary=str(tmp_path / "words.toml"),
    )


def test_a_database_is_named_by_its_url(tmp_path: Path) -> None:
    """A URL is no path."""
    config = load_config(written(tmp_path, 'history = "sqlite:////var/lib/ronde/history.db"'))
    assert config.history == "sqlite:////var/lib/ronde/history.db"


def test_what_is_set_is_a_default_even_when_it_is_false(tmp_path: Path) -> None:
    """What is not set leaves the command line's own default."""
    config = load_config(written(tmp_path, 'services = false\nfail_on = "high"'))
    assert as_defaults(config) == {"services": False, "fail_on": "high"}


def test_an_empty_file_sets_nothing(tmp_path: Path) -> None:
    """Every key is optional."""
    assert as_defaults(load_config(written(tmp_path, ""))) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scope = ", ":1: not TOML: Invalid value"),
        ('vantage = "a"\nvantage = "b"\n', ":2: not TOML: Cannot overwrite a value"),
        (b'vantage = "a"\nscope = "\xff"', ":2: not UTF-8"),
        ("scope = " + "[" * 10_000, ": not TOML: a value is too long or too deep"),
        ("scope = " + "1" * 10_000, ": not TOML: a value is too long or too deep"),
        ("'\\u001b' = '", ":1: not TOML: "),
        ("scop = 'scope.toml'", ": Object contains unknown field `scop`"),
        ("scope = 7", ": Expected `str | null`, got `int` - at `$.scope`"),
        ("inventory = 'assets.csv'", ": Expected `array`, got `str` - at `$.inventory`"),
        ("inventory = ['a', 7]", ": Expected `str`, got `int` - at `$.inventory[1]`"),
        ("services = 'yes'", ": Expected `bool | null`, got `str` - at `$.services`"),
    ],
)
def test_a_mistake_is_refused_by_file_and_line_or_field(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    """A key that is spelled wrong would otherwise be a default that nobody notices missing."""
    path = written(tmp_path, text)
    with pytest.raises(Refused) as caught:
        load_config(path)
    assert str(caught.value).startswith(f"{path}{message}")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    """By its name, and with the system's reason."""
    with pytest.raises(Refused, match="cannot be read"):
        load_config(tmp_path / name)


@given(st.binary(max_size=200) | st.text(alphabet="scope=[]{}'\"\n#1-:T.\\u").map(str.encode))
def test_any_bytes_are_read_or_refused(text: bytes) -> None:
    """Never another exception."""
    with TemporaryDirectory() as folder:
        assert _attempt(written(Path(folder), text)) in {"read", "refused"}


def _attempt(path: Path) -> str:
    try:
        load_config(path)
    except Refused:
        return "refused"
    return "read"
