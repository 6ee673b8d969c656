"""CUPS and its sample of an IPP Everywhere printer. Every job is held; nothing is ever printed."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from subprocess import CalledProcessError
from types import MappingProxyType

from tests.lab.namespace import SECOND_ADDRESS, has_second_address
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    NotStarted,
    NotYet,
    Program,
    Running,
    require,
    running,
    said_by,
)
from tests.lab.servers.standing import Place, page, place, standing
from tests.lab.servers.tls import certificate

QUEUES = ("faxes", "letters")
#: How many jobs are held in the first queue, where a stranger can put them.
JOBS = 2

_LOGIN = "AuthType Basic\nRequire valid-user\n"
_ANYONE = "<Location />\nOrder allow,deny\nAllow all\n</Location>\n"
#: CUPS keeps the names of jobs from strangers unless it is told not to.
_TELLING = (
    "<Policy default>\nJobPrivateAccess all\nJobPrivateValues none\n"
    "<Limit All>\nOrder deny,allow\n</Limit>\n</Policy>\n"
)
_RULES: Mapping[str, str] = MappingProxyType(
    {
        "open": f"{_ANYONE}{_TELLING}",
        "partial": f"{_ANYONE}{_TELLING}"
        f"<Location /printers/letters>\n{_LOGIN}Allow all\n</Location>\n",
        # The listing stays open; whoever would print must log in.
        "queues-locked": f"{_ANYONE}<Policy default>\n"
        f"<Limit Print-Job Create-Job Send-Document>\n{_LOGIN}Order deny,allow\n</Limit>\n"
        "<Limit All>\nOrder deny,allow\n</Limit>\n</Policy>\n",
        # From other hosts CUPS takes a password in TLS only, and answers 426 in clear.
        "locked": f"<Location />\n{_LOGIN}Allow all\n</Location>\n",
    }
)
_SETTINGS = """\
Listen {address}:{port}
LogLevel warn
Browsing Off
WebInterface No
DefaultAuthType Basic
DirtyCleanInterval 0
{rules}"""
_FILES = """\
FileDevice Yes
ErrorLog stderr
AccessLog {home}/access
PageLog {home}/pages
Printcap
ServerRoot {home}/root
ServerKeychain {home}/keys
CreateSelfSignedCerts no
CacheDir {home}/cache
StateDir {home}/state
RequestRoot {home}/spool
TempDir {home}/temporary
"""
_QUEUE = """\
<Printer {name}>
Info {canary}
Location {canary}
DeviceURI file:///dev/null
State Stopped
Accepting Yes
Shared Yes
</Printer>
"""
_HOLD = """\
{{
  OPERATION Print-Job
  GROUP operation-attributes-tag
  ATTR charset attributes-charset utf-8
  ATTR language attributes-natural-language en
  ATTR uri printer-uri $uri
  ATTR name requesting-user-name {canary}
  ATTR name job-name {canary}
  GROUP job-attributes-tag
  ATTR keyword job-hold-until indefinite
  FILE {document}
  STATUS successful-ok
}}
"""
_ASKED = """\
{{
  OPERATION {operation}
  GROUP operation-attributes-tag
  ATTR charset attributes-charset utf-8
  ATTR language attributes-natural-language en
  ATTR uri printer-uri $uri
  ATTR keyword requested-attributes {wanted}
  STATUS successful-ok
  DISPLAY {wanted}
}}
"""
#: What the sample printer wants before it stands: a message bus, on which nobody listens.
_BUS = """\
<busconfig>
<type>system</type>
<listen>unix:path={socket}</listen>
<auth>EXTERNAL</auth>
<policy context="default">
<allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_type="method_call"/><allow receive_type="method_return"/>
<allow receive_type="error"/><allow receive_type="signal"/>
</policy>
</busconfig>
"""


@contextmanager
def cups(mode: str = "open", *, afar: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """Two queues that are stopped; the first one holds two jobs, where that takes no login.

    `afar` lets it listen on the second address as well, with a certificate.
    """
    with place("cups", f"{mode}-from-afar" if afar else mode) as at:
        program = require("/usr/sbin/cupsd", at.name, "cups-daemon")
        queues = "".join(_QUEUE.format(name=name, canary=canary) for name in QUEUES)
        at.write("root/printers.conf", queues)
        for name in ("cache", "state", "spool", "temporary"):
            (at.home / name).mkdir()
        rules = _RULES[mode] + (_afar(at) if afar else "")
        settings = _SETTINGS.format(address=LOOPBACK, port=at.port, rules=rules)
        files = at.write("cups-files.conf", _FILES.format(home=at.home))
        argv = (program, "-f", "-c", at.write("cupsd.conf", settings), "-s", files)
        with standing(
            at,
            Program(argv),
            probe="ipp",
            version=lambda: _cups_version(at),
            fill=lambda: _fill(at, canary) if mode in {"open", "partial"} else None,
            state=lambda _: _held(at.home),
        ) as server:
            yield server


@contextmanager
def cups_from_afar() -> Iterator[Running]:
    """CUPS that demands a password, met by another host: in TLS only, and with 426 in clear.

    Whatever it listens on, CUPS is lenient with callers from loopback.
    """
    if not has_second_address():
        raise NotStarted("cups", f"needs {SECOND_ADDRESS}; run below tests/lab/namespace.py")
    with cups("locked", afar=True) as server:
        yield replace(server, address=SECOND_ADDRESS, tls=True)


@contextmanager
def device(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """A printer without a queue, which would print at once; it is given nothing.

    Where it stands is the canary; its name is on its front page, for everybody to see.
    """
    with place("ippeveprinter", "locked" if locked else "open") as at, _bus(at) as bus:
        program = require("ippeveprinter", at.name, "cups-ipp-utils")
        (at.home / "spool").mkdir()
        named = ("-M", "HP", "-m", "LaserJet 4", "-l", canary, "the lab's own")
        # `-n` is the one address that it listens on, `-r off` keeps it out of DNS-SD.
        where = ("-n", "localhost", "-p", str(at.port), "-r", "off", "-d", f"{at.home}/spool")
        argv = (program, *(("-A",) if locked else ()), *where, *named)
        with standing(
            at,
            Program(argv, env={"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={bus}"}),
            probe="ipp",
            version=lambda: _device_version(at, program),
            fill=lambda: None,
            state=lambda _: _held(at.home),
        ) as server:
            yield server


def jobs(server: Running) -> str | None:
    """The names of the first queue's jobs, as CUPS's own client is told them; None if refused."""
    return _told(server, f"/printers/{QUEUES[0]}", "Get-Jobs", "job-name")


def location(server: Running) -> str | None:
    """Where a device stands, as CUPS's own client is told it; None if it is refused."""
    return _told(server, "/ipp/print", "Get-Printer-Attributes", "printer-location")


