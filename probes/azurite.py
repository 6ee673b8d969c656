"""Azurite, the stand-in for Azure's storage: its account and key are in its manual."""

import re

from scanner import verdict
from scanner.model import Access, Assessment, Outcome, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import FORBIDDEN, NOT_FOUND
from scanner.wire import versions

#: The account that everybody knows, in the words of each of the three doors.
BLOBS = Get("/devstoreaccount1?comp=list")
TABLES = Get("/devstoreaccount1/Tables")

#: `Azurite-Blob/3.35.0`: what every answer is signed with.
SIGNATURE = re.compile(r"Azurite-(Blob|Queue|Table)/(\S{1,40})")

#: How it refuses whom it knows and shows no key, and whom it does not know.
KNOWN = frozenset({"AuthorizationFailure", "AuthenticationFailed"})
UNKNOWN = frozenset({"ResourceNotFound"})
CODE = "x-ms-error-code"


class Azurite:
    """It can be told only whether the account is there whose key is in the manual."""

    about = About(
        name="azurite",
        title="An Azure emulator keeps data behind a published key",
        ports=frozenset({10000, 10002}),  # queues are on 10001, where adapters of printers are
        front=FRONT,
        asks=(FRONT, BLOBS, TABLES),
        proves="nothing: the published key is a credential, and is not tried",
        cwe=1392,
        remedy=(
            "Bind it to loopback (`--blobHost 127.0.0.1` and its siblings), or give it accounts "
            "of your own (AZURITE_ACCOUNTS); it was made for tests, and keeps nothing safe."
        ),
        references=("https://learn.microsoft.com/azure/storage/common/storage-use-azurite",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the signature of one of the three doors."""
        signed = SIGNATURE.fullmatch(front.headers.get("server", ""))
        return Service("azurite", versions.read(signed[2])) if signed else None

    def assess(self, front: Page) -> HttpDialogue:
        """Ask for the account that everybody knows; the refusal tells whether it is there."""
        service = self.identify(front) or Service("azurite")
        ask = TABLES if "Azurite-Table/" in front.headers.get("server", "") else BLOBS
        page = yield ask
        return _settled(service, ask, page)


def _settled(service: Service, ask: Get, page: Page) -> Outcome:
    code = page.headers.get(CODE, "")
    if page.status == FORBIDDEN and code in KNOWN:
        because = "has the account whose key is in its manual; the key was not tried"
        return Assessment(access=Access.IDENTIFIED, service=service, because=because)
    if page.status == NOT_FOUND and code in UNKNOWN:
        because = "has accounts of its own, and refuses the one that everybody knows"
        return Assessment(access=Access.LOCKED, service=service, because=because)
    return verdict.not_answered(service, ask, page)
