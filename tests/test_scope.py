"""The scope file: what it permits, and every way in which it does not."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.addresses import AddressSet
from scanner.model import Refused
from scanner.scope import AssetClass, Rates, Scope, ScopeRefused, Zone, load_scope
from scanner.scope.file import (
    ConsentTable,
    OptInTable,
    RatesTable,
    ScopeFile,
    WindowTable,
    ZoneTable,
)

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)  # a Wednesday

SIGNED = """\
name = "ward network"
owner = "IT operations"
approver = "Head of IT"
reference = "SEC-7"
contact = "sec@example.org"
valid_from = 2026-01-01
valid_until = 2026-12-31
"""

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "config" / "scope.example.toml"
PAGE = ROOT / "docs" / "scope.md"

Load = Callable[..., Scope]


def no_such_name(name: str) -> Sequence[str]:
    """Answer as a resolver that knows nothing."""
    raise OSError(name)


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load a scope from a signed header and the text that a test adds to it."""

    def load_text(
        text: str,
        *,
        header: str = SIGNED,
        now: datetime = NOW,
        resolve: Callable[[str], Sequence[str]] = no_such_name,
    ) -> Scope:
        path = tmp_path / "scope.toml"
        path.write_text(header + text, encoding="utf-8")
        path.chmod(0o600)
        return load_scope(path, now=now, resolve=resolve)

    return load_text


@pytest.fixture
def refusal(load: Load, tmp_path: Path) -> Callable[..., str]:
    """Give the message with which a scope is refused, without its folder."""

    def message(text: str, **options: object) -> str:
        with pytest.raises(ScopeRefused) as caught:
            load(text, **options)
        return str(caught.value).replace(f"{tmp_path}/", "")

    return message


class TestPermission:
    """What a valid scope allows."""

    def test_it_holds_what_the_file_says(self, load: Load) -> None:
        """Every field of the file reaches the compiled scope."""
        scope = load("""\
ranges = ["192.0.2.0/24", "2001:db8::5"]
exclude = ["192.0.2.7"]
min_coverage = 0.5
[rates]
connections_per_second = 100
per_subnet_per_second = 50
per_host_per_second = 1
timeout = 2
attempts = 1
[[zones]]
name = "imaging"
ranges = ["192.0.2.128/25"]
class = "medical"
[extra_ports]
redis = [6380]
[[opt_in]]
address = "192.0.2.9"
ports = [9100, 515]
reason = "no printer"
""")

        assert (
            scope.name,
            scope.owner,
            scope.approver,
            scope.reference,
            scope.contact,
        ) == ("ward network", "IT operations", "Head of IT", "SEC-7", "sec@example.org")
        assert (date(2026, 1, 1), date(2026, 12, 31)) == (scope.valid_from, scope.valid_until)
        assert scope.allowed.count == 256
        assert AddressSet.of([ip_address("192.0.2.7")]) == scope.excluded
        assert (
            Rates(
                connections_per_second=100,
                per_subnet_per_second=50,
                per_host_per_second=1,
                timeout=2,
                attempts=1,
            )
            == scope.rates
        )
        imaging = AddressSet.of([ip_network("192.0.2.128/25")])
        assert (Zone("imaging", imaging, AssetClass.MEDICAL),) == scope.zones
        assert {"redis": frozenset({6380})} == scope.extra_ports
        assert {ip_address("192.0.2.9"): frozenset({9100, 515})} == scope.opt_ins
        assert scope.min_coverage == 0.5

    def test_defaults_are_polite(self, load: Load) -> None:
        """A file that says nothing of rates gets those that a small network bears."""
        scope = load('ranges = ["192.0.2.1"]')

        assert (
            Rates(
                connections_per_second=500,
                per_subnet_per_second=500,
                per_host_per_second=5,
                timeout=3,
                attempts=2,
            )
            == scope.rates
        )
        assert scope.windows == ()
        assert scope.zones == ()
        assert scope.min_coverage == 0

    def test_digest_is_that_of_the_file(self, load: Load) -> None:
        """The audit trail can show which file was in force, to the byte."""
        one = load('ranges = ["192.0.2.1"]')
        same = load('ranges = ["192.0.2.1"]')
        other = load('ranges = ["192.0.2.1"] # reviewed')

        assert one.digest == same.digest
        assert one.digest != other.digest
        assert len(one.digest) == 64

    def test_byte_order_mark_and_windows_line_ends_are_read(self, load: Load) -> None:
        """A file saved by a Windows editor is the same file."""
        windows = SIGNED.replace("\n", "\r\n")

        assert load('ranges = ["192.0.2.1"]\r\n', header="\ufeff" + windows).covers("192.0.2.1")

    def test_zone_of_an_address(self, load: Load) -> None:
        """An address is in the zone that holds it, or in none."""
        scope = load("""\
ranges = ["192.0.2.0/24"]
zones = [{ name = "office", ranges = ["192.0.2.0/28"] }]
""")

        assert scope.zones[0] == scope.zone_of("192.0.2.3")
        assert None is scope.zone_of("192.0.2.16")

    @pytest.mark.parametrize(
        "spelling",
        [
            "0.0.0.0",
            "::",
            "192.0.02.1",
            "0300.0.2.1",
            "0xc0000201",
            "3221225985",
            "192.0.513",
            "192.0.2.1/32",
            "192.0.2.1%eth0",
            "fe80::1%eth0",
            " 192.0.2.1",
            "192.0.2.1\n",
            "192.0.2.1:80",
            "[192.0.2.1]",
            "١٩٢.0.2.1",
            "localhost",
            "",
        ],
    )
    def test_other_spellings_are_never_covered(self, load: Load, spelling: str) -> None:
        """What a resolver or a kernel may read as a listed address is not that address."""
        assert not load('ranges = ["192.0.2.0/24", "fe80::/120"]').covers(spelling)

    def test_mapped_address_counts_as_the_ipv4_that_it_reaches(self, load: Load) -> None:
        """IPv4 in IPv6 spelling gets round neither the ranges nor the exclusions."""
        scope = load('ranges = ["192.0.2.0/30"]\nexclude = ["192.0.2.1"]')

        assert scope.covers("::ffff:192.0.2.2")
        assert scope.covers(IPv6Address("::ffff:192.0.2.2"))
        assert not scope.covers("::ffff:192.0.2.1")
        assert not scope.covers("::ffff:c000:201")
        assert not scope.covers("::ffff:192.0.2.9")


