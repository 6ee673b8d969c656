"""Orthanc where others stand as well: behind a proxy, on the ports that all web servers share."""

from dataclasses import replace

from probes.orthanc import Orthanc, is_named
from scanner.model import Service
from scanner.probe import HttpDialogue, Page

OWN = Orthanc()


class OrthancProxy:
    """As `Orthanc`, but of what names itself: no refusal is looked behind on a shared port."""

    about = replace(
        OWN.about,
        name="orthancproxy",
        title="Orthanc behind a proxy hands its medical images to anyone",
        ports=frozenset({80, 8080}),
        tls_ports=frozenset({443, 8443}),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise Orthanc's realm, or where `/` leads."""
        return Service("orthanc") if is_named(front) else None

    def assess(self, front: Page) -> HttpDialogue:
        """Count what it has, as on its own port."""
        return (yield from OWN.assess(front))
