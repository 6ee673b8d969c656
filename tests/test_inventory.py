"""The team's own lists: how they are read, merged and refused."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scanner.addresses import AddressSet
from scanner.inventory import Format, Inventory, InventoryRefused, Source, with_inventory
from scanner.model import Asset
from scanner.scope import AssetClass, Scope, load_scope

SCOPE = """\
name = "ward network"
owner = "IT operations"
approver = "Head of IT"
reference = "SEC-7"
contact = "sec@example.org"
valid_until = 2026-12-31
ranges = ["192.0.2.0/24", "2001:db8::/120"]
hosts = ["db.example.org"]
exclude = ["192.0.2.7"]
zones = [{ name = "office", ranges = ["192.0.2.0/24"] }]
"""

TEMPLATE = Path(__file__).parent.parent / "config" / "assets.example.csv"

NAMES = {"web.example.org": ["192.0.2.80", "2001:db8::80"], "away.example.org": ["203.0.113.1"]}

NMAP = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<?xml-stylesheet href="file:///usr/share/nmap/nmap.xsl" type="text/xsl"?>
<nmaprun scanner="nmap" args="nmap -oX - 192.0.2.0/24" version="7.94">
<host><status state="up" reason="arp-response"/>
<address addr="192.0.2.33" addrtype="ipv4"/>
<address addr="2001:db8::33" addrtype="ipv6"/>
<address addr="00:00:5E:00:53:01" addrtype="mac" vendor="Example"/>
<hostnames><hostname name="x.example.org" type="PTR"/></hostnames>
</host>
<host><status state="down" reason="no-response"/>
<address addr="192.0.2.34" addrtype="ipv4"/>
</host>
</nmaprun>
"""

MASSCAN_1_0_4 = """\
[
{   "ip": "192.0.2.40",   "timestamp": "1501607463", "ports": [ {"port": 22, "proto": "tcp"} ] },
{   "ip": "192.0.2.41",   "timestamp": "1501607463", "ports": [ {"port": 22, "proto": "tcp"} ] },
{finished: 1}
]
"""

MASSCAN_1_0_6 = """\
[
{   "ip": "192.0.2.40",   "timestamp": "1501607463", "ports": [ {"port": 22, "proto": "tcp"} ] },
{   "ip": "192.0.2.41",   "timestamp": "1501607463", "ports": [ {"port": 22, "proto": "tcp"} ] },
]
"""

MASSCAN_1_3_2 = """\
[
{   "ip": "192.0.2.40",   "timestamp": "1501607463", "ports": [ {"port": 22, "proto": "tcp"} ] }
,
{   "ip": "192.0.2.41",   "timestamp": "1501607463", "ports": [ {"port": 22, "proto": "tcp"} ] }
]
"""

MASSCAN_2014 = """\
{   "ip": "192.0.2.40",   "ports": [ {"port": 22, "proto": "tcp"} ] },
{   "ip": "192.0.2.41",   "ports": [ {"port": 22, "proto": "tcp"} ] },
{finished: 1}
"""

Load = Callable[..., Inventory]


def resolve(name: str) -> Sequence[str]:
    """Answer as a resolver that knows `NAMES`."""
    try:
        return NAMES[name]
    except KeyError as error:
        raise OSError(name) from error


@pytest.fixture(scope="module")
def scope(tmp_path_factory: pytest.TempPathFactory) -> Scope:
    """Permit one IPv4 and one IPv6 range and a pinned name."""
    path = tmp_path_factory.mktemp("scope") / "scope.toml"
    path.write_text(SCOPE)
    path.chmod(0o600)
    now = datetime(2026, 6, 10, tzinfo=UTC)
    return load_scope(path, now=now, resolve=lambda _: ["198.51.100.3"])


@pytest.fixture
def load(tmp_path: Path, scope: Scope) -> Load:
    """Load inventories, each given as its file name and its content."""

    def load_files(*, form: Format | None = None, **files: str | bytes) -> Inventory:
        sources = []
        for name, content in files.items():
            path = tmp_path / name.replace("_", ".")
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            sources.append(Source(path, form))
        return Inventory.load(sources, scope, resolve)

    return load_files


