"""What servers say to have a client turn to somebody else: members, brokers, redirects, ports."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec import json

from scanner.demo.listen import Serve
from tests.fakes.fax import ELSEWHERE, Elsewhere
from tests.fakes.http import page, redirect_elsewhere
from tests.fakes.redis import OddRedis, sentinel
from tests.fakes.scripted import Says
from tests.transcripts import load

#: A network for documentation [RFC 5737]: nobody may ever be asked there.
ABROAD = "192.0.2.1"

#: The address that the recorded broker named, as it stands in its reply.
_RECORDED = b"\0\x09127.0.0.1"


@dataclass(frozen=True, slots=True)
class Lures:
    """Lures to a `trap`, an address that listens and is in no scope, and to abroad."""

    trap: str

    @property
    def hosts(self) -> tuple[str, ...]:
        """Name members of a cluster that are elsewhere."""
        return f"{self.trap}:27017", f"{ABROAD}:27017"

    def pages(self) -> Mapping[str, Serve]:
        """Redirect to the trap, abroad, and in a circle."""
        moved = b"301 Moved Permanently"
        there = f"location: http://{self.trap}:9200/".encode()
        return {
            "redirect abroad": redirect_elsewhere,
            "redirect to the trap": Says(page(b"", there, status=moved)),
            "nodes elsewhere": Says(page(self._nodes())),
            "redirect in a circle": Says(page(b"", b"location: /", status=moved)),
            "an alternative service": Says(
                page(b"{}", f'alt-svc: h2="{self.trap}:443"'.encode(), b"refresh: 0; url=" + there)
            ),
        }

    def replies(self) -> Mapping[int, Mapping[str, Serve]]:
        """Name other hosts in the words of a protocol, and prove nothing."""
        moved = f"-MOVED 3999 {self.trap}:6379\r\n".encode()
        said = dict.fromkeys(("DBSIZE", "INFO", "PING", "GET", "HELLO"), moved)
        return {6379: {"moved": OddRedis(said, otherwise=moved).serve}, 21: self._passive()}

    def open_doors(self) -> Mapping[int, Mapping[str, Serve]]:
        """Name other hosts behind a door that is open: the finding is made, the name left alone."""
        return {6379: {"sentinel": sentinel().serve}, 4559: self._passive()}

    def kafka(self) -> tuple[bytes, ...]:
        """Give the replies of an open broker that names the trap as the only one."""
        recorded = [one.payload for one in load("kafka/3.9-open").exchanges]
        trap = len(self.trap).to_bytes(2) + self.trap.encode()
        return tuple(_resized(one.replace(_RECORDED, trap)) for one in recorded)

    def _nodes(self) -> bytes:
        told = {"publish_address": f"{self.trap}:9200", "host": ABROAD}
        return json.encode({"cluster_name": "x", "nodes": {"a": {**told, "http": told}}})

    def _passive(self) -> Mapping[str, Serve]:
        comma = self.trap.replace(".", ",").encode()
        to_trap = {
            "227 the trap": b"227 Entering passive mode (" + comma + b",35,240)\r\n",
            "229 the trap": b"229 Entering (|1|" + self.trap.encode() + b"|9200|)\r\n",
        }
        return {name: Elsewhere(said).serve for name, said in (ELSEWHERE | to_trap).items()}


def _resized(frame: bytes) -> bytes:
    """Tell the true length of a frame of Kafka's."""
    return (len(frame) - 4).to_bytes(4) + frame[4:]
