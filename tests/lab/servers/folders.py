"""Folders that are listed or shared by WebDAV: by Apache, nginx, Python and WsgiDAV."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.lab.layout import Family
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    PASSWORD,
    USER,
    Program,
    Running,
    require,
    said_by,
    unprivileged,
)
from tests.lab.servers.standing import Place, page, place, standing

FAMILY = Family("folders")

#: How many entries each folder has.
ENTRIES = 3

_MODULES = Path("/usr/lib/apache2/modules")
_APACHE = """\
ServerRoot {home}
PidFile {home}/pid
Listen {address}:{port}
ServerName lab
ErrorLog {home}/error.log
{modules}
DAVLockDB {home}/lock
DocumentRoot {home}/files
<Directory {home}/files>
DAV on
Require all granted
</Directory>
"""
_NGINX = """\
daemon off;
worker_processes 1;
error_log stderr;
pid {home}/pid;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {home}/body;
  proxy_temp_path {home}/proxy;
  fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi;
  scgi_temp_path {home}/scgi;
  server {{ listen {address}:{port}; root {home}/files; autoindex on; }}
}}
"""


@contextmanager
def apache(*, canary: str = CANARY) -> Iterator[Running]:
    """A folder in WebDAV, which GET may not list."""
    with place("apache-dav") as at:
        program = require("/usr/sbin/apache2", at.name, "apache2-bin")
        names = ("mpm_event", "authz_core", "autoindex", "dir", "dav", "dav_fs")
        loads = (f"LoadModule {name}_module {_MODULES}/mod_{name}.so" for name in names)
        text = _APACHE.format(
            home=at.home, address=LOOPBACK, port=at.port, modules="\n".join(loads)
        )
        argv = (program, "-DFOREGROUND", "-f", at.write("apache.conf", text))
        with _shared(at, argv, "webdav", lambda: _apache_version(at), canary) as server:
            yield server


def _apache_version(at: Place) -> str:
    told = re.search(r"Apache/([\d.]+)", page(at, ready=(403,)).headers["server"])
    return told[1] if told else "unknown"


@contextmanager
def nginx(*, canary: str = CANARY) -> Iterator[Running]:
    """A folder that is listed."""
    with place("nginx-autoindex") as at:
        program = require("nginx", at.name, "nginx")
        text = _NGINX.format(home=at.home, address=LOOPBACK, port=at.port)
        argv = (program, "-c", at.write("nginx.conf", text), "-p", at.home)
        with _shared(at, argv, "listing", lambda: _nginx_version(at, program), canary) as server:
            yield server


def _nginx_version(at: Place, program: Path) -> str:
    page(at)
    told = re.search(r"nginx/([\d.]+)", said_by(program, "-v"))
    return told[1] if told else "unknown"


@contextmanager
def python(*, canary: str = CANARY) -> Iterator[Running]:
    """A folder that somebody wanted to hand over once."""
    with place("python-http") as at:
        where = ("--bind", LOOPBACK, "--directory", at.home / "files", str(at.port))
        argv = (sys.executable, "-m", "http.server", *where)
        with _shared(at, argv, "listing", lambda: _python_version(at), canary) as server:
            yield server


def _python_version(at: Place) -> str:
    return page(at).headers["server"].rpartition("/")[2]


@contextmanager
def wsgidav(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """A folder in WebDAV, for anyone or for those with an account."""
    with place("wsgidav", "locked" if locked else "open") as at:
        program = require(FAMILY.venv / "bin" / "wsgidav", at.name, "wsgidav")
        users = {USER: {"password": PASSWORD}} if locked else True
        settings = {
            "host": LOOPBACK,
            "port": at.port,
            "provider_mapping": {"/": str(at.home / "files")},
            "simple_dc": {"user_mapping": {"*": users}},
        }
        argv = (program, "--config", at.write("wsgidav.json", json.dumps(settings)))
        with _shared(at, argv, "webdav", lambda: _wsgidav_version(at), canary) as server:
            yield server


def _wsgidav_version(at: Place) -> str:
    page(at)
    (about,) = FAMILY.site.glob("wsgidav-*.dist-info")
    return about.name.removesuffix(".dist-info").partition("-")[2].lower()


def _shared(
    at: Place, argv: tuple[str | Path, ...], probe: str, version: Callable[[], str], canary: str
) -> AbstractContextManager[Running]:
    """Fill the folder before its server starts; a name of a file is no value, and says nothing.

    Apache refuses to serve as root; the others' programs may be where nobody else can go.
    """
    user = unprivileged() if at.product == "apache-dav" else None
    files = at.home / "files"
    for name in ("letters.txt", "faxes.csv", "archive/old.txt"):
        at.write(f"files/{name}", canary)
    return standing(
        at,
        Program(argv, user=user),
        probe=probe,
        version=version,
        fill=lambda: None,
        state=lambda _: sorted((one.name, one.stat().st_size) for one in files.rglob("*.*")),
    )
