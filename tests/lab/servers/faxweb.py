"""Folders of faxes that real web servers list, below pages written after a product's source."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    NotYet,
    Program,
    Running,
    require,
    said_by,
    unprivileged,
)
from tests.lab.servers.standing import Place, page, place, standing
from tests.transcripts import load

#: Whose pages are shown: the transcript, where its page lies, and its folders.
_PRODUCTS: Mapping[str, tuple[str, str, tuple[str, ...]]] = MappingProxyType(
    {
        "avantfax": ("avantfax/3.3-locked", "index.html", ("faxes/recvd", "faxes/sent")),
        "freepbx": ("freepbx/13-locked", "admin/config.php", ("monitor",)),
    }
)
_NAMES = ("2026-11-20", "2026-11-21", "2026-11-22")

_NGINX = """\
daemon off;
worker_processes 1;
error_log stderr;
pid {home}/pid;
events {{ }}
http {{
  access_log off;
  default_type text/html;
  client_body_temp_path {home}/body;
  proxy_temp_path {home}/proxy;
  fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi;
  scgi_temp_path {home}/scgi;
  server {{
    listen {address}:{port};
    root {home}/web;
    autoindex {listed};
    location = /sendfax.php {{ return 302 index.php; }}
  }}
}}
"""
_MODULES = Path("/usr/lib/apache2/modules")
_APACHE = """\
ServerRoot {home}
PidFile {home}/pid
Listen {address}:{port}
ServerName lab
ErrorLog {home}/error.log
{modules}
DocumentRoot {home}/web
DirectoryIndex index.html
TypesConfig /dev/null
Redirect 302 /sendfax.php /index.php
<Directory {home}/web>
Options Indexes
Require all granted
</Directory>
<Files "index.html">
ForceType text/html
</Files>
"""


@contextmanager
def nginx(product: str, *, listed: bool = True, canary: str = CANARY) -> Iterator[Running]:
    """The pages of a product on nginx, its folders listed or not."""
    with place(f"{product}-nginx", "listed" if listed else "shut") as at:
        program = require("nginx", at.name, "nginx")
        places = {"home": at.home, "address": LOOPBACK, "port": at.port}
        text = _NGINX.format(**places, listed="on" if listed else "off")
        argv = (program, "-c", at.write("nginx.conf", text), "-p", at.home)
        with _standing(at, product, Program(argv), canary) as server:
            yield server


@contextmanager
def apache(product: str, *, canary: str = CANARY) -> Iterator[Running]:
    """The pages of a product on Apache, its folders listed."""
    with place(f"{product}-apache", "listed") as at:
        program = require("/usr/sbin/apache2", at.name, "apache2-bin")
        names = ("mpm_event", "authz_core", "autoindex", "dir", "alias", "mime")
        loads = (f"LoadModule {name}_module {_MODULES}/mod_{name}.so" for name in names)
        places = {"home": at.home, "address": LOOPBACK, "port": at.port}
        text = _APACHE.format(**places, modules="\n".join(loads))
        argv = (program, "-DFOREGROUND", "-f", at.write("apache.conf", text))
        # Apache refuses to serve as root.
        with _standing(at, product, Program(argv, user=unprivileged()), canary) as server:
            yield server


@contextmanager
def _standing(at: Place, product: str, program: Program, canary: str) -> Iterator[Running]:
    transcript, front, folders = _PRODUCTS[product]
    at.write(f"web/{front}", load(transcript).exchanges[0].payload.decode())
    for folder in folders:
        for name in _NAMES:
            at.write(f"web/{folder}/{name}/fax.txt", canary)
    with standing(
        at,
        program,
        probe=product,
        version=lambda: _version(at, program),
        fill=lambda: None,
        state=lambda _: sorted(str(one) for one in (at.home / "web").rglob("*.txt")),
    ) as server:
        yield server


def _version(at: Place, program: Program) -> str:
    """Read what the web server says of itself on a terminal, once it answers."""
    page(at, "/robots.txt", ready=(404,))
    told = re.search(r"(?:nginx|Apache)/([\d.]+)", said_by(program.argv[0], "-v"))
    if told is None:
        raise NotYet("no version")
    return told[1]
