"""Calls one program to its end, and remembers from which content a thing was made."""

import hashlib
import shutil
import subprocess
from pathlib import Path

PATIENCE = 900  # seconds for one client call; the slowest seen (building FerretDB) took 65


class NotInstalled(Exception):
    """One thing could not be had; the message says why."""


def call(*command: str | Path, cwd: Path | None = None) -> None:
    """Run one ordinary client to its end.

    Raises:
        NotInstalled: it is not here, failed or took too long; in its own last words.
    """
    words = [str(word) for word in command]
    if shutil.which(words[0]) is None:
        raise NotInstalled(f"{words[0]} is not on this machine")
    try:
        done = subprocess.run(  # noqa: S603  # lists written in this folder, no shell
            words, check=False, capture_output=True, text=True, timeout=PATIENCE, cwd=cwd
        )
    except subprocess.TimeoutExpired as late:
        raise NotInstalled(f"{words[0]} took longer than {PATIENCE} s") from late
    if done.returncode != 0:
        raise NotInstalled(_last_words(done.stderr + done.stdout) or f"exit {done.returncode}")


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return " | ".join((errors or lines)[:2])[:400]


def is_current(folder: Path, *sources: Path) -> bool:
    """Whether `folder` was made from exactly this content."""
    mark = folder / ".installed"
    return mark.exists() and mark.read_text() == _digest(*sources)


def mark_current(folder: Path, *sources: Path) -> None:
    """Remember what `folder` was made from."""
    (folder / ".installed").write_text(_digest(*sources))


def _digest(*sources: Path) -> str:
    return "\n".join(sha256(source) for source in sources)


def sha256(file: Path) -> str:
    """The content's hash, in hexadecimal."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
