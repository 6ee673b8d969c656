"""A notebook server: with its token, and without."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.layout import Family
from tests.lab.servers.process import CANARY, LOOPBACK, Program, Running, require
from tests.lab.servers.standing import page, place, standing
from tests.lab.servers.web import ask

FAMILY = Family("science")


@contextmanager
def jupyter(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """One folder with one file that holds the canary."""
    with place("jupyter", "locked" if locked else "open") as at:
        program = require(FAMILY.venv / "bin" / "jupyter-server", at.name, "jupyter-server")
        at.write("work/faxes.txt", canary)
        argv = (
            *(program, "--no-browser", "--allow-root", f"--ip={LOOPBACK}", f"--port={at.port}"),
            *("--ServerApp.port_retries=0", f"--ServerApp.root_dir={at.home / 'work'}"),
            *(() if locked else ("--IdentityProvider.token=",)),
        )
        with standing(
            at,
            Program(argv, patience=40),
            probe="jupyter",
            version=lambda: str(page(at, "/api").json()["version"]),
            fill=lambda: None,
            state=lambda server: None if locked else _held(server),
        ) as server:
            yield server


def _held(server: Running) -> object:
    files = ask(server.port, "/api/contents?content=1").json()["content"]
    kernels = ask(server.port, "/api/kernels").json()
    sessions = ask(server.port, "/api/sessions").json()
    return [(one["name"], one["size"]) for one in files], kernels, sessions