@pytest.fixture
def refusal(load: Load, tmp_path: Path) -> Callable[..., str]:
    """Give the message with which inventories are refused, without their folder."""

    def message(**files: str | bytes) -> str:
        with pytest.raises(InventoryRefused) as caught:
            load(**files)
        return str(caught.value).replace(f"{tmp_path}/", "")

    return message


def addresses(*texts: str) -> AddressSet:
    """Make a set of networks and addresses."""
    return AddressSet.of(ip_network(text) for text in texts)


class TestFormats:
    """Five kinds of file say the same."""

    def test_csv(self, load: Load) -> None:
        """Columns stand in any order, comments and empty lines anywhere."""
        inventory = load(
            assets_csv="""\
# our servers, "as of" today

Owner,address,contact,site,zone,tags,class
"Search, team",192.0.2.10,s@example.org,Lyon,dmz,prod  search,
# retired: 192.0.2.11
,192.0.2.12,,,,,medical
"""
        )

        assert inventory.asset_for("192.0.2.10") == Asset(
            owner="Search, team",
            contact="s@example.org",
            site="Lyon",
            zone="dmz",
            tags=("prod", "search"),
        )
        assert inventory.asset_for("192.0.2.12") == Asset()
        assert inventory.addresses == addresses("192.0.2.10", "192.0.2.12")
        assert inventory.classes[AssetClass.MEDICAL] == addresses("192.0.2.12")
        assert inventory.classes[AssetClass.PRINTER] == AddressSet()

    @pytest.mark.parametrize("mark", [";", "\t"])
    def test_csv_of_a_spreadsheet(self, load: Load, mark: str) -> None:
        """Semicolons, tabs, a byte-order mark and Windows line ends are what spreadsheets write."""
        inventory = load(assets_csv=f"\ufeffaddress{mark}owner\r\n192.0.2.10{mark}a, b\r\n")

        assert inventory.asset_for("192.0.2.10") == Asset(owner="a, b")

    def test_json_lines(self, load: Load) -> None:
        """One object a line; tags are a list or a text of words."""
        inventory = load(
            assets_jsonl="""\
{"address": "192.0.2.10", "owner": "Search", "tags": ["prod", "search"]}

{"address": "2001:db8::5", "tags": "a b", "class": "printer"}
"""
        )

        assert inventory.asset_for("192.0.2.10") == Asset(owner="Search", tags=("prod", "search"))
        assert inventory.asset_for("2001:db8::5") == Asset(tags=("a", "b"))
        assert inventory.classes[AssetClass.PRINTER] == addresses("2001:db8::5")

    def test_list(self, load: Load) -> None:
        """One address, CIDR or name a line."""
        inventory = load(
            assets_txt="192.0.2.10\n192.0.2.16/30  # lab\n\n# none\n2001:db8::5\nweb.example.org"
        )

        assert inventory.addresses == addresses(
            "192.0.2.10", "192.0.2.16/30", "2001:db8::5", "192.0.2.80", "2001:db8::80"
        )

    def test_nmap(self, load: Load) -> None:
        """The IP addresses of hosts that were up, neither those that were down nor their MACs."""
        assert load(scan_xml=NMAP).addresses == addresses("192.0.2.33", "2001:db8::33")

    @pytest.mark.parametrize(
        "report", [MASSCAN_1_0_4, MASSCAN_1_0_6, MASSCAN_1_3_2], ids=["1.0.4", "1.0.6", "1.3.2"]
    )
    def test_masscan(self, load: Load, report: str) -> None:
        """Each version put its commas elsewhere, and an old one ended with what is no JSON."""
        assert load(scan_json=report).addresses == addresses("192.0.2.40", "192.0.2.41")

    def test_masscan_without_brackets(self, load: Load) -> None:
        """The oldest version wrote no brackets; its format must be named."""
        inventory = load(form=Format.MASSCAN, scan_json=MASSCAN_2014)

        assert inventory.addresses == addresses("192.0.2.40", "192.0.2.41")

    @pytest.mark.parametrize(
        "content",
        [
            "# c\naddress,owner\n192.0.2.10,Search\n",
            "owner;address\nSearch;192.0.2.10\n",
            '{"address": "192.0.2.10", "owner": "Search"}',
            '\ufeff{"address": "192.0.2.10", "owner": "Search"}',
        ],
    )
    def test_format_is_told_from_the_content(self, load: Load, content: str) -> None:
        """A file whose name says nothing is read for what it is."""
        assert load(assets=content).asset_for("192.0.2.10") == Asset(owner="Search")

    @pytest.mark.parametrize("content", [NMAP, "192.0.2.33\n2001:db8::33\n"])
    def test_exports_are_told_from_the_content(self, load: Load, content: str) -> None:
        """An export of another scanner is, too."""
        assert load(export=content).addresses == addresses("192.0.2.33", "2001:db8::33")

    @pytest.mark.parametrize(
        ("text", "source"),
        [
            ("assets.csv", Source(Path("assets.csv"))),
            ("nmap:report.txt", Source(Path("report.txt"), Format.NMAP)),
            ("list:C:/hosts", Source(Path("C:/hosts"), Format.LIST)),
            ("C:/hosts", Source(Path("C:/hosts"))),
        ],
    )
    def test_source(self, text: str, source: Source) -> None:
        """`FORMAT:PATH` overrides what the file looks like."""
        assert Source.parse(text) == source

    def test_source_as_text(self, tmp_path: Path, scope: Scope) -> None:
        """A source is also what the user typed."""
        path = tmp_path / "hosts.csv"
        path.write_text("192.0.2.10\n")

        inventory = Inventory.load([f"list:{path}"], scope, resolve)

        assert inventory.addresses == addresses("192.0.2.10")