class TestHosts:
    """Names are resolved once and pinned."""

    def test_name_is_pinned_to_its_addresses(self, load: Load) -> None:
        """A listed name puts its addresses in scope, and nothing beside them."""
        scope = load(
            'hosts = ["DB.example.org."]',
            resolve={"db.example.org": ["192.0.2.5", "2001:db8::5"]}.__getitem__,
        )

        assert {
            "db.example.org": (IPv4Address("192.0.2.5"), IPv6Address("2001:db8::5"))
        } == scope.hosts
        assert scope.covers("192.0.2.5")
        assert not scope.covers("192.0.2.6")
        assert scope.host_of("192.0.2.5") == "db.example.org"
        assert None is scope.host_of("192.0.2.6")

    def test_name_is_resolved_once(self, load: Load) -> None:
        """A second answer cannot move a name: there is no second question."""
        asked: list[str] = []

        def resolve(name: str) -> Sequence[str]:
            asked.append(name)
            return [f"192.0.2.{len(asked)}"]

        scope = load('hosts = ["db.example.org", "DB.example.org"]', resolve=resolve)

        assert asked == ["db.example.org"]
        assert scope.allowed.count == 1

    def test_no_name_is_asked_for_a_refused_file(self, load: Load) -> None:
        """A permission that does not hold sends nothing, not even to a name server."""
        asked: list[str] = []

        with pytest.raises(ScopeRefused):
            load('ranges = ["x y"]\nhosts = ["db.example.org"]', resolve=asked.append)

        assert asked == []

    def test_name_that_does_not_resolve_is_refused(self, refusal: Callable[..., str]) -> None:
        """A name without an address is a mistake, not an empty scope."""
        assert refusal('hosts = ["db.example.org"]') == (
            "scope.toml:8: hosts[0]: db.example.org does not resolve; correct it or take it out"
        )

    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            ("192.0.2.7", "resolves to 192.0.2.7, which `exclude` names; take one of them out"),
            ("127.0.0.1", "resolves to 127.0.0.1, which is local to the scanner"),
            ("::1", "resolves to ::1, which is local to the scanner"),
            ("::ffff:127.0.0.1", "resolves to 127.0.0.1, which is local to the scanner"),
            ("169.254.169.254", "resolves to 169.254.169.254, which is local to the scanner"),
            ("0.0.0.0", "0.0.0.0 is unspecified"),
            ("::", ":: is unspecified"),
            ("224.0.0.1", "224.0.0.1 is multicast"),
            ("255.255.255.255", "255.255.255.255 is broadcast"),
            ("fe80::1%eth0", "zone index"),
            ("0x7f.1", "does not appear to be an IPv4 or IPv6 address"),
        ],
    )
    def test_answer_that_may_not_be_touched_refuses_the_name(
        self, refusal: Callable[..., str], answer: str, why: str
    ) -> None:
        """An answer of the DNS is no permission."""
        text = 'ranges = ["192.0.2.0/24"]\nhosts = ["db.example.org"]\nexclude = ["192.0.2.7"]'

        message = refusal(text, resolve=lambda _: ["192.0.2.5", answer])

        assert message.startswith("scope.toml:9: hosts[0]: ")
        assert why in message

    def test_loopback_answer_is_pinned_where_the_ranges_list_it_too(self, load: Load) -> None:
        """What the ranges permit, a name may mean."""
        scope = load(
            'ranges = ["127.0.0.1"]\nhosts = ["demo.test"]', resolve=lambda _: ["127.0.0.1"]
        )

        assert scope.host_of("127.0.0.1") == "demo.test"

    @pytest.mark.parametrize(
        "name", ["127.1", "0x7f000001", "db.0x1", "192.0.2.1", "a b", "-a", ""]
    )
    def test_name_that_reads_as_an_address_is_refused(
        self, refusal: Callable[..., str], name: str
    ) -> None:
        """A resolver reads short and hexadecimal spellings as addresses; a person does not."""
        assert "addresses belong in `ranges`" in refusal(f'hosts = ["{name}"]').replace(
            "an address belongs", "addresses belong"
        )


