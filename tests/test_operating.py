"""The operator's page, followed word by word: from nothing to a nightly audit.

Every line of its code fences is typed in order, by sh. The system's folders are below a temporary
one, the network is loopback, and what needs a system of its own (users, units, a cluster, pip) is
a stand-in that is there to be called; units and manifest are judged by `tests/test_units.py`.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scanner.demo.redis import FakeRedis
from tests.fakes.running import running
from tests.ground import COMMAND
from tests.test_docs import OPERATING, ROOT, fences

#: The folders of a system that the page names.
SYSTEM = re.compile(r"(?<![\w.])/(etc|opt|usr/local/bin|var)\b")

#: A file whose text the page gives.
SHOWN = re.compile(r"in `(/etc/ronde/\S+)`[^\n]*:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)

#: What the audit trail is sealed with.
SEAL = re.compile(r"\b[0-9a-f]{64}\b")

#: What needs a system of its own.
STANDS_IN = ("useradd", "systemctl", "journalctl", "kubectl")

RONDE = f'#!/bin/sh\nexec {COMMAND[0]} -c "{COMMAND[2]}" "$@"\n'

#: A day until which a risk may be accepted, whenever this is run.
SOON = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"

#: Makes a folder, as its namesake would if there were a user `ronde`.
INSTALL = """#!/bin/sh
set -- $(printf '%s\\n' "$@" | sed -e '/^-[og]$/,+1d')
exec /usr/bin/install "$@"
"""

#: Makes an environment in which pip installs what is under test.
PYTHON = f"""#!/bin/sh
test "$1 $2" = "-m venv" && mkdir -p "$3/bin"
printf '%s' '#!/bin/sh
test "$1" = install && cp "$(dirname "$0")/given" "$(dirname "$0")/ronde"
' > "$3/bin/pip"
cat > "$3/bin/given" <<'END'
{RONDE}END
chmod 755 "$3/bin/pip" "$3/bin/given"
"""


@dataclass
class Host:
    """A machine on which the page is followed."""

    root: Path
    port: int
    cwd: Path = ROOT
    said: list[str] = field(default_factory=list)

    def here(self, text: str) -> str:
        """Put what the page names where it is on this machine, and leave its network alone."""
        text = text.replace("/usr/local/src/ronde", str(ROOT)).replace("192.0.2.0/24", "127.0.0.1")
        return SYSTEM.sub(rf"{self.root}/\1", text.replace("192.0.2.10", "127.0.0.1"))

    def type(self, line: str) -> None:
        """Type one line of the page."""
        if line.startswith("cd ") and "&" not in line:
            self.cwd = Path(self.here(line.removeprefix("cd ")))
            return
        line = line.replace("27d8d849", self.fingerprint).replace("2026-12-31", SOON)
        line = SEAL.sub(lambda found: self.last(SEAL) or found[0], line)
        done = subprocess.run(  # noqa: S603 - a line of our own page
            ("/bin/sh", "-ec", self.here(line)),
            cwd=self.cwd,
            env={
                "PATH": f"{self.root}/stands-in:{self.root}/usr/local/bin:/usr/bin:/bin",
                "PYTHONPATH": str(ROOT),
                "HOME": str(self.root),
                "RONDE_SWEEP": "connect",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode in ({0, 3} if " scan" in line else {0}), f"{line}: {done.stderr}"
        self.said.append(done.stdout)

    @property
    def fingerprint(self) -> str:
        """The name of the door that the first round found."""
        found = self.root / "var/lib/ronde/findings.jsonl"
        lines = found.read_text().splitlines() if found.exists() else []
        return next((json.loads(line)["fingerprint"][:8] for line in lines), "")

    def last(self, pattern: re.Pattern[str]) -> str:
        """Find what the commands said last."""
        return next(
            (found[-1] for one in reversed(self.said) if (found := pattern.findall(one))), ""
        )

    def edit(self) -> None:
        """Do as the page says with the three files; loopback has another port."""
        for path, text in SHOWN.findall(OPERATING.read_text(encoding="utf-8")):
            more = f"[extra_ports]\nredis = [{self.port}]\n" if "scope" in path else ""
            Path(self.here(path)).write_text(self.here(text) + more, encoding="utf-8")


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """A machine with nothing of ours on it, and a door that stands open."""
    stands_in = tmp_path / "stands-in"
    for folder in ("stands-in", "etc/systemd/system", "etc/cron.d", "etc/logrotate.d", "opt"):
        (tmp_path / folder).mkdir(parents=True)
    for folder in ("usr/local/bin", "var/lib", "var/log"):
        (tmp_path / folder).mkdir(parents=True)
    logs = f'#!/bin/sh\necho "$(basename "$0") $*" >> {stands_in}/calls\n'
    scripts = dict.fromkeys(STANDS_IN, logs) | {"install": INSTALL, "python3": PYTHON}
    for name, text in scripts.items():
        (stands_in / name).write_text(text)
        (stands_in / name).chmod(0o755)
    with running(FakeRedis().serve) as (_, port):
        yield Host(tmp_path, port)


def commands() -> list[str]:
    """Give every line that the page tells its reader to type."""
    return [
        line for kind, body in fences(OPERATING) if kind == "console" for line in body.splitlines()
    ]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("install") is None, reason="no coreutils here")
def test_the_page_leads_from_nothing_to_a_nightly_audit(host: Host) -> None:
    """Each of its commands does what it says, in this order."""
    lines = commands()
    ready = lines.index("ronde init") + 1
    for line in lines[:ready]:
        host.type(line)
    host.edit()
    for line in lines[ready:]:
        host.type(line)

    told = json.loads((host.root / "var/lib/ronde/coverage.json").read_text())
    assert told["complete"] is True
    assert told["by_owner"].keys() == {"IT operations"}
    assert (host.root / "var/lib/ronde/audit.jsonl").exists()
    assert any('"access":"open"' in said for said in host.said)
    units = host.root / "etc/systemd/system"
    assert "ExecStart=" in (units / "ronde.service").read_text()
    lines = (units / "ronde.service.d/scope.conf").read_text().splitlines()
    assert "IPAddressAllow=127.0.0.1/32" in lines
    calls = (host.root / "stands-in/calls").read_text()
    assert [name for name in STANDS_IN if name not in calls] == []


@pytest.mark.slow
def test_the_night_after_has_nothing_to_say(host: Host) -> None:
    """What cron starts, twice: a mail in the first night, none in the second."""
    (line,) = (
        line for line in (ROOT / "config/cron.example").read_text().splitlines() if "scan" in line
    )
    nightly = line.split(maxsplit=6)[6]
    for typed in (*commands()[: commands().index("ronde init") + 1], "install -d /var/log/ronde"):
        host.type(typed)
    host.edit()

    for _ in range(2):
        host.type(f"{nightly} --probe redis")  # a host of loopback is spoken to politely, too

    first, second = host.said[-2:]
    assert first.splitlines()[1].startswith("new  high  open  redis")
    assert second == ""
