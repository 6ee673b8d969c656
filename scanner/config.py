"""The operator's defaults: a TOML file that says once what every nightly command would repeat."""

import tomllib
from pathlib import Path

import msgspec

from scanner.model import Refused

#: What is read where no `--config` and no RONDE_CONFIG names a file.
DEFAULT_NAME = "ronde.toml"


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Defaults for the command line; an option or a RONDE_* variable goes before them.

    Paths are relative to the folder of the file that names them.
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


def load_config(path: Path) -> Config:
    """Read a configuration file.

    Raises:
        Refused: unreadable, not TOML (with its line) or a wrong field (with its name).
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        config = msgspec.convert(raw, Config)
    except OSError as error:
        raise Refused(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{path}: not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise Refused(f"{path}: {error}") from error
    return _rooted(config, path.parent)


def as_defaults(config: Config) -> dict[str, object]:
    """Give what is set, under the names of the command line's parameters."""
    return {name: value for name, value in msgspec.structs.asdict(config).items() if value}


def _rooted(config: Config, folder: Path) -> Config:
    """Resolve the paths against the file's folder, so that cron may start anywhere."""

    def rooted(value: str | None) -> str | None:
        return value if value in {None, "-"} else str(folder / str(value))

    return msgspec.structs.replace(
        config,
        scope=rooted(config.scope),
        inventory=tuple(str(folder / item) for item in config.inventory),
        output=tuple(str(rooted(item)) for item in config.output),
        coverage=rooted(config.coverage),
        history=rooted(config.history),
        audit=rooted(config.audit),
    )
