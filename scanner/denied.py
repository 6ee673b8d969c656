"""The ports that nobody touches unasked: a byte there prints, or moves something."""

from collections.abc import Mapping
from types import MappingProxyType

_RAW = "raw print port (AppSocket, JetDirect): whatever arrives is printed"
_SERIAL = "raw serial port behind a network adapter: whatever arrives reaches the device"

#: Ports on which a byte prints or moves something, and why. They are left out whatever a probe or
#: a scope asks for, unless the scope opts a single address in.
DENIED: Mapping[int, str] = MappingProxyType(
    {
        515: "LPD (RFC 1179): a connection can start a print job",
        2000: "raw port of print and terminal servers: whatever arrives reaches the device",
        2501: "raw print port of some laser printers: whatever arrives is printed",
        **dict.fromkeys(range(9100, 9108), _RAW),
        **dict.fromkeys(range(9112, 9117), _RAW),
        9999: "set-up port of serial adapters, PJL on some printers",
        10001: _SERIAL,
    }
)
