"""The web pages of printers and multifunction devices: whose device answers, and no more."""

import re

from scanner import verdict
from scanner.model import Access, Assessment, AssetClass, Service
from scanner.probe import FRONT, About, HttpDialogue, Page
from scanner.verdict import REFUSED

#: How a device calls its server; a maker's name alone is no sign, for HP, Dell and Canon make much
#: else that has pages.
SERVERS = (
    (re.compile(r"HP HTTP Server; |HP-Chai(?:Server|SOE)/"), "hp"),
    (re.compile(r"CANON HTTP Server|Canon Http Server|KS_HTTP/|Catwalk\b"), "canon"),
    (re.compile(r"Xerox_MicroServer/"), "xerox"),
    (re.compile(r"KM-MFP-http/"), "kyocera"),
    (re.compile(r"TOSHIBA TEC CORPORATION"), "toshiba"),
    (re.compile(r"EPSON_Linux\b|EPSON HTTP Server|EPSON-HTTP/"), "epson"),
    (re.compile(r"OKIDATA-HTTPD/"), "oki"),
)

#: What a device calls its front page.
TITLES = (
    (
        re.compile(
            r"HP (?:Color |Latex )?(?:LaserJet|Laser|Office[Jj]et|Photosmart|Desk[Jj]et|ENVY|"
            r"PageWide|Design[Jj]et|Latex|Smart Tank|Ink Tank)\b"
        ),
        "hp",
    ),
    (re.compile(r"Web Image Monitor$|RICOH [A-Z]{1,3} [A-Z]?\d"), "ricoh"),
    (re.compile(r"KONICA MINOLTA (?:magicolor|bizhub)\b"), "konica-minolta"),
    (re.compile(r"Remote UI ?[:<(]"), "canon"),
    (
        re.compile(
            r"Xerox(?:\(R\)|®)? (?:WorkCentre|Phaser|ColorQube|AltaLink|VersaLink|Color|[BC]\d{3})"
            r"\b|Home - Phaser ",
            re.IGNORECASE,
        ),
        "xerox",
    ),
    (re.compile(r"(?:Top Page|Machine Identification) - (?:AR|BP|MX)-"), "sharp"),
    (re.compile(r"Lexmark\s\S"), "lexmark"),
    (re.compile(r"TOSHIBA e-STUDIO|TopAccess$"), "toshiba"),
    (re.compile(r"Brother \S+ series$"), "brother"),
)

#: Where a front page leads, in its text or by its `Location`.
PATHS = (
    (re.compile(rb"/web/guest/[a-z]{2}/websys/webArch/"), "ricoh"),
    (re.compile(rb"/wcd/(?:index\.html|js_error\.xml|top\.xml)"), "konica-minolta"),
    (re.compile(rb"/startwlm/Start_Wlm\.htm"), "kyocera"),
    (re.compile(rb"/hp/device/(?:this\.LCDispatcher|SignIn/)"), "hp"),
)

#: The title of a front page that is a login.
LOGIN = re.compile(r"Remote UI: Login\b")

#: What Kyocera's devices say on 9090 and 9091, where they hand out their address book; others of
#: its kind say so as well.
GSOAP = Service("gsoap")
GSOAP_SERVER = "gSOAP/"


class Mfp:
    """A device is only identified: what its pages let a stranger do is not tried."""

    about = About(
        name="mfp",
        title="A printer's own pages answer",
        ports=frozenset({80, 8000, 8080, 9090}),
        tls_ports=frozenset({443, 8443, 9091}),
        made_for=AssetClass.PRINTER,
        front=FRONT,
        asks=(FRONT,),
        proves="nothing: a front page is for everybody, and no page behind it is asked for",
        cwe=306,
        remedy=(
            "Give the device's administrator a password of its own, demand a login for its pages, "
            "address book and logs, switch off what nobody uses, and let only the print server "
            "and the administrators reach its pages, and 9090 and 9091 on Kyocera's."
        ),
        references=(
            "https://www.cve.org/CVERecord?id=CVE-2022-1026",
            "https://github.com/percx/Praeda",
        ),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise a maker by the signs of his devices."""
        if maker := _maker(front):
            return Service(f"{maker}-printer")
        return GSOAP if front.headers.get("server", "").startswith(GSOAP_SERVER) else None

    def assess(self, front: Page) -> HttpDialogue:
        """Say whose device it is, whether its front page wants a login, and leave it alone."""
        yield from ()
        service = self.identify(front) or GSOAP
        if front.status in REFUSED:
            return verdict.locked(service, FRONT, front)
        access, because = (
            Access.IDENTIFIED,
            "shows its front page to anyone; no other was asked for",
        )
        if service == GSOAP:
            because = "a SOAP service of gSOAP: an address book, if this is a device of Kyocera's"
        elif LOGIN.match(front.title):
            access, because = Access.LOCKED, "its front page is a login"
        return Assessment(access=access, service=service, because=because)


def _maker(front: Page) -> str | None:
    """Name the maker, by the cheapest sign first."""
    server, title = front.headers.get("server", ""), front.title
    if named := _named(SERVERS, server) or _named(TITLES, title):
        return named
    leads = front.headers.get("location", "").encode("latin-1", "replace") + b"\n" + front.body
    return next((slug for sign, slug in PATHS if sign.search(leads)), None)


def _named(signs: tuple[tuple[re.Pattern[str], str], ...], text: str) -> str | None:
    return next((slug for sign, slug in signs if sign.match(text)), None)
