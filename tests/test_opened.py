"""Other scanners' result files: every open TCP endpoint of them, and nothing else."""

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inventory import InventoryRefused
from scanner.inventory.opened import read_open

MASSCAN_JSON = """[
{   "ip": "192.0.2.1",   "timestamp": "1700000000", "ports": [ {"port": 9200, "proto": "tcp", "status": "open", "reason": "syn-ack", "ttl": 64} ] }
,
{   "ip": "192.0.2.2",   "timestamp": "1700000000", "ports": [ {"port": 53, "proto": "udp", "status": "open"}, {"port": 80, "proto": "tcp", "status": "closed"} ] }
,
{   "ip": "2001:db8::2", "timestamp": "1700000000", "ports": [ {"port": 6379, "proto": "tcp", "status": "open"} ] }
]
"""  # noqa: E501 - masscan's own lines

MASSCAN_LINES = """{"ip":"192.0.2.1","timestamp":"1700000000","port":9200,"proto":"tcp","rec_type":"status","data":{"status":"open","reason":"syn-ack","ttl":64}}
{"ip":"192.0.2.1","timestamp":"1700000000","port":9300,"proto":"tcp","rec_type":"status","data":{"status":"closed","reason":"rst","ttl":64}}
{"ip":"2001:db8::2","timestamp":"1700000000","port":6379,"proto":"tcp","rec_type":"status","data":{"status":"open"}}
"""  # noqa: E501

MASSCAN_LIST = """#masscan
open tcp 9200 192.0.2.1 1700000000
closed tcp 80 192.0.2.1 1700000000
open udp 53 192.0.2.1 1700000000
open tcp 6379 2001:db8::2 1700000000
# end
"""

NAABU = """{"host":"db.example.org","ip":"192.0.2.1","timestamp":"2026-01-01T00:00:00Z","port":9200,"protocol":"tcp","tls":false}
{"ip":"192.0.2.1","port":53,"protocol":"udp"}
{"ip":"2001:db8::2","port":{"Port":6379,"Protocol":0,"TLS":false}}
"""  # noqa: E501

NMAP = """<?xml version="1.0"?>
<!DOCTYPE nmaprun>
<nmaprun scanner="nmap"><host><status state="up"/><address addr="192.0.2.1" addrtype="ipv4"/>
<address addr="00:00:5E:00:53:01" addrtype="mac"/><ports>
<port protocol="tcp" portid="9200"><state state="open"/></port>
<port protocol="tcp" portid="80"><state state="closed"/></port>
<port protocol="tcp" portid="81"><state state="open|filtered"/></port>
<port protocol="udp" portid="53"><state state="open"/></port></ports></host>
<host><status state="up"/><address addr="2001:db8::2" addrtype="ipv6"/><ports>
<port protocol="tcp" portid="6379"><state state="open"/></port></ports></host></nmaprun>
"""

PLAIN = "192.0.2.1:9200\n\n[2001:db8::2]:6379\n"


@pytest.mark.parametrize(
    "text",
    [MASSCAN_JSON, MASSCAN_LINES, MASSCAN_LIST, NAABU, NMAP, PLAIN],
    ids=["masscan -oJ", "masscan -oD", "masscan -oL", "naabu -json", "nmap -oX", "address:port"],
)
def test_the_open_tcp_endpoints_of_each_format_are_read(tmp_path: Path, text: str) -> None:
    """Closed ports, doubtful ones and UDP are not among them."""
    (tmp_path / "found").write_text(text)

    assert list(read_open(tmp_path / "found")) == [("192.0.2.1", 9200), ("2001:db8::2", 6379)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("db.example.org:80\n", "found:1: no open endpoint"),
        ("192.0.2.1:80\n192.0.2.1:0\n", "found:2: a port is a number from 1 to 65535"),
        ("010.0.0.1:80\n", "found:1: no IP address in its usual spelling"),
        ('{"host":"192.0.2.1","port":80}\n', "found:1: no `ip`"),
        ('{"ip":"192.0.2.1","port":true}\n', "found:1: a port is a number"),
        ('[\n{"ip":"192.0.2.1","ports":[]},\n', "found:1: no closing bracket"),
        ("<nmaprun><host>", "found:1: not whole XML"),
        ("<html/>", "not <nmaprun>"),
    ],
)
def test_a_line_that_is_none_of_these_is_refused_by_its_place(
    tmp_path: Path, text: str, why: str
) -> None:
    """A round must not begin on half a list."""
    (tmp_path / "found").write_text(text)

    with pytest.raises(InventoryRefused, match=why):
        list(read_open(tmp_path / "found"))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(InventoryRefused, match="nowhere: cannot be read: No such file"):
        list(read_open(tmp_path / "nowhere"))


@given(
    data=st.binary(max_size=300)
    | st.sampled_from([MASSCAN_JSON, MASSCAN_LIST, NAABU, NMAP]).flatmap(
        lambda text: st.integers(0, len(text)).map(lambda end: text[:end].encode())
    )
)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Nothing else is ever raised, whatever stands in the file."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "found")
        path.write_bytes(data)
        with suppress(InventoryRefused):
            assert all(0 < port < 65_536 for _, port in read_open(path))
