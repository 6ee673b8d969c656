"""Small disks, on which single files of a round are kept until they are full."""

import shutil
import subprocess
import sys
from pathlib import Path

#: A mount that nobody else sees, and that needs no privilege.
_APART = ("unshare", "--user", "--map-root-user", "--mount", "--")

#: Runs a command while the folder's disk is there, and keeps what the disk held in the end.
_WITH_DISK = """
mount -t tmpfs -o size=$1 none "$2/disk" || exit 99
folder=$2; shift 2
"$@"; code=$?
cp -a "$folder/disk/." "$folder/kept"; exit $code
"""


def why_not() -> str | None:
    """Say why there can be no such disk here, or None."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return "needs mount namespaces"
    tried = subprocess.run(  # noqa: S603 - our own words
        [*_APART, "mount", "-t", "tmpfs", "none", "/mnt"], check=False, capture_output=True
    )
    return None if tried.returncode == 0 else "no mount namespace can be had"


def small_disk(folder: Path, name: str, size: str) -> list[str]:
    """Put a file of a folder on a disk of this size; give the words that run a command with it."""
    for place in ("disk", "kept"):
        (folder / place).mkdir()
    (folder / name).symlink_to(folder / "disk" / name)
    return [*_APART, "sh", "-c", _WITH_DISK, "sh", size, str(folder)]


def make_room(folder: Path, name: str) -> None:
    """Put all that the small disk held where there is room."""
    (folder / name).unlink()
    for file in (folder / "kept").iterdir():
        file.rename(folder / file.name)
