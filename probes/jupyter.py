"""Jupyter Server, Notebook and Lab: who may run code in a notebook's kernel."""

import re

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK
from scanner.wire import Garbled, counts, versions

#: Public on locked servers as well: it identifies, and proves nothing.
API = Get("/api")
STATUS = Get("/api/status")
CONTROL = Get("/api/kernels/00000000-0000-4000-8000-000000000000")

#: What the control is told, before and since the kernel managers of 2.0.
MISSING = re.compile(r"Kernel does not exist: 00000000-0000-4000-8000-000000000000")


class Jupyter:
    """A server is open when it tells its state and misses a kernel by its name."""

    about = About(
        name="jupyter",
        title="Jupyter runs code for anyone",
        ports=frozenset({8888, 8889, 8890}),
        front=API,
        asks=(API, STATUS, CONTROL),
        proves="its state is told, and a kernel that cannot exist is missing by name",
        cwe=306,
        remedy=(
            "Leave the token on (do not set `IdentityProvider.token` or `NotebookApp.token` to an "
            "empty string), or set a password; bind to localhost and reach it through SSH or "
            "JupyterHub. Whoever reached it could run programs as its user."
        ),
        references=("https://jupyter-server.readthedocs.io/en/latest/operators/security.html",),
        runs_code=True,
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the version that every server tells, signed by its web framework."""
        signed = front.headers.get("server", "").startswith("TornadoServer/")
        try:
            told = front.json()
            version = versions.read(told["version"].text())
        except Garbled:
            return None
        alone = len(told) == 1
        return Service("jupyter", version) if signed and alone and version else None

    def assess(self, front: Page) -> HttpDialogue:
        """Ask for its state; then for a kernel that cannot exist."""
        service = self.identify(front) or Service("jupyter")
        status = yield STATUS
        if status.status != OK:
            return verdict.not_answered(service, STATUS, status)
        kernels = counts.read(status.json()["kernels"])
        control = yield CONTROL
        if control.status != NOT_FOUND or not MISSING.search(_message(control)):
            return verdict.half_proof(service, f"the control {CONTROL.name} was not missing")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because="tells its state and looks for kernels without a token",
            proof=Proof(STATUS.name, f"{kernels} kernels counted", f"{CONTROL.name} answered 404"),
            holdings=(Holding(name="kernels", kind="session", records=kernels),),
            holdings_total=1,
        )


def _message(page: Page) -> str:
    try:
        return page.json()["message"].text()
    except Garbled:
        return ""
