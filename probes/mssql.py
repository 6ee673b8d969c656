"""Microsoft SQL Server: which version stands here. It has no door without a log-in."""

from scanner.model import Access, Assessment, Service
from scanner.probe import About, Answer, Exchange, StreamDialogue
from scanner.wire import tds

PRELOGIN = Exchange(
    name="PRELOGIN", encode=tds.prelogin, framing=tds.frame, max_bytes=tds.MAX_REPLY
)


class Mssql:
    """A server is identified by what it says before a log-in; nothing beyond is possible."""

    about = About(
        name="mssql",
        title="SQL Server introduces itself",
        ports=frozenset({1433, 1434}),
        front=PRELOGIN,
        asks=(PRELOGIN,),
        proves="nothing: every session needs a log-in",
        cwe=1188,
        remedy=(
            "Let only its clients reach the port, disable `sa`, force encryption, and keep to "
            "versions that are still supported."
        ),
        references=("https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-tds/",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a server by version and encryption in its answer."""
        return Service("sql-server", tds.decode(front.data).version)

    def assess(self, front: Answer) -> StreamDialogue:
        """Say what is known: one ask told it all."""
        yield from ()
        encryption = tds.decode(front.data).encryption
        because = f"every session needs a log-in; encryption is {encryption}"
        service = self.identify(front) or Service("sql-server")
        return Assessment(access=Access.IDENTIFIED, service=service, because=because)