class TestRefusals:
    """Each refusal names file, line and field, and says what to do."""

    @pytest.mark.parametrize("field", ["name", "owner", "approver", "reference", "contact"])
    def test_nobody_signed(self, refusal: Callable[..., str], field: str) -> None:
        """A permission needs its people and its paper."""
        header = "".join(
            line for line in SIGNED.splitlines(keepends=True) if not line.startswith(field)
        )

        assert (
            f"scope.toml: {field}: missing; a permission without it permits nothing"
        ) == refusal('ranges = ["192.0.2.1"]', header=header)

    def test_no_last_day(self, refusal: Callable[..., str]) -> None:
        """A permission without an end is none."""
        header = SIGNED.replace("valid_until = 2026-12-31\n", "")

        assert refusal('ranges = ["192.0.2.1"]', header=header) == (
            "scope.toml: valid_until: missing; a permission needs its last day, as in 2026-12-31"
        )

    def test_everything_wrong_is_said_at_once(self, refusal: Callable[..., str]) -> None:
        """One run tells all that is to be corrected."""
        message = refusal("""\
ranges = [
  "192.0.2.0/24",  # "quoted" in a comment
  "192.0.2.300",
]
exclude = ["db.example.org"]
[[windows]]
from = "25:00"
until = "05:00"
days = ["mon", "someday"]
timezone = "Mars/Olympus"
""", header=SIGNED.replace('owner = "IT operations"', 'owner = " "'))  # fmt: skip

        assert message.splitlines() == [
            "scope.toml:2: owner: missing; a permission without it permits nothing",
            (
                "scope.toml:10: ranges[1]: '192.0.2.300' is no address; write all four numbers in "
                "plain decimal, or IPv6, "
                "for octal, hexadecimal and short spellings have two readings"
            ),
            "scope.toml:12: exclude[0]: 'db.example.org' is no address; a name belongs in `hosts`",
            "scope.toml:14: windows[0].from: '25:00' is no time of day; write HH:MM, as in 22:00",
            (
                "scope.toml:17: windows[0].timezone: 'Mars/Olympus' is no known time zone; "
                "write one as Europe/Paris"
            ),
            (
                "scope.toml:16: windows[0].days[1]: 'someday' is no day; "
                "write one of mon, tue, wed, thu, fri, sat, sun"
            ),
        ]

    def test_many_errors_stay_readable(self, refusal: Callable[..., str]) -> None:
        """A file that is wrong throughout is not answered line by line."""
        message = refusal(f"ranges = {['x y'] * 500}")

        assert len(message.splitlines()) == 21
        assert message.endswith("scope.toml: and 480 more like these")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("ranges = [", "scope.toml:8: not TOML: Invalid value"),
            ("x = 1\nx = 2", "scope.toml:9: not TOML: Cannot overwrite a value"),
            (
                "ranges = " + "[" * 5000,
                "scope.toml: not TOML: a value is too long or too deep to be decoded",
            ),
            (
                "max_addresses = " + "9" * 5000,
                "scope.toml: not TOML: a value is too long or too deep to be decoded",
            ),
        ],
        ids=["cut short", "twice", "deep", "long number"],
    )
    def test_not_toml(self, refusal: Callable[..., str], text: str, message: str) -> None:
        """A file that is no TOML is refused with its line, where there is one."""
        assert message == refusal(text)

    @pytest.mark.parametrize(
        ("text", "start"),
        [
            ("ragnes = []", "scope.toml:8: ragnes: unknown key"),
            ("[rates]\nspeed = 9", "scope.toml:9: rates.speed: unknown key"),
            ("[[zones]]\n[[zones]]\nrange = []\nname = ''", "scope.toml:"),
            ("ranges = '192.0.2.1'", "scope.toml:8: ranges: Expected `array`, got `str`"),
            ("ranges = [1]", "scope.toml:8: ranges[0]: Expected `str`, got `int`"),
            ("[rates]\ntimeout = 31", "scope.toml:9: rates.timeout: Expected `float` <= 30"),
            ("[rates]\ntimeout = 0", "scope.toml:9: rates.timeout: Expected `float` >= 0.1"),
            ("[rates]\ntimeout = nan", "scope.toml:9: rates.timeout: Expected"),
            ("[rates]\nattempts = 6", "scope.toml:9: rates.attempts: Expected `int` <= 5"),
            ("[rates]\nattempts = true", "scope.toml:9: rates.attempts: Expected `int`"),
            ("min_coverage = 1.5", "scope.toml:8: min_coverage: Expected `float` <= 1"),
            ("max_addresses = 0", "scope.toml:8: max_addresses: Expected `int` >= 1"),
            ("[extra_ports]\nredis = [0]", "scope.toml:8: extra_ports.*[0]: Expected `int` >= 1"),
            ("[extra_ports]\nredis = [65536]", "scope.toml:8: extra_ports.*[0]: Expected"),
            ('[[opt_in]]\naddress = "192.0.2.1"\nreason = "x"\nports = [70000]',
             "scope.toml:11: opt_in[0].ports[0]: Expected `int` <= 65535"),
            ('[[opt_in]]\naddress = "192.0.2.1"\nports = [9100]', "scope.toml:8: opt_in[0].reason"),
            ('[[zones]]\nname = "a"\nranges = ["192.0.2.1"]\nclass = "toaster"',
             "scope.toml:11: zones[0].class: Invalid enum value"),
        ],
    )  # fmt: skip
    def test_unknown_keys_types_and_bounds(
        self, refusal: Callable[..., str], text: str, start: str
    ) -> None:
        """A slip in a key must not quietly widen or speed up a round."""
        assert refusal(text).startswith(start)

    @pytest.mark.parametrize(
        ("text", "start"),
        [
            (r'"\u001b[2J" = 1', r"scope.toml: \x1b[2J: unknown key"),
            ("'" + "." * 100_000 + "' = 1", "scope.toml: ........"),
            ("ranges = ['\u202e1.0.2.192']", r"scope.toml:8: ranges[0]: '\u202e1.0.2.192' is no"),
            ("ranges = ['" + "1" * 150 + "']", "scope.toml:8: ranges[0]: '111"),
        ],
        ids=["escape sequence", "long key", "right to left", "long value"],
    )
    def test_what_is_refused_is_shown_without_effect(
        self, refusal: Callable[..., str], text: str, start: str
    ) -> None:
        """A file from a stranger neither moves the cursor nor floods the screen."""
        message = refusal(text)

        assert message.startswith(start)
        assert len(message) < 1_500
        assert message.isprintable()

    @pytest.mark.parametrize(
        ("day", "why"),
        [
            (date(2025, 12, 31), "valid_from: not valid before 2026-01-01"),
            (date(2027, 1, 1), "valid_until: expired on 2026-12-31"),
        ],
    )
    def test_outside_its_days(self, refusal: Callable[..., str], day: date, why: str) -> None:
        """The day before the first and the day after the last are refused."""
        now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)

        assert why in refusal('ranges = ["192.0.2.1"]', now=now)

    def test_both_days_are_included_in_the_scope_s_own_time_zone(self, load: Load) -> None:
        """The last day lasts until midnight where the network stands."""
        text = 'ranges = ["192.0.2.1"]\ntimezone = "America/New_York"'
        scope = load(text, now=datetime(2026, 1, 1, 5, 0, tzinfo=UTC))

        assert None is scope.refusal_today(datetime(2027, 1, 1, 4, 59, tzinfo=UTC))
        assert (
            scope.refusal_today(datetime(2027, 1, 1, 5, 0, tzinfo=UTC))
        ) == "expired on 2026-12-31; have the permission renewed, then change the date"
        assert (
            scope.refusal_today(datetime(2026, 1, 1, 4, 59, tzinfo=UTC))
        ) == "not valid before 2026-01-01; wait, or have the permission changed"

    def test_ends_before_it_begins(self, refusal: Callable[..., str]) -> None:
        """Two dates in the wrong order are a slip."""
        header = SIGNED.replace("2026-12-31", "2025-12-31")

        assert (
            refusal('ranges = ["192.0.2.1"]', header=header)
            == "scope.toml:7: valid_until: 2025-12-31 is before valid_from, 2026-01-01"
        )

    def test_nothing_in_scope(self, refusal: Callable[..., str]) -> None:
        """An empty scope is a mistake, not a very safe round."""
        assert refusal("") == "scope.toml: ranges: nothing is in scope; list ranges or hosts"

    def test_exclusion_of_everything(self, refusal: Callable[..., str]) -> None:
        """Exclusions that leave nothing are refused."""
        message = refusal('ranges = ["192.0.2.0/24"]\nexclude = ["0.0.0.0/0"]')

        assert message == (
            "scope.toml:9: exclude: leaves nothing of the ranges and hosts; narrow the exclusions"
        )

    def test_range_wider_than_the_file_itself_says(self, refusal: Callable[..., str]) -> None:
        """A /8 that was written for a /18 is caught by the file's own number."""
        message = refusal('max_addresses = 16384\nranges = ["10.0.0.0/8"]')

        assert message.splitlines()[0] == (
            "scope.toml:9: ranges[0]: 10.0.0.0/8 holds 16777216 addresses, more than "
            "max_addresses, 16384; narrow it, or raise max_addresses"
        )

    def test_ranges_that_are_too_wide_together(self, refusal: Callable[..., str]) -> None:
        """The sum counts, each address once."""
        text = 'max_addresses = {}\nranges = ["192.0.2.0/25", "192.0.2.128/25", "192.0.2.1"]'

        assert refusal(text.format(255)) == (
            "scope.toml:8: max_addresses: ranges and hosts hold 256 addresses together, "
            "more than 255; narrow them, or raise max_addresses"
        )

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("192.0.2.5/24", "host bits set; 192.0.2.0/24 was probably meant, or 192.0.2.5 alone"),
            ("2001:db8::1/64", "host bits set; 2001:db8::/64 was probably meant"),
            ("::ffff:192.0.2.0/120", "IPv4 in IPv6 spelling; write the IPv4 address or range"),
            ("::ffff:192.0.2.1", "IPv4 in IPv6 spelling; write the IPv4 address or range"),
            ("::/64", "holds unspecified addresses"),
            ("0.0.0.0", "holds unspecified addresses (0.0.0.0/8)"),
            ("0.0.0.0/0", "holds unspecified addresses (0.0.0.0/8)"),
            ("::", "holds unspecified addresses (::/128)"),
            ("224.0.0.0/4", "holds multicast addresses"),
            ("ff02::1", "holds multicast addresses"),
            ("255.255.255.255", "holds broadcast addresses"),
            ("010.0.0.1", "write all four numbers in plain decimal"),
            ("3221225985", "write all four numbers in plain decimal"),
            ("0xc0000201", "is no address"),
            ("10.1", "write all four numbers in plain decimal"),
            ("fe80::1%eth0", "has a zone index"),
            ("192.0.2.0/255.255.255.0", "needs a prefix length after the slash"),
            ("192.0.2.0/024", "needs a prefix length after the slash"),
            ("192.0.2.0/", "needs a prefix length after the slash"),
            ("192.0.2.0/33", "is no address"),
            ("192.0.2.1-192.0.2.9", "write a range as CIDR"),
            ("db.example.org", "a name belongs in `hosts`"),
            (" 192.0.2.1", "is no address"),
        ],
    )
    def test_spellings(self, refusal: Callable[..., str], text: str, why: str) -> None:
        """A range has one spelling; what has two readings is refused with the one to write."""
        message = refusal(f'max_addresses = 33554432\nranges = ["{text}"]')

        assert message.startswith(f"scope.toml:9: ranges[0]: {text!r} ")
        assert why in message

    def test_everything_of_a_family_may_be_excluded(self, load: Load) -> None:
        """The bounds of a range do not bind an exclusion: it only ever takes away."""
        scope = load('ranges = ["192.0.2.1", "2001:db8::1"]\nexclude = ["::/0"]')

        assert scope.covers("192.0.2.1")
        assert not scope.covers("2001:db8::1")

    @pytest.mark.parametrize(
        ("zones", "why"),
        [
            ('{name="a", ranges=["192.0.3.0/24"]}', "192.0.3.0 is outside the ranges of the scope"),
            ('{name="a", ranges=[]}', "zones[0].ranges: empty; list the ranges of the zone"),
            ('{name=" ", ranges=["192.0.2.1"]}', "zones[0].name: missing; name the zone"),
            (
                '{name="a", ranges=["192.0.2.1"]}, {name="a", ranges=["192.0.2.2"]}',
                "zones[1].name: 'a' is the name of another zone too",
            ),
            (
                (
                    '{name="a", ranges=["192.0.2.0/25"], class="medical"},'
                    '{name="b", ranges=["192.0.2.5"]}'
                ),
                "zones[1].ranges: 192.0.2.5 is in zone 'a' too, which has another class",
            ),
        ],
    )
    def test_zones(self, refusal: Callable[..., str], zones: str, why: str) -> None:
        """A zone is a part of the scope, and no address is of two classes."""
        assert why in refusal(f'ranges = ["192.0.2.0/24"]\nzones = [{zones}]')

    @pytest.mark.parametrize(
        ("opt_in", "why"),
        [
            ('address="192.0.3.1", ports=[9100], reason="x"', "192.0.3.1 is not in scope"),
            ('address="192.0.2.7", ports=[9100], reason="x"', "192.0.2.7 is not in scope"),
            ('address="192.0.2.0/30", ports=[9100], reason="x"', "is a range; name one address"),
            ('address="192.0.2.1", ports=[9100], reason=" "', "reason: missing; say why"),
            ('address="192.0.2.1", ports=[], reason="x"', "ports: Expected `array` of length >= 1"),
        ],
    )
    def test_opt_ins(self, refusal: Callable[..., str], opt_in: str, why: str) -> None:
        """A denied port is allowed on one address that may be touched, for a reason."""
        text = 'ranges = ["192.0.2.0/24"]\nexclude = ["192.0.2.7"]\nopt_in = [{' + opt_in + "}]"

        assert why in refusal(text)

    @pytest.mark.parametrize(
        ("field", "value", "why"),
        [
            ("contact", "Zoë", "is sent as an HTTP header; write it in ASCII"),
            ("contact", r"a\r\nX-Evil: 1", "holds control characters"),
            ("owner", r"\u001b[2J", "holds control characters"),
            ("owner", "CHANGE-ME: you", "still holds the template's text"),
            ("owner", "x" * 201, "Expected `str` of length <= 200"),
        ],
    )
    def test_texts(self, refusal: Callable[..., str], field: str, value: str, why: str) -> None:
        """The texts of a scope go into headers, findings and terminals."""
        others = [line for line in SIGNED.splitlines() if not line.startswith(field)]
        header = "\n".join([f'{field} = "{value}"', *others, ""])

        message = refusal('ranges = ["192.0.2.1"]', header=header)

        assert message.startswith(f"scope.toml:1: {field}: ")
        assert why in message