class TestMerging:
    """Rows add up, or contradict each other."""

    def test_duplicates_fill_each_other_s_gaps(self, load: Load) -> None:
        """What one row leaves out another may say; tags add up."""
        inventory = load(
            a_csv="address,owner,tags\n192.0.2.10,Search,prod\n192.0.2.10,,search prod\n",
            b_jsonl='{"address": "192.0.2.10/32", "site": "Lyon", "owner": "Search"}',
        )

        assert inventory.asset_for("192.0.2.10") == Asset(
            owner="Search", site="Lyon", tags=("prod", "search")
        )

    def test_most_specific_row_wins(self, load: Load) -> None:
        """An address over its subnet, a subnet over a wider one, whatever their order."""
        inventory = load(
            assets_csv="address,owner,site\n192.0.2.10,Search,\n192.0.2.0/24,IT,Lyon\n"
            "192.0.2.8/29,Lab,\n"
        )

        assert inventory.asset_for("192.0.2.10") == Asset(owner="Search", site="Lyon")
        assert inventory.asset_for("192.0.2.9") == Asset(owner="Lab", site="Lyon")
        assert inventory.asset_for("192.0.2.200") == Asset(owner="IT", site="Lyon")
        assert inventory.asset_for("::ffff:192.0.2.9") == Asset(owner="Lab", site="Lyon")
        assert inventory.asset_for("2001:db8::1") == Asset()

    def test_bare_list_does_not_hide_an_owner(self, load: Load) -> None:
        """The report of a scanner knows no owner; the subnet's row still does."""
        inventory = load(scan_xml=NMAP, assets_csv="address,owner\n192.0.2.0/24,IT\n")

        assert inventory.asset_for("192.0.2.33") == Asset(owner="IT")

    @pytest.mark.parametrize("column", ["owner", "contact", "site", "zone"])
    def test_conflict_names_both_lines(self, refusal: Callable[..., str], column: str) -> None:
        """Two rows that contradict each other are an error of both files."""
        message = refusal(
            a_csv=f"address,{column}\n192.0.2.9,\n192.0.2.10,A\n",
            b_csv=f"# ours\naddress,{column}\n192.0.2.10,B\n",
        )

        assert message == f"b.csv:3: {column} 'B' of 192.0.2.10 contradicts 'A' at a.csv:3"

    def test_conflict_names_the_line_that_said_it(self, refusal: Callable[..., str]) -> None:
        """The line that is named is the one with the other word, not the first of the address."""
        message = refusal(
            a_csv="address,owner,class\n192.0.2.10,A,\n192.0.2.10,,medical\n192.0.2.10,A,printer\n"
        )

        assert message == "a.csv:4: class 'printer' of 192.0.2.10 contradicts 'medical' at a.csv:3"

    def test_two_names_of_one_address_conflict_too(self, refusal: Callable[..., str]) -> None:
        """A name is only another way to write its addresses."""
        message = refusal(a_csv="address,owner\nweb.example.org,Web\n192.0.2.80,Search\n")

        assert message == "a.csv:3: owner 'Search' of 192.0.2.80 contradicts 'Web' at a.csv:2"


