"""nginx before any server that speaks HTTP, in the ways that people put it there; and a decoy."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from tests.lab.servers.process import (
    LOOPBACK,
    USER,
    Program,
    Running,
    folder,
    free_port,
    require,
    running,
    said_by,
)
from tests.lab.servers.tls import certificate
from tests.lab.servers.web import ask


class Front(StrEnum):
    """What stands between a caller and the server behind."""

    BASIC_AUTH = "basic-auth"  # 401 with a page of HTML
    NO_FRONT_PAGE = "no-front-page"  # `/` is refused, everything else passes
    ONLY_FRONT_PAGE = "only-front-page"  # `/` passes, everything else is refused
    TLS = "tls"  # passes everything


_APR1_OF_PASSWORD = "$apr1$ronde$FxHHg8El27VIfHuQh/1Qs0"
_PASS = "proxy_pass {behind};"
_LOCATIONS: Mapping[Front, str] = MappingProxyType(
    {
        Front.BASIC_AUTH: 'auth_basic "fax archive"; auth_basic_user_file {home}/users;'
        f" location / {{{{ {_PASS} }}}}",
        Front.NO_FRONT_PAGE: f"location = / {{{{ return 403; }}}} location / {{{{ {_PASS} }}}}",
        Front.ONLY_FRONT_PAGE: f"location = / {{{{ {_PASS} }}}} location / {{{{ return 403; }}}}",
        Front.TLS: f"location / {{{{ {_PASS} }}}}",
    }
)
_DECOY = "location / { default_type text/html; return 200 'welcome'; }"
_SETTINGS = """\
daemon off;
worker_processes 1;
error_log stderr;
pid {home}/nginx.pid;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {home}/body;
  proxy_temp_path {home}/proxy;
  fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi;
  scgi_temp_path {home}/scgi;
  server {{ listen {address}:{port}{listen}; {locations} }}
}}
"""


@contextmanager
def nginx(front: Front, behind: Running, *, port: int | None = None) -> Iterator[Running]:
    """Nginx before `behind`; the result is still that product, behind another door.

    `port` puts it where another server stood before. The state is read at the server's own door:
    what the round may not change is what stands behind.
    """
    name = f"{behind.name}-behind-{front}"
    with _nginx(name, front, behind.url, port) as (own, _, log):
        yield replace(
            behind,
            name=name,
            mode=front,
            port=own,
            tls=front is Front.TLS,
            log=log,
            state=lambda _: behind.state(behind),
            behind=(behind,),
        )


@contextmanager
def decoy() -> Iterator[Running]:
    """A web server that answers 200 and the same page to everything."""
    with _nginx("nginx-decoy", None, "") as (port, version, log):
        yield Running(
            name="nginx-decoy",
            product="nginx",
            version=version,
            mode="open",
            port=port,
            log=log,
            probe="elasticsearch",
            state=lambda server: ask(server.port, "/").body,
        )


@contextmanager
def _nginx(
    name: str, front: Front | None, behind: str, port: int | None = None
) -> Iterator[tuple[int, str, Path]]:
    program = require("nginx", name, "nginx")
    port = port or free_port()
    tls = front is Front.TLS
    with folder(name) as home:
        # Its worker runs as nobody when we are root, and must be able to read this.
        (home / "users").write_text(f"{USER}:{_APR1_OF_PASSWORD}\n")
        listen = ""
        if tls:
            own = certificate(home)
            listen = f" ssl; ssl_certificate {own.chain}; ssl_certificate_key {own.key}"
        locations = _LOCATIONS[front].format(home=home, behind=behind) if front else _DECOY
        places = {"home": home, "address": LOOPBACK, "port": port}
        settings = home / "nginx.conf"
        settings.write_text(_SETTINGS.format(**places, listen=listen, locations=locations))
        log = home / "server.log"
        argv = (program, "-c", settings, "-p", home)
        with running(name, Program(argv), log, lambda: _version(program, port, tls=tls)) as version:
            yield port, version, log


def _version(program: Path, port: int, *, tls: bool) -> str:
    """The program's own version, once it answers anything over HTTP."""
    ask(port, "/", tls=tls)
    told = re.search(r"nginx/([\d.]+)", said_by(program, "-v"))
    return told[1] if told else "unknown"
