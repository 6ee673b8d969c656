"""One packet of IPv4, as far as a test asks what it carries: who to whom, in which place."""

import struct
from typing import NamedTuple

TCP, UDP = 6, 17

_UDP_HEAD = 8
_SYN, _ACK = 0x02, 0x10

#: Address and port.
Place = tuple[bytes, int]


class Packet(NamedTuple):
    """What a packet of TCP or UDP says; `sequence` is the place of its first byte, in UDP 0."""

    protocol: int
    mark: int
    source: Place
    target: Place
    sequence: int
    payload: bytes
    opens: bool = False


def parsed(packet: bytes) -> Packet | None:
    """Read a packet from its IP header on; None is what is neither TCP nor UDP over IPv4."""
    if packet[0] >> 4 != 4 or packet[9] not in {TCP, UDP}:
        return None
    head = (packet[0] & 0x0F) * 4
    total = struct.unpack_from("!H", packet, 2)[0] or len(packet)  # 0: longer than it can say
    source, target = struct.unpack_from("!HH", packet, head)
    is_tcp = packet[9] == TCP
    flags = packet[head + 13] & (_SYN | _ACK) if is_tcp else 0
    data = head + ((packet[head + 12] >> 4) * 4 if is_tcp else _UDP_HEAD)
    return Packet(
        protocol=packet[9],
        mark=packet[1],
        source=(packet[12:16], source),
        target=(packet[16:20], target),
        sequence=struct.unpack_from("!I", packet, head + 4)[0] if is_tcp else 0,
        opens=flags == _SYN,
        payload=packet[data:total],
    )