class TestScope:
    """What the scope does not permit is refused by name."""

    def test_every_line_outside_is_named(self, refusal: Callable[..., str]) -> None:
        """Nothing is dropped in silence, nothing is scanned."""
        message = refusal(a_txt="192.0.2.1\n203.0.113.1\n192.0.2.0/23\n192.0.2.7\naway.example.org")

        assert message.splitlines() == [
            "a.txt:2: 203.0.113.1 is outside the scope; take the row out, or have it added",
            "a.txt:3: 192.0.3.0 is outside the scope; take the row out, or have it added",
            "a.txt:4: 192.0.2.7/32 is what the scope excludes; take the row out",
            "a.txt:5: away.example.org resolves to 203.0.113.1, which is outside the scope",
        ]

    def test_list_of_another_site_stays_readable(self, refusal: Callable[..., str]) -> None:
        """A list that is wrong in every line is not answered line by line."""
        lines = refusal(a_txt="203.0.113.1\n" * 100).splitlines()

        assert len(lines) == 21
        assert lines[-1] == "and 80 more lines like these"

    def test_subnet_around_an_exclusion(self, load: Load) -> None:
        """A row may describe a subnet that has excluded addresses in it; they stay out."""
        inventory = load(a_csv="address,owner,class\n192.0.2.0/28,IT,printer\n")

        assert inventory.addresses == addresses("192.0.2.0/28") - addresses("192.0.2.7")
        assert inventory.classes[AssetClass.PRINTER] == inventory.addresses

    def test_name_that_the_scope_pinned_is_not_asked_again(self, load: Load) -> None:
        """A listed name means the address to which the scope pinned it."""
        inventory = load(a_csv="address,owner\nDB.example.org,DBA\n")

        assert inventory.asset_for("198.51.100.3") == Asset(owner="DBA")

    @pytest.mark.parametrize(
        ("address", "why"),
        [
            ("192.0.2.5/24", "host bits set; 192.0.2.0/24 was probably meant"),
            ("::ffff:192.0.2.5", "write the IPv4 address"),
            ("0300.0.2.1", "write all four numbers in plain decimal"),
            ("3221225985", "write all four numbers in plain decimal"),
            ("0x7f000001", "is no address"),
            ("192.0.2.5%eth0", "zone index"),
            ("192.0.2.300", "is no address"),
            ("0.0.0.0", "0.0.0.0 is outside the scope"),
            ("none.example.org", "none.example.org does not resolve"),
            ("0.0.0.0/0", "0.0.0.0 is outside the scope"),
        ],
    )
    def test_spellings(self, refusal: Callable[..., str], address: str, why: str) -> None:
        """An inventory has the strict spellings of the scope."""
        message = refusal(a_csv=f"address,owner\n{address},IT\n")

        assert message.startswith("a.csv:2: ")
        assert why in message

    def test_devices_to_leave_alone_become_zones(self, load: Load, scope: Scope) -> None:
        """A class in the inventory protects as a zone of the scope does, and goes before it."""
        inventory = load(a_csv="address,class\n192.0.2.64/27,medical\n")

        protected = with_inventory(scope, inventory)

        zones = [protected.zone_of(text) for text in ("192.0.2.70", "192.0.2.1", "198.51.100.3")]
        assert [zone and (zone.name, zone.asset_class) for zone in zones] == [
            ("inventory: medical", AssetClass.MEDICAL),
            ("office", None),
            None,
        ]
        assert protected.allowed == scope.allowed
        assert protected.host_of("198.51.100.3") == "db.example.org"

    def test_class_of_a_subnet_holds_for_each_of_its_addresses(self, load: Load) -> None:
        """A row for one device does not take it out of a protected subnet."""
        inventory = load(a_csv="address,owner,class\n192.0.2.70,IT,\n192.0.2.64/27,,medical\n")

        assert ip_address("192.0.2.70") in inventory.classes[AssetClass.MEDICAL]

    def test_without_inventory_nothing_changes(self, scope: Scope) -> None:
        """A round needs no inventory."""
        assert Inventory().asset_for("192.0.2.1") == Asset()
        assert with_inventory(scope, Inventory()) == scope


