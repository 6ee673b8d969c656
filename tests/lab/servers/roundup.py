"""Roundup with the classic template, REST, and issues that carry our key."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.clients.call import call
from tests.lab.layout import Family
from tests.lab.servers.process import (
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

FAMILY = Family("roundup")

NAME = "ronde"
"""What the tracker is called in its URL."""

KEYED = 'issue.setkey("external_key")\n'


@contextmanager
def roundup() -> Iterator[Running]:
    """One empty tracker, and one user with the role that `docs/tickets/roundup.md` asks for."""
    with place("roundup") as at:
        program = require(FAMILY.venv / "bin" / "roundup-server", at.name, "roundup")
        _make(at)
        arguments = ("-p", str(at.port), "-n", LOOPBACK, f"{NAME}={at.home / 'tracker'}")
        with standing(
            at,
            Program((program, *arguments), user=unprivileged()),
            probe="none",
            version=lambda: _version(at),
            fill=lambda: None,
            state=lambda _: None,
        ) as server:
            yield server


def _make(at: Place) -> None:
    """Make a tracker as its documentation says, with the two changes of our page."""
    admin = (FAMILY.venv / "bin" / "roundup-admin", "-i", at.home / "tracker")
    settings = {
        "tracker_web": f"http://{LOOPBACK}:{at.port}/{NAME}/",
        "mail_domain": "example.invalid",
        "mail_host": LOOPBACK,
        "mail_debug": str(at.home / "mail"),  # written there instead of sent
        "web_enable_rest": "yes",
    }
    words = ",".join(f"{name}={value}" for name, value in settings.items())
    call(*admin, "install", "classic", "sqlite", words)
    schema = at.home / "tracker" / "schema.py"
    text = schema.read_text()
    keyed = text.replace(
        'assignedto=Link("user"),', 'assignedto=Link("user"), external_key=String(indexme="no"),', 1
    ).replace('status=Link("status"))\n', f'status=Link("status"))\n{KEYED}', 1)
    schema.write_text(keyed)
    call(*admin, "initialise", PASSWORD)
    user = (f"username={USER}", f"password={PASSWORD}", "address=lab@example.invalid", "roles=User")
    call(*admin, "-u", f"admin:{PASSWORD}", "create", "user", *user)


def _version(at: Place) -> str:
    """Wait for its front page, and ask the installed package."""
    page(at, f"/{NAME}/")
    python = FAMILY.venv / "bin" / "python"
    return said_by(python, "-c", "import roundup; print(roundup.__version__)").strip()