def _told(server: Running, path: str, operation: str, wanted: str) -> str | None:
    request = server.log.with_name("asked.test")
    request.write_text(_ASKED.format(operation=operation, wanted=wanted))
    try:
        return said_by("ipptool", "-c", f"ipp://{LOOPBACK}:{server.port}{path}", request)
    except CalledProcessError:
        return None


@contextmanager
def _bus(at: Place) -> Iterator[Path]:
    program = require("dbus-daemon", at.name, "dbus-daemon")
    socket = at.home / "bus"
    settings = at.write("bus.conf", _BUS.format(socket=socket))

    def is_there() -> str:
        if not socket.exists():
            raise NotYet("no socket of the bus")
        return "there"

    argv = (program, f"--config-file={settings}", "--nofork", "--nopidfile")
    with running(f"{at.name}-bus", Program(argv), at.home / "bus.log", is_there):
        yield socket


def _afar(at: Place) -> str:
    own, keys = certificate(at.home), at.home / "keys"
    keys.mkdir()
    own.chain.rename(keys / "ronde-lab.crt")
    own.key.rename(keys / "ronde-lab.key")
    return f"ServerName ronde-lab\nListen {SECOND_ADDRESS}:{at.port}\n"


def _cups_version(at: Place) -> str:
    told = re.search(rb"- CUPS v([\d.]+)", page(at, ready=(401, 404)).body)
    return told[1].decode() if told else "unknown"


def _device_version(at: Place, program: Path) -> str:
    page(at)
    told = re.search(r"CUPS v([\d.]+)", said_by(program, "--version"))
    return told[1] if told else "unknown"


def _fill(at: Place, canary: str) -> None:
    """Hold jobs whose name, owner and document are the canary."""
    document = at.write("document.txt", canary)
    request = at.write("hold.test", _HOLD.format(canary=canary, document=document))
    for _ in range(JOBS):
        said_by("ipptool", f"ipp://{LOOPBACK}:{at.port}/printers/{QUEUES[0]}", request)


def _held(home: Path) -> object:
    """Jobs and documents in the spool, and the pages that were printed: none, ever."""
    spooled = sorted((one.name, one.stat().st_size) for one in (home / "spool").rglob("*"))
    pages = home / "pages"
    return spooled, pages.read_text() if pages.exists() else ""