class TestRefusals:
    """Each refusal names file and line."""

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (
                "address,ownr\n",
                ("a.csv:1: unknown column 'ownr'; the columns are "
                "address, owner, contact, site, zone, tags, class"),
            ),
            ("address,owner,Owner\n", "a.csv:1: column 'owner' stands there twice"),
            (
                "owner\nIT\n",
                "a.csv:1: no column `address`; the first line must name the columns",
            ),
            ("address,owner\n192.0.2.1\n", "a.csv:2: 1 cells under a header of 2"),
            ("address,owner\n192.0.2.1,a,b\n", "a.csv:2: 3 cells under a header of 2"),
            (
                "address,owner\n,IT\n",
                "a.csv:2: Object missing required field `address`",
            ),
            (
                'address,owner\n192.0.2.1,"IT\n192.0.2.2,B\n',
                "a.csv:2: not CSV: unexpected end of data",
            ),
            (
                "address,class\n192.0.2.1,toaster\n",
                "a.csv:2: Invalid enum value 'toaster' - at `class`",
            ),
            (
                "address,owner\n192.0.2.1,I\0T\n",
                "a.csv:2: owner holds control characters; write plain text",
            ),
            (
                "address,owner\n192.0.2.1,\x1b[2J\n",
                "a.csv:2: owner holds control characters; write plain text",
            ),
            (
                f"address,owner\n192.0.2.1,{'x' * 10_000}\n",
                "a.csv:2: owner is longer than 1000 characters",
            ),
            (
                f"address,tags\n192.0.2.1,{'x ' * 5_000}\n",
                "a.csv:2: tags is longer than 1000 characters",
            ),
            (
                b"address,owner\n192.0.2.1,Zo\xeb\n",
                "a.csv:2: not UTF-8; save the file as UTF-8",
            ),
            (
                "address,owner\n192.0.2.1," + "x" * (1 << 18),
                "a.csv:2: line longer than 262144 bytes",
            ),
        ],
    )  # fmt: skip
    def test_csv(self, refusal: Callable[..., str], content: str | bytes, message: str) -> None:
        """A CSV that is not what its header says is refused with its line."""
        assert refusal(a_csv=content) == message

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ('{"address": "192.0.2.1"', "a.jsonl:1: not one JSON object on one line"),
            ('\n["192.0.2.1"]', "a.jsonl:2: not one JSON object on one line"),
            ("[" * 100_000, "a.jsonl:1: not one JSON object on one line"),
            (
                '{"address": "192.0.2.1", "ip": 1}',
                (
                    "a.jsonl:1: unknown member 'ip'; known are "
                    "address, owner, contact, site, zone, tags, class"
                ),
            ),
            ('{"owner": "IT"}', "a.jsonl:1: Object missing required field `address`"),
            ('{"address": 5}', "a.jsonl:1: Expected `str`, got `int` - at `address`"),
            (
                '{"address": "192.0.2.1", "tags": [1]}',
                "a.jsonl:1: Expected `str`, got `int` - at `tags[0]`",
            ),
            (
                '{"address": "192.0.2.1", "site": "\\u0000"}',
                "a.jsonl:1: site holds control characters; write plain text",
            ),
        ],
    )
    def test_json_lines(self, refusal: Callable[..., str], content: str, message: str) -> None:
        """Each line is one object with known members."""
        assert refusal(a_jsonl=content) == message

    def test_what_is_refused_is_shown_without_effect(self, refusal: Callable[..., str]) -> None:
        """A file from a stranger neither moves the cursor nor floods the screen."""
        unknown = refusal(a_csv="address,\x1b[2J" + "x" * 100_000)
        wrong = refusal(a_jsonl='{"address": "192.0.2.1", "class": "\\u001b[2J"}')

        assert unknown.startswith(r"a.csv:1: unknown column '\x1b[2jxxx")
        assert len(unknown) < 5_000
        assert wrong == r"a.jsonl:1: Invalid enum value '\x1b[2J' - at `class`"

    def test_list(self, refusal: Callable[..., str]) -> None:
        """A list has one word a line: a second one would be lost."""
        assert refusal(a_txt="192.0.2.1\n192.0.2.2 192.0.2.3\n") == (
            "a.txt:2: one address, CIDR or name a line, please; comments follow a #"
        )

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (NMAP[:-20], "a.xml:12: not whole XML: no element found"),
            ("", "a.xml:1: not whole XML: no element found"),
            ("nmap", "a.xml:1: not whole XML: syntax error"),
            ("<html></html>", "a.xml:1: begins with <html>, not <nmaprun>; is this nmap -oX?"),
            (
                '<!DOCTYPE nmaprun [\n<!ENTITY a "ha">\n<!ENTITY b "&a;&a;">]>\n<nmaprun/>',
                "a.xml:2: declares entities, which no Nmap report does",
            ),
            (
                '<!DOCTYPE nmaprun [\n<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<nmaprun/>',
                "a.xml:2: declares entities, which no Nmap report does",
            ),
            (
                NMAP.replace("192.0.2.33", "203.0.113.1"),
                "a.xml:6: 203.0.113.1 is outside the scope; take the row out, or have it added",
            ),
        ],
        ids=["cut short", "empty", "no XML", "another kind", "bomb", "external", "outside"],
    )
    def test_nmap(self, refusal: Callable[..., str], content: str, message: str) -> None:
        """A report that is cut short, hostile or of another kind is refused."""
        assert refusal(a_xml=content) == message

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (MASSCAN_1_3_2[:-40], "a.json:4: not one JSON object on one line"),
            (
                MASSCAN_1_0_6.removesuffix("]\n"),
                "a.json:1: no closing bracket: cut short? if it is whole, add a line with ]",
            ),
            ('[\n{"port": 22}\n]', "a.json:2: no `ip`; is this masscan's -oJ?"),
            ('[\n{"ip": 22}\n]', "a.json:2: no `ip`; is this masscan's -oJ?"),
        ],
        ids=["cut in a line", "cut between lines", "no ip", "ip no text"],
    )
    def test_masscan(self, refusal: Callable[..., str], content: str, message: str) -> None:
        """A report that is cut short is not a shorter report."""
        assert refusal(a_json=content) == message

    @pytest.mark.parametrize("content", ["", "# address,owner\n", "address,owner\n"])
    def test_empty(self, refusal: Callable[..., str], content: str) -> None:
        """An inventory that says nothing is a failed export, not a small network."""
        assert refusal(a_csv=content) == "a.csv: names no address; fill it, or leave it out"

    def test_missing_file(self, tmp_path: Path, scope: Scope) -> None:
        """A path that leads nowhere is refused by its name."""
        path = tmp_path / "none.csv"

        with pytest.raises(InventoryRefused, match=r"none\.csv: cannot be read: No such file"):
            Inventory.load([path], scope, resolve)

    def test_template_refuses_to_run_until_edited(self, scope: Scope) -> None:
        """What `ronde init` writes is nobody's inventory."""
        with pytest.raises(InventoryRefused, match="owner still holds the template's text"):
            Inventory.load([TEMPLATE], scope, resolve)

    def test_template_runs_once_edited(self, load: Load) -> None:
        """The rows of the template show how one writes them."""
        inventory = load(assets_csv=TEMPLATE.read_text().replace("CHANGE-ME: ", ""))

        assert inventory.asset_for("192.0.2.10") == Asset(
            owner="search team",
            contact="search@example.org",
            site="main building",
            zone="servers",
            tags=("production", "search"),
        )
        assert inventory.classes[AssetClass.MEDICAL] == addresses("192.0.2.64/27")


