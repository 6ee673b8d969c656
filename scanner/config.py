"""The operator's defaults: a TOML file that says once what every nightly command would repeat."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from scanner import tomltext
from scanner.emit import formats
from scanner.inventory import read
from scanner.model import Refused
from scanner.plaintext import printable

#: What is read where no `--config` and no RONDE_CONFIG names a file.
DEFAULT_NAME = "ronde.toml"


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Defaults for the command line; an option or a RONDE_* variable goes before them.

    Paths are relative to the folder of the file that names them. `tickets` are no defaults: each
    table is a tracker's, and is read by its system.
    """

    scope: str | None = None
    inventory: tuple[str, ...] = ()
    output: tuple[str, ...] = ()
    coverage: str | None = None
    history: str | None = None
    audit: str | None = None
    vantage: str | None = None
    fail_on: str | None = None
    services: bool | None = None
    workers: int | None = None
    clean_rounds: int | None = None
    clean_rounds_critical: int | None = None
    keep_rounds: int | None = None
    sweep: str | None = None
    vocabulary: str | None = None
    severity: str | None = None
    tickets: dict[str, dict[str, Any]] = {}


def load_config(path: Path) -> Config:
    """Read a configuration file.

    Raises:
        Refused: unreadable, not TOML (with its line) or a wrong field (with its name).
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused(f"{path}: cannot be read: {error.strerror}") from error
    try:
        config = msgspec.convert(tomltext.parse(path, tomltext.decode(path, content)), Config)
    except msgspec.ValidationError as error:
        raise Refused(f"{path}: {printable(str(error))}") from error
    return _rooted(config, path.parent)


def as_defaults(config: Config) -> dict[str, object]:
    """Give what is set, under the names of the command line's parameters."""
    values = msgspec.structs.asdict(config)
    del values["tickets"]
    return {name: value for name, value in values.items() if value not in {None, ()}}


def _rooted(config: Config, folder: Path) -> Config:
    """Resolve the paths against the file's folder, so that cron may start anywhere."""

    def rooted(value: str) -> str:
        is_path = value != "-" and "://" not in value  # standard output; a database's URL
        return str(folder / value) if is_path else value

    def rooted_in(words: Iterable[str], value: str) -> str:
        """Leave the word before a path that names its format."""
        prefix, colon, path = value.partition(":")
        return f"{prefix}:{rooted(path)}" if colon and prefix in list(words) else rooted(value)

    def rooted_if_set(value: str | None) -> str | None:
        return None if value is None else rooted(value)

    return msgspec.structs.replace(
        config,
        scope=rooted_if_set(config.scope),
        inventory=tuple(rooted_in(read.Format, value) for value in config.inventory),
        output=tuple(rooted_in(formats.Format, value) for value in config.output),
        coverage=rooted_if_set(config.coverage),
        history=rooted_if_set(config.history),
        audit=rooted_if_set(config.audit),
        vocabulary=rooted_if_set(config.vocabulary),
        severity=rooted_if_set(config.severity),
    )
