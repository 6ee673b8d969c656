"""Zabbix agents: whether one tells us the state of its host."""

from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import HANG_UP, About, Answer, Exchange, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import versions, zabbix


def _item(key: str) -> Exchange:
    return Exchange(
        name=f"item {key}",
        encode=lambda: zabbix.item(key),
        framing=zabbix.frame,
        max_bytes=2 * zabbix.MAX_REPLY,
    )


VERSION = _item("agent.version")
CONTROL = _item("ronde.no.such.item")


class ZabbixAgent:
    """An agent is open when it tells its version and refuses an item that does not exist."""

    about = About(
        name="zabbixagent",
        title="A Zabbix agent answers whoever asks",
        ports=frozenset({10050}),
        front=VERSION,
        asks=(VERSION, CONTROL, HANG_UP),
        proves="its version is told, and an item that does not exist is refused",
        cwe=306,
        remedy=(
            "Name the Zabbix server and its proxies alone in `Server=`, demand a certificate or a "
            "key (`TLSAccept=cert` or `psk`), and deny what reads files and runs commands "
            "(`DenyKey=vfs.file.*`, `DenyKey=system.run[*]`)."
        ),
        references=(
            "https://www.zabbix.com/documentation/current/en/manual/concepts/agent",
            "https://www.zabbix.com/documentation/current/en/manual/config/items/restrict_checks",
        ),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise an agent by its version: who is not let in gets no answer at all."""
        version = versions.read(zabbix.value(front.data))
        return Service("zabbix-agent", version) if version else None

    def assess(self, front: Answer) -> StreamDialogue:
        """The front was answered; ask for what does not exist, on a connection of its own."""
        service = self.identify(front) or Service("zabbix-agent")
        yield HANG_UP
        if zabbix.value((yield CONTROL).data) is not None:
            return half_proof(service, f"the control, {CONTROL.name}, was not refused")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because="answers our address without a certificate or a key",
            proof=Proof(VERSION.name, "the version is told", f"{CONTROL.name} was refused"),
            # What can be read stands in its manual: state, names of accounts, contents of files.
            holdings=(Holding(name="host", kind="agent"),),
        )