class TestFile:
    """The file itself."""

    def test_missing(self, tmp_path: Path) -> None:
        """A path that leads nowhere says how to get a file."""
        with pytest.raises(ScopeRefused, match="no such file; `ronde init` writes one"):
            load_scope(tmp_path / "none.toml", now=NOW, resolve=no_such_name)

    def test_not_utf8(self, tmp_path: Path) -> None:
        """An old encoding is refused with its line."""
        path = tmp_path / "scope.toml"
        path.write_bytes(b'name = "a"\nowner = "Zo\xeb"\n')

        with pytest.raises(ScopeRefused, match=r"scope\.toml:2: not UTF-8"):
            load_scope(path, now=NOW, resolve=no_such_name)

    def test_endless(self, tmp_path: Path) -> None:
        """A file of any size takes no more memory than a scope needs."""
        path = tmp_path / "scope.toml"
        path.write_bytes(b"#" * ((1 << 20) + 1))

        with pytest.raises(ScopeRefused, match="larger than 1048576 bytes"):
            load_scope(path, now=NOW, resolve=no_such_name)

    def test_writable_by_everybody(self, load: Load, tmp_path: Path) -> None:
        """A permission that anybody can widen is none."""
        load('ranges = ["192.0.2.1"]')
        path = tmp_path / "scope.toml"
        path.chmod(0o666)

        with pytest.raises(ScopeRefused, match=r"everybody may write to it; run `chmod o-w`"):
            load_scope(path, now=NOW, resolve=no_such_name)

    def test_template_refuses_to_run_until_edited(self, tmp_path: Path) -> None:
        """What `ronde init` writes permits nothing, and says everything that is to be edited."""
        path = tmp_path / "scope.toml"
        path.write_text(TEMPLATE.read_text())

        with pytest.raises(ScopeRefused) as caught:
            load_scope(path, now=NOW, resolve=no_such_name)

        fields = [
            line.removeprefix(str(path)).split(": ")[1] for line in str(caught.value).splitlines()
        ]
        assert fields == [
            "name", "owner", "approver", "reference", "contact", "valid_until", "ranges"
        ]  # fmt: skip

    def test_template_runs_once_edited(self, tmp_path: Path) -> None:
        """Every setting that the template shows is one that the scanner knows."""
        text = TEMPLATE.read_text().replace("CHANGE-ME: ", "").replace("= 2000-12", "= 2026-12")
        head, _, settings = text.partition("# timezone")
        examples = settings.replace("\n# [", "\n[").replace('\n  # "', '\n  "')
        path = tmp_path / "scope.toml"
        path.write_text(head + "# timezone" + _uncommented(examples))

        scope = load_scope(path, now=NOW, resolve=lambda _: ["192.0.2.77"])

        assert tuple(zone.name for zone in scope.zones) == ("imaging",)
        assert len(scope.windows) == 1
        assert {"elasticsearch": frozenset({9280})} == scope.extra_ports
        assert [frozenset({9100})] == list(scope.opt_ins.values())

    @given(content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
    def test_any_content_is_read_or_refused(
        self, tmp_path_factory: pytest.TempPathFactory, content: bytes
    ) -> None:
        """No file makes the reader fail in another way than by a refusal."""
        path = tmp_path_factory.getbasetemp() / "any.toml"
        path.write_bytes(content)
        path.chmod(0o600)

        with pytest.raises(Refused, match=r"any\.toml"):
            load_scope(path, now=NOW, resolve=no_such_name)


class TestPage:
    """What docs/scope.md says."""

    def test_example_is_valid(self, load: Load) -> None:
        """The example of the page permits a round."""
        example = PAGE.read_text().partition("```toml\n")[2].partition("```")[0]

        scope = load("", header=example, resolve=lambda _: ["192.0.2.77"])

        assert scope.allowed.count == 511
        assert scope.zones[0].asset_class is AssetClass.MEDICAL

    @pytest.mark.parametrize("path", [PAGE, TEMPLATE], ids=["page", "template"])
    @pytest.mark.parametrize(
        "table", [ScopeFile, RatesTable, WindowTable, ZoneTable, ConsentTable, OptInTable]
    )
    def test_every_field_is_explained(self, path: Path, table: type[msgspec.Struct]) -> None:
        """Neither the page nor the template lacks a field that a file may have."""
        text = path.read_text()

        names = [field.encode_name for field in msgspec.structs.fields(table)]

        assert [name for name in names if name not in text] == []


def _uncommented(text: str) -> str:
    """Remove the # in front of settings, not in front of sentences."""
    lines = text.splitlines()
    return "\n".join(
        line.removeprefix("# ") if line.split(" = ")[0].removeprefix("# ").isidentifier() else line
        for line in lines
    )


class TestExplain:
    """Why an address is in or out."""

    @pytest.fixture
    def scope(self, load: Load) -> Scope:
        """Hold one of everything."""
        return load(
            """\
ranges = ["192.0.2.0/24"]
hosts = ["db.example.org"]
exclude = ["192.0.2.7"]
zones = [{ name = "imaging", ranges = ["192.0.2.64/27"], class = "medical" }]
opt_in = [{ address = "192.0.2.9", ports = [9100], reason = "no printer" }]
""",
            resolve=lambda _: ["198.51.100.3"],
        )

    @pytest.mark.parametrize(
        ("subject", "covered", "because"),
        [
            ("192.0.2.1", True, ["`ranges[0]` 192.0.2.0/24 holds 192.0.2.1"]),
            (
                "192.0.2.7",
                False,
                [
                    "`ranges[0]` 192.0.2.0/24 holds 192.0.2.7",
                    "`exclude[0]` 192.0.2.7/32 takes 192.0.2.7 out: an exclusion always wins",
                ],
            ),
            (
                "192.0.2.65",
                True,
                [
                    "`ranges[0]` 192.0.2.0/24 holds 192.0.2.65",
                    "zone 'imaging' holds 192.0.2.65 (medical devices: left alone)",
                ],
            ),
            (
                "192.0.2.9",
                True,
                [
                    "`ranges[0]` 192.0.2.0/24 holds 192.0.2.9",
                    "`opt_in` allows 192.0.2.9 the denied ports 9100",
                ],
            ),
            ("198.51.100.3", True, ["`hosts` lists db.example.org, pinned to 198.51.100.3"]),
            ("db.example.org", True, ["`hosts` lists db.example.org, pinned to 198.51.100.3"]),
            (
                "203.0.113.1",
                False,
                ["no range holds 203.0.113.1 and no listed host is pinned to it"],
            ),
            (
                "0xc0000201",
                False,
                ["neither a strict address literal nor a name that `hosts` lists"],
            ),
        ],
    )
    def test_lines_of_reasoning(
        self,
        scope: Scope,
        subject: str,
        covered: bool,  # noqa: FBT001 - the expected value
        because: list[str],
    ) -> None:
        """Each line of the scope that decides an address is named."""
        explanation = scope.explain(subject)

        assert (covered, because) == (explanation.covered, list(explanation.because))


def at(text: str) -> datetime:
    """Read a UTC instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestWindows:
    """Hours in which a round may send."""

    def test_without_windows_it_is_always_open(self, load: Load) -> None:
        """A scope that names no hours allows them all."""
        scope = load('ranges = ["192.0.2.1"]')

        assert scope.is_open(NOW)
        assert scope.next_open(NOW) == NOW

    @pytest.mark.parametrize(
        ("instant", "is_open"),
        [
            ("2026-06-12T21:59", False),  # Friday
            ("2026-06-12T22:00", True),
            ("2026-06-13T04:59", True),  # Saturday morning belongs to Friday's window
            ("2026-06-13T05:00", False),
            ("2026-06-13T22:00", False),
            ("2026-06-12T04:00", False),  # Friday morning would belong to Thursday's
        ],
    )
    def test_window_across_midnight(self, load: Load, instant: str, is_open: bool) -> None:  # noqa: FBT001 - the expected value
        """The days are those on which the window opens; the end itself is outside."""
        scope = load(
            'ranges = ["192.0.2.1"]\nwindows = [{days=["fri"], from="22:00", until="05:00"}]'
        )

        assert is_open == scope.is_open(at(instant))

    def test_next_opening(self, load: Load) -> None:
        """A closed scope says when it opens next, the earliest of its windows."""
        scope = load("""\
ranges = ["192.0.2.1"]
windows = [
  { days = ["mon"], from = "08:00", until = "09:00" },
  { days = ["fri"], from = "22:00", until = "05:00" },
]
""")

        assert at("2026-06-12T22:00") == scope.next_open(NOW)
        assert at("2026-06-15T08:00") == scope.next_open(at("2026-06-13T05:00"))
        assert at("2026-06-12T23:00") == scope.next_open(at("2026-06-12T23:00"))

    def test_hours_are_those_of_the_time_zone_in_summer_and_winter(self, load: Load) -> None:
        """An hour is what the clock on the wall says."""
        scope = load("""\
ranges = ["192.0.2.1"]
timezone = "Europe/Paris"
windows = [{ from = "22:00", until = "23:00" }]
""")

        assert scope.is_open(at("2026-07-01T20:30"))
        assert not scope.is_open(at("2026-07-01T21:30"))
        assert scope.is_open(at("2026-12-01T21:30"))
        assert ZoneInfo("Europe/Paris") == scope.timezone

    def test_hour_that_summer_time_swallows(self, load: Load) -> None:
        """A window that does not exist on one Sunday opens on the next."""
        scope = load("""\
ranges = ["192.0.2.1"]
windows = [{ days = ["sun"], from = "02:00", until = "03:00", timezone = "Europe/Paris" }]
""")

        assert at("2026-04-05T00:00") == scope.next_open(at("2026-03-28T12:00"))

    @pytest.mark.parametrize("until", ["00:00", "24:00"])
    def test_whole_day(self, load: Load, until: str) -> None:
        """Midnight to midnight is the day."""
        scope = load(
            f'ranges = ["192.0.2.1"]\nwindows = [{{days=["sun"], from="00:00", until="{until}"}}]'
        )

        assert scope.is_open(at("2026-06-14T00:00"))
        assert scope.is_open(at("2026-06-14T23:59"))
        assert not scope.is_open(at("2026-06-15T00:00"))


NETWORKS = st.integers(24, 32).flatmap(
    lambda prefix: st.integers(0, (1 << (prefix - 24)) - 1).map(
        lambda number: IPv4Network(((192 << 24) + (2 << 8) + (number << (32 - prefix)), prefix))
    )
)


class TestModel:
    """The compiled scope against the plain reading of its file."""

    @given(
        ranges=st.lists(NETWORKS, min_size=1, max_size=5),
        exclude=st.lists(NETWORKS, max_size=5),
        host=st.integers(0, 255),
    )
    def test_covers_agrees_with_the_plain_reading(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        ranges: list[IPv4Network],
        exclude: list[IPv4Network],
        host: int,
    ) -> None:
        """Each address is in when a range or host names it and no exclusion does: they win."""
        pinned = IPv4Address((198 << 24) + host)
        subnet = [*IPv4Network("192.0.2.0/24"), pinned]
        expected = {
            address
            for address in subnet
            if (address == pinned or any(address in network for network in ranges))
            and not any(address in network for network in exclude)
        }
        text = f"ranges = {[str(n) for n in ranges]}\nexclude = {[str(n) for n in exclude]}\n"
        path = tmp_path_factory.getbasetemp() / "model.toml"
        path.write_text(SIGNED + text + 'hosts = ["db.example.org"]')
        path.chmod(0o600)

        scope = load_scope(path, now=NOW, resolve=lambda _: [str(pinned)])

        assert expected == {address for address in subnet if scope.covers(address)}
        assert expected == {address for address in subnet if scope.covers(f"::ffff:{address}")}
        assert expected == set(scope.allowed)
        assert expected == {a for a in subnet if scope.explain(str(a)).covered}