NETWORKS = st.integers(24, 32).flatmap(
    lambda prefix: st.integers(0, (1 << (prefix - 24)) - 1).map(
        lambda number: IPv4Network(((192 << 24) + (2 << 8) + (number << (32 - prefix)), prefix))
    )
)


class TestModel:
    """The lookup against the plain reading of the rows, and readers against any bytes."""

    @given(networks=st.sets(NETWORKS, min_size=1, max_size=8), host=st.integers(0, 255))
    def test_lookup_agrees_with_the_plain_reading(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        scope: Scope,
        networks: set[IPv4Network],
        host: int,
    ) -> None:
        """The owner is that of the longest prefix that holds the address."""
        allowed = [network for network in networks if network != IPv4Network("192.0.2.7/32")]
        assume(allowed)  # a file without a row is refused, and has a test of its own
        path = tmp_path_factory.getbasetemp() / "model.jsonl"
        path.write_text(
            "\n".join(json.dumps({"address": str(n), "owner": str(n)}) for n in allowed)
        )
        address = IPv4Address("192.0.2.0") + host
        holding = [network for network in allowed if address in network]
        expected = max(holding, key=lambda network: network.prefixlen, default=None)

        inventory = Inventory.load([path], scope, resolve)

        assert inventory.asset_for(address) == Asset(owner=str(expected) if expected else None)
        assert (address in inventory.addresses) == (bool(holding) and scope.covers(address))

    @given(
        form=st.sampled_from(Format),
        content=st.binary(max_size=200)
        | st.text(alphabet='[]{},:;#"\n\t <>ip/address192.0', max_size=200).map(str.encode)
        | st.sampled_from([NMAP.encode(), MASSCAN_1_0_4.encode(), MASSCAN_1_3_2.encode()]).flatmap(
            lambda whole: st.integers(0, len(whole)).map(lambda length: whole[:length])
        ),
    )
    def test_any_content_is_read_or_refused(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        scope: Scope,
        form: Format,
        content: bytes,
    ) -> None:
        """No file makes a reader fail in another way than by a refusal that names it."""
        path = tmp_path_factory.getbasetemp() / "any.thing"
        path.write_bytes(content)

        message = _refusal_of(Source(path, form), scope)

        assert message == "" or str(path) in message

    def test_addresses_of_both_families(self, load: Load) -> None:
        """A lookup by value is a lookup by text."""
        inventory = load(a_csv="address,owner\n2001:db8::/121,IT\n192.0.2.9,Lab\n")

        assert inventory.asset_for(IPv6Address("2001:db8::7f")) == Asset(owner="IT")
        assert inventory.asset_for(ip_address("192.0.2.9")) == Asset(owner="Lab")


def _refusal_of(source: Source, scope: Scope) -> str:
    try:
        Inventory.load([source], scope, resolve)
    except InventoryRefused as refused:
        return str(refused)
    return ""
