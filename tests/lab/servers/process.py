"""Starts one real server, waits until it answers, and ends it by its pid."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from probes import PROBES
from scanner.model import Transport

LOOPBACK = "127.0.0.1"
CANARY = "RONDE-CANARY-4b1d"
"""Planted in every value of every server; a scanner must neither read nor write it."""

USER = "lab"
PASSWORD = "labpass"

_POLL = 0.1
_GRACE = 3.0  # seconds between SIGTERM and SIGKILL; nothing that they would save is wanted
_TAIL = 3000  # characters of a log that a failed start shows

#: Below the ports that Linux and macOS give to outgoing connections (32,768 and up), and none that
#: a probe visits by itself: a second door of a server would be found there.
_PORTS = sorted(set(range(17_000, 27_000)) - {port for p in PROBES for port in p.about.own_ports})
_APART = 10  # some servers take the port next to theirs as well
_FIRST = os.getpid() * 997 % len(_PORTS)  # two runs side by side begin at different ones
_turned = _PORTS[_FIRST:] + _PORTS[:_FIRST]
_ports = chain.from_iterable(_turned[step::_APART] for step in range(_APART))


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that answers at `address`:`port`; `version` is what it says of itself."""

    name: str
    product: str
    version: str
    mode: str
    port: int
    log: Path
    probe: str
    """Which probe is told to look at its port."""
    state: Callable[["Running"], object]
    """What it holds and which of it was handed out, to be compared: a round may change neither."""
    address: str = LOOPBACK
    tls: bool = False
    transport: Transport = Transport.TCP
    behind: tuple["Running", ...] = ()
    """What keeps its values for it, where that is a server of its own."""

    @property
    def url(self) -> str:
        """The address as an HTTP client wants it, without a trailing slash."""
        return f"{'https' if self.tls else 'http'}://{self.address}:{self.port}"


class NotStarted(Exception):
    """The server could not be started here: a reason, and the end of what it logged."""

    def __init__(self, name: str, why: str, log_tail: str = "") -> None:
        super().__init__(f"{name}: {why}" + (f"\n{log_tail}" if log_tail else ""))
        self.name = name
        self.why = why
        self.log_tail = log_tail


class NotYet(Exception):
    """The server does not answer as it should, but may in a moment."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to execute, where, and as whom."""

    argv: Sequence[str | Path]
    env: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    patience: float = 20.0  # seconds until it must answer


@contextmanager
def folder(name: str, *, owner: str | None = None) -> Iterator[Path]:
    """A new folder for one server's data and log, gone afterwards; `owner` may write there."""
    # Not below the repository: an unprivileged owner may have no way through a private home folder.
    with tempfile.TemporaryDirectory(
        prefix=f"ronde-lab-{name}-", ignore_cleanup_errors=True
    ) as new:
        home = Path(new)
        home.chmod(0o755)
        if owner is not None:
            shutil.chown(home, owner)
        yield home


def hand_over(tree: Path, owner: str | None) -> None:
    """Gives `tree` and all below it to `owner`; nothing happens when that is None."""
    if owner is None:
        return
    for path in (tree, *tree.rglob("*")):
        shutil.chown(path, owner)


def unprivileged() -> str | None:
    """The account for servers that refuse to run as root, or None when we are not root anyway."""
    return "nobody" if os.geteuid() == 0 else None


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A loopback port that nobody has at this moment, and that nobody is given a second time.

    Not one of the kernel's choice: between this call and the server's start, that could become
    the near end of any connection, or the second port of the server itself.

    Raises:
        NotStarted: all of them are taken.
    """
    for port in _ports:
        with socket.socket(socket.AF_INET, kind) as probe, suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port
    raise NotStarted("a port", "every port that the lab gives away is taken")


def require(path: Path | str | None, name: str, what: str) -> Path:
    """`path`, or NotStarted when it is not on this machine."""
    found = shutil.which(path) if isinstance(path, str) else path
    if found is None or not Path(found).exists():
        raise NotStarted(name, f"{what} is not installed; see `python tests/lab/install.py`")
    return Path(found)


def said_by(*argv: str | Path) -> str:
    """What a program prints about itself, such as its version, on either stream."""
    asked = subprocess.run(  # noqa: S603  # programs of the lab, no shell
        [str(word) for word in argv], check=True, capture_output=True, text=True, timeout=30
    )
    return asked.stdout + asked.stderr


@contextmanager
def running(name: str, program: Program, log: Path, version: Callable[[], str]) -> Iterator[str]:
    """Starts `program`, yields the first `version()` that is not NotYet, ends it on the way out."""
    with log.open("ab") as output:
        process = _start(name, program, output.fileno(), log.parent)
    try:
        yield _first_answer(name, process, program.patience, log, version)
    finally:
        _end(process)


def _start(name: str, program: Program, output: int, cwd: Path) -> subprocess.Popen[bytes]:
    # Nothing of the caller's environment reaches a server but where programs are.
    env = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(cwd), "LANG": "C.UTF-8"}
    account = pwd.getpwnam(program.user) if program.user else None
    try:
        return subprocess.Popen(  # noqa: S603  # programs of the lab, no shell
            [str(word) for word in program.argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env={**env, **program.env},
            start_new_session=True,  # so that the whole group can be ended, and only that
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
    except OSError as refused:
        raise NotStarted(name, f"could not be executed: {refused}") from refused


def _first_answer(
    name: str,
    process: subprocess.Popen[bytes],
    patience: float,
    log: Path,
    version: Callable[[], str],
) -> str:
    deadline = time.monotonic() + patience
    while True:
        try:
            return version()
        except (NotYet, OSError) as why:
            if (code := process.poll()) is not None:
                raise NotStarted(name, f"ended at once with exit {code}", tail(log)) from why
            if time.monotonic() > deadline:
                why_not = f"no answer within {patience:.0f} s ({why})"
                raise NotStarted(name, why_not, tail(log)) from why
        time.sleep(_POLL)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Asks the whole group to end, waits a moment for its leader, and kills what is left of it."""
    if _signal(process.pid, signal.SIGTERM):
        with suppress(subprocess.TimeoutExpired):  # what is left is killed below, children too
            process.wait(_GRACE)
    _signal(process.pid, signal.SIGKILL)
    process.wait()


def _signal(group: int, number: signal.Signals) -> bool:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def tail(log: Path) -> str:
    """The end of a log, as far as it says anything."""
    return log.read_text(errors="replace")[-_TAIL:] if log.exists() else ""
