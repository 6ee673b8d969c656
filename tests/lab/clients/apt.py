"""Debian's packages, for all families in one call; no service of theirs is started."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.lab.clients.call import NotInstalled, call

_POLICY = Path("/usr/sbin/policy-rc.d")
_NEVER = "#!/bin/sh\nexit 101\n"
"""Asked by every package's script before it starts a service; 101 forbids it (Debian policy)."""


def install(packages: Sequence[str]) -> str:
    """Bring what is missing."""
    wanted = [package for package in packages if not _is_installed(package)]
    if not wanted:
        return "ready"
    if shutil.which("apt-get") is None:
        raise NotInstalled(f"this is no Debian; install {' '.join(wanted)} by hand")
    with _no_service_started():
        try:
            _get("install", *wanted)
        except NotInstalled:  # the machine's package lists may be missing or stale
            _get("update")
            _each(wanted)
    return "new"


def _each(wanted: Sequence[str]) -> None:
    """One by one, so that one that cannot be had does not keep the others away."""
    refused = []
    for package in wanted:
        try:
            _get("install", package)
        except NotInstalled as why:
            refused.append(f"{package}: {why}")
    if refused:
        raise NotInstalled("; ".join(refused))


def _get(verb: str, *packages: str) -> None:
    # `env` and not our own environment: sudo drops that.
    quietly = (*_as_root(), "env", "DEBIAN_FRONTEND=noninteractive")
    more = ("-y", "--no-install-recommends") if packages else ()
    call(*quietly, "apt-get", verb, "-q", *more, *packages)


@contextmanager
def _no_service_started() -> Iterator[None]:
    if _POLICY.exists():  # the machine has its own mind about it, as containers do
        yield
        return
    with tempfile.NamedTemporaryFile("w") as policy:
        policy.write(_NEVER)
        policy.flush()
        call(*_as_root(), "install", "-m", "755", policy.name, _POLICY)
    try:
        yield
    finally:
        call(*_as_root(), "rm", "-f", _POLICY)


def _as_root() -> tuple[str, ...]:
    return () if os.geteuid() == 0 else ("sudo", "-n")


def _is_installed(package: str) -> bool:
    query = shutil.which("dpkg-query")
    if query is None:
        return False
    asked = subprocess.run(  # noqa: S603  # a fixed list of package names
        [query, "-W", "-f=${db:Status-Status}", package],
        check=False,
        capture_output=True,
        text=True,
    )
    return asked.stdout == "installed"
