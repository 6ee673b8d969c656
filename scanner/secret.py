"""Credentials for our own side: where they are read from, and a type that does not tell them.

They come from the environment, from a file that is its owner's alone, or from systemd; never from
the command line, and never from a configuration that many read.
"""

import base64
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from scanner.model import Refused

#: The longest credential that is sensible: a private key of 8,192 bits in PEM is 6,500 bytes.
MAX_SECRET = 16_384

#: What nobody but its owner may do with a file of ours.
_OTHERS = stat.S_IRWXG | stat.S_IRWXO

_WORDS = "write env:NAME, file:PATH or credential:NAME"


class Secret:
    """A credential. Its text is given by `reveal` alone, which is called where it is sent."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Hold a text."""
        self._text = text

    def reveal(self) -> str:
        """Give the text, for a header or a signature and for nothing else."""
        return self._text

    def __repr__(self) -> str:
        """Tell nothing, wherever it is printed."""
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied: a copy would be looked after by nobody."""
        raise TypeError("a secret is not copied")


def basic(user: str, password: Secret) -> Secret:
    """Give the `Authorization` of RFC 7617."""
    pair = f"{user}:{password.reveal()}".encode()
    return Secret(f"Basic {base64.b64encode(pair).decode()}")


def bearer(token: Secret) -> Secret:
    """Give the `Authorization` of RFC 6750."""
    return Secret(f"Bearer {token.reveal()}")


def masked(text: str, secrets: list[Secret]) -> str:
    """Take secrets out of a text that somebody else wrote, such as a tracker's error.

    Of a header, what follows its scheme is as secret as the whole.
    """
    for secret in secrets:
        whole = secret.reveal()
        for part in (whole, whole.rpartition(" ")[2]):
            text = text.replace(part, "***") if part else text
    return text


@dataclass(frozen=True, slots=True)
class Safe:
    """Where secrets may be: the environment, and the folder that relative files are in."""

    environment: Mapping[str, str]
    folder: Path

    def read(self, reference: str, field: str) -> Secret:
        """Read what a field of the configuration refers to.

        Raises:
            Refused: names the field: it is no reference, or leads nowhere, to an empty secret, or
                to a file that others can read. A secret is never repeated.
        """
        kind, _, name = reference.partition(":")
        match kind:
            case "env":
                text = self.environment.get(name)
                if text is None:
                    raise Refused(f"{field}: the variable {name} is not set")
            case "file":
                text = _content(self.folder / Path(name).expanduser(), field, guarded=True)
            case "credential":
                text = _content(self._credential(name, field), field, guarded=False)
            case _:
                raise Refused(f"{field}: a secret is not written here, many read it; {_WORDS}")
        return _fit(text, field)

    def _credential(self, name: str, field: str) -> Path:
        """Find a credential of systemd, who looks after the folder's rights itself."""
        folder = self.environment.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise Refused(f"{field}: systemd gave no credentials; set LoadCredential={name}:PATH")
        if Path(name).name != name:
            raise Refused(f"{field}: {name!r} is no name of a credential")
        return Path(folder) / name


def _content(path: Path, field: str, *, guarded: bool) -> str:
    try:
        with path.open("rb") as file:
            if guarded and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & _OTHERS:
                raise Refused(f"{field}: {path} can be read by others; chmod 600 {path}")
            return file.read(MAX_SECRET + 1).decode()
    except OSError as error:
        raise Refused(f"{field}: {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise Refused(f"{field}: {path} is not text") from None  # the cause holds the bytes


def _fit(text: str, field: str) -> Secret:
    text = text.strip()
    if not text or len(text) > MAX_SECRET:
        raise Refused(f"{field}: the secret is {'too long' if text else 'empty'}")
    if not text.isascii() or not text.isprintable():
        raise Refused(f"{field}: the secret holds characters that no header can")
    return Secret(text)
