"""Calls on devices, over real sockets: a fake modality counts what is done to it."""

import json
import socket
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Timer

import pytest

from probes.dicom import Dicom
from probes.mfp import Mfp
from probes.mllp import Mllp
from scanner.audit import Act
from scanner.model import AssetClass, Refused
from scanner.pipeline import Walk
from scanner.prepare import Prepared
from scanner.rounds import Manner, utc_now
from scanner.store import StoreRefused
from scanner.wire import dicom
from tests.fakes import http
from tests.fakes.datagrams import answering
from tests.fakes.gates import Hears
from tests.fakes.modality import (
    CONSENT,
    HELLO,
    KNOCK,
    SHORT,
    WAITING,
    ZONE,
    Greeter,
    Knocker,
    Site,
    answers,
    answers_once,
    begin,
    gently,
    modality,
    mute,
    resets,
    switched_off,
    ward,
)
from tests.fakes.running import running

#: How late the fake's own threads may notice that a connection has ended, in seconds.
LATE = 0.05

#: A rest in which something can happen, in seconds.
RESTFUL = 1.0

#: Sixteen loopback addresses that nothing else of this machine uses.
WARD = "127.99.8.0/28"

PRINTERS = ZONE.replace("medical", "printer")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A folder for the round's files."""
    return Site(tmp_path)


class TestABudget:
    """What a device is asked to bear, as the device counts it."""

    def test_three_sockets_to_a_port_one_at_a_time_with_rests(self, site: Site) -> None:
        """However many a probe would like; and each says what was declared, to the byte."""
        with modality(answers, ports=2) as device:
            coverage = site.walk(site.prepared(Greeter(device.ports, connections=5))).coverage

            assert device.all_ended()
        assert sorted(device.at) == sorted(device.ports * 3)
        assert device.most_at_once == 1
        assert min(device.rests) >= SHORT.rest - LATE
        assert device.heard == b"HELLO\n" * 6
        assert coverage.reached == coverage.planned == 2
        assert coverage.unknown == {"spared": 2}
        assert coverage.complete

    def test_a_connection_is_held_no_longer_than_agreed(self, site: Site) -> None:
        """A device that never answers is left in time."""
        with modality(mute, ports=1) as device:
            site.walk(site.prepared(Greeter(device.ports)))

            assert device.all_ended()
        assert len(device.begun) == 1
        assert device.longest < SHORT.held + 0.2

    def test_the_trail_counts_the_seconds_of_the_device_and_not_our_rests(self, site: Site) -> None:
        """Who reads it for one connection must not find the rest before it."""
        with modality(answers, ports=1) as device:
            site.walk(site.prepared(Greeter(device.ports, connections=3)))
        lines = (site.folder / "audit.jsonl").read_text(encoding="utf-8").splitlines()
        asked = [act for act in map(json.loads, lines) if act.get("ask") == HELLO.name]

        assert [act["out"] for act in asked] == [len(b"HELLO\n")] * 3
        assert max(act["seconds"] for act in asked) < SHORT.rest

    def test_a_device_is_left_alone_after_its_first_reset(self, site: Site) -> None:
        """Its other ports are not tried any more, and counted."""
        with modality(resets, ports=3) as device:
            coverage = site.walk(site.prepared(Greeter(device.ports))).coverage

        assert len(device.begun) == 1
        assert coverage.unknown == {"reset": 1}
        assert coverage.skipped == {"device-reset": 2}

    def test_a_reset_between_two_asks_is_a_reset(self, site: Site) -> None:
        """It is one whether it came before our second word or after it."""
        with modality(answers_once, ports=2) as device:
            coverage = site.walk(site.prepared(Greeter(device.ports, asks=2))).coverage

        assert len(device.begun) == 1
        assert coverage.unknown == {"reset": 1}
        assert coverage.skipped == {"device-reset": 1}

    def test_a_device_that_resets_is_named_in_the_log(
        self, site: Site, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Somebody should look at it; one that is switched off is nothing to wake anybody for."""
        with modality(resets, ports=1) as device:
            site.walk(site.prepared(Greeter(device.ports)))
        reset = capsys.readouterr().out
        with switched_off(ports=3) as ports:
            coverage = site.walk(site.prepared(Greeter(ports))).coverage

        assert "device-left-alone" in reset
        assert "device-left-alone" not in capsys.readouterr().out
        assert (coverage.filtered, coverage.reached) == (2, 0)
        assert coverage.skipped == {"silent-device": 1}

    @pytest.mark.slow
    def test_a_device_is_left_alone_after_its_second_time_out(self, site: Site) -> None:
        """The third port is not tried any more."""
        with modality(mute, ports=3) as device:
            coverage = site.walk(site.prepared(Greeter(device.ports))).coverage

        assert len(device.begun) == 2
        assert coverage.unknown == {"timeout": 2}
        assert coverage.skipped == {"silent-device": 1}

    def test_a_device_that_is_only_listened_to_hears_nothing(self, site: Site) -> None:
        """Not one byte on any port; and silence is no time-out where nothing was asked."""
        with modality(mute, ports=3) as device:
            coverage = site.walk(site.prepared(Greeter(device.ports, front=WAITING))).coverage

            assert device.all_ended()
        assert (len(device.begun), device.heard) == (3, b"")
        assert (coverage.reached, coverage.skipped) == (3, {})

    def test_a_port_that_refuses_is_closed_and_no_strain(self, site: Site) -> None:
        """A refusal is an answer: the next port is tried, after a rest."""
        with modality(answers, ports=2) as gone:
            shut = gone.ports
        with modality(answers, ports=1) as device:
            coverage = site.walk(site.prepared(Greeter([*shut, *device.ports]))).coverage

        assert (coverage.closed, coverage.reached) == (2, 1)
        assert coverage.skipped == {}

    def test_no_other_transport_is_tried(self, site: Site) -> None:
        """A port that closes in silence gets no TLS handshake, which it would not understand."""
        with modality(lambda _: b"", ports=1) as device:
            coverage = site.walk(site.prepared(Greeter(device.ports))).coverage

            assert device.all_ended()
        assert len(device.begun) == 1
        assert coverage.reached == 1

    def test_a_socket_is_in_the_history_before_it_is_opened(self, site: Site) -> None:
        """A process that is killed at any moment has not opened one that nobody knows of."""
        written: list[int] = []

        def looks_it_up(_: socket.socket) -> bytes:
            with closing(sqlite3.connect(site.folder / "history.sqlite")) as history:
                written.extend(history.execute("SELECT port FROM sign").fetchone())
            return b""

        with modality(looks_it_up, ports=1) as device:
            site.walk(site.prepared(Greeter(device.ports)))

            assert device.all_ended()
        assert written == device.ports

    @pytest.mark.slow
    @pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8")
    def test_eight_devices_are_called_on_at_a_time(self, site: Site) -> None:
        """They are different ones, but they may share a switch."""
        zone = ZONE.replace("127.0.0.1", WARD)
        with ward(mute, WARD) as devices:
            probe = Greeter(devices.ports[:1])
            site.walk(site.prepared(probe, scope=zone + CONSENT, range_=WARD))

            assert devices.all_ended()
        assert (len(devices.begun), devices.most_at_once) == (16, 8)

    @pytest.mark.slow
    def test_the_real_numbers(self, site: Site) -> None:
        """Three sockets to a port, five seconds between two of them, three seconds each."""
        with modality(answers, ports=1) as device:
            site.walk(site.prepared(Greeter(device.ports, connections=4)), manner=Manner())

            assert device.all_ended()
        assert len(device.begun) == 3
        assert min(device.rests) >= 5 - LATE
        assert device.longest < 3


class TestWho:
    """Who calls on a device, and who does not."""

    def test_without_a_consent_a_device_is_left_alone(self, site: Site) -> None:
        """A round that has nothing else to visit is refused, and says so."""
        with modality(answers, ports=1) as device:
            prepared = site.prepared(Greeter(device.ports), scope=ZONE)
            with pytest.raises(Refused, match="endpoints left out: 1 medical"):
                site.walk(prepared)

        assert device.begun == []

    def test_no_probe_that_is_made_for_others_calls_on_a_device(self, site: Site) -> None:
        """A consent is for the probes of such devices, and for no others."""
        with modality(answers, ports=1) as device:
            prepared = site.prepared(Greeter(device.ports, made_for=None))
            with pytest.raises(Refused, match="1 medical"):
                site.walk(prepared)

        assert device.begun == []

    @pytest.mark.slow
    def test_workers_have_no_part_in_calls(self, site: Site) -> None:
        """Two processes walk the rest; the device sees one caller all the same."""
        with modality(answers, ports=2) as device:
            prepared = site.prepared(Greeter(device.ports, connections=5))
            coverage = site.walk(prepared, manner=gently(workers=2)).coverage

            assert device.all_ended()
        assert sorted(device.at) == sorted(device.ports * 3)
        assert min(device.rests) >= SHORT.rest - LATE
        assert coverage.reached == 2

    def test_the_gate_of_the_sweep_does_not_lead_to_a_device(self, site: Site) -> None:
        """Its scope lacks all medical devices, those with a consent too."""
        walks: list[Walk] = []
        with modality(answers, ports=1) as device:
            site.walk(site.prepared(Greeter(device.ports)), watch=walks.append)

        assert walks[0].scope.covers("127.0.0.1")
        assert not walks[0].gate.scope.covers("127.0.0.1")


class TestWhatShips:
    """The probes of the page that biomedical engineering approves."""

    @pytest.mark.slow
    def test_an_interface_hears_nothing(self, site: Site) -> None:
        """Not one byte on the port of HL7, and one connection that ends by itself."""
        patient = {AssetClass.MEDICAL: replace(SHORT, held=3.0)}  # its silence takes two
        with modality(mute, ports=1) as device:
            interfaces = f"[extra_ports]\nmllp = {device.ports}\n"
            prepared = site.prepared(Mllp(), scope=interfaces + ZONE + CONSENT)
            here = cut_to(prepared, device.ports)
            coverage = site.walk(here, manner=Manner(care=patient)).coverage

            assert device.all_ended()
        assert (len(device.begun), device.heard) == (1, b"")
        assert coverage.access == {"identified": 1}

    def test_a_modality_hears_the_association_and_nothing_else(self, site: Site) -> None:
        """A rejection ends it: to the byte what the page prints, on one connection."""
        with modality(rejects, ports=1) as device:
            archive = f"[extra_ports]\ndicom = {device.ports}\n"
            prepared = site.prepared(Dicom(), scope=archive + ZONE + CONSENT)
            coverage = site.walk(cut_to(prepared, device.ports)).coverage

            assert device.all_ended()
        assert (len(device.begun), device.heard) == (1, dicom.associate())
        assert coverage.access == {"locked": 1}


class TestPrinters:
    """Printers have a consent of their own, and the same walk."""

    def test_a_consent_for_medical_devices_is_none_for_printers(self, site: Site) -> None:
        """Each class is somebody's own."""
        with answering(b"ready") as printer:
            prepared = site.prepared(Knocker(printer.port), scope=PRINTERS + CONSENT)
            with pytest.raises(Refused, match="1 printer"):
                site.walk(prepared)

        assert printer.got == []

    def test_a_printer_s_page_is_asked_for_on_one_connection(self, site: Site) -> None:
        """By the probes that ship for printers, and no sweep came before."""
        page = Hears(http.page(b"<title>Start</title>", b"server: KM-MFP-http/V0.0.1"))
        consent = CONSENT.replace("medical", "printer")
        with running(page) as (_, port):
            scope = f"[extra_ports]\nmfp = [{port}]\n{PRINTERS}{consent}"
            prepared = cut_to(site.prepared(Mfp(), scope=scope), [port])
            coverage = site.walk(prepared).coverage

        assert page.connections == 1
        assert [part.partition(b"\r\n")[0] for part in page.heard if part] == [b"GET / HTTP/1.1"]
        assert coverage.access == {"identified": 1}

    def test_a_printer_is_called_on_over_udp_too(self, site: Site) -> None:
        """One datagram, which is the knock; no sweep has sent another."""
        consent = CONSENT.replace("medical", "printer")
        with answering(b"ready") as printer:
            prepared = site.prepared(Knocker(printer.port), scope=PRINTERS + consent)
            coverage = site.walk(prepared).coverage

        assert printer.got == [b"knock"]
        assert (coverage.planned, coverage.reached) == (1, 1)
        assert coverage.access == {"identified": 1}

    @pytest.mark.slow
    def test_a_datagram_in_vain_is_a_time_out(self, site: Site) -> None:
        """It was sent, as the trail says; after the second the third port is left alone."""
        consent = CONSENT.replace("medical", "printer")
        with answering() as one, answering() as two, answering() as three:
            ports = one.port, two.port, three.port
            prepared = site.prepared(Knocker(*ports), scope=PRINTERS + consent)
            coverage = site.walk(prepared).coverage
        lines = (site.folder / "audit.jsonl").read_text(encoding="utf-8").splitlines()
        asked = [act for act in map(json.loads, lines) if act.get("ask") == KNOCK.name]

        assert sorted([one.got, two.got, three.got]) == [[], [b"knock"], [b"knock"]]
        assert [(act["out"], act["end"]) for act in asked] == [(5, "timeout")] * 2
        assert coverage.skipped == {"silent-device": 1}


class TestHours:
    """When a device is called on."""

    def test_outside_their_window_devices_are_left_out(self, site: Site) -> None:
        """The round is complete without them, and counts them."""
        later = utc_now() + timedelta(hours=3)
        window = f'from = "{later:%H}:00"\nuntil = "{later + timedelta(hours=1):%H}:00"\n'
        closed = CONSENT.partition("from")[0] + window
        with modality(answers, ports=2) as device:
            prepared = site.prepared(Greeter(device.ports), scope=ZONE + closed)
            coverage = site.walk(prepared).coverage

        assert device.begun == []
        assert coverage.complete
        assert coverage.skipped == {"outside-the-devices-window": 2}

    def test_no_socket_is_opened_after_the_window_has_closed(self, site: Site) -> None:
        """Not even for a conversation that has begun, nor on the next port."""
        now = utc_now()
        window = f'from = "{now:%H}:00"\nuntil = "{now + timedelta(hours=2):%H}:00"\n'
        closing = CONSENT.partition("from")[0] + window
        with modality(answers, ports=2) as device:

            def set_clock(round_: Walk) -> None:
                round_.now = lambda: utc_now() + timedelta(hours=3 * len(device.begun))

            prepared = site.prepared(Greeter(device.ports, connections=2), scope=ZONE + closing)
            coverage = site.walk(prepared, watch=set_clock).coverage

        assert len(device.begun) == 1
        assert coverage.unknown == {"spared": 1}
        assert coverage.skipped == {"outside-the-devices-window": 1}

    def test_no_socket_is_opened_after_the_permission_has_ended(self, site: Site) -> None:
        """Its last day is looked at before each, not only when the round does so."""
        with modality(answers, ports=2) as device:

            def set_clock(round_: Walk) -> None:
                round_.now = lambda: utc_now() + timedelta(days=40_000 * len(device.begun))

            prepared = site.prepared(Greeter(device.ports, connections=2))
            coverage = site.walk(prepared, watch=set_clock).coverage

        assert len(device.begun) == 1
        assert coverage.unknown == {"spared": 1}
        assert coverage.skipped == {"outside-the-devices-window": 1}

    def test_a_round_that_waits_goes_on_when_the_window_opens(self, site: Site) -> None:
        """`--wait` is for the devices' window too."""
        readings = iter([utc_now() + timedelta(hours=3)])

        def set_clock(round_: Walk) -> None:
            # It reads three hours ahead, once.
            round_.now = lambda: next(readings, utc_now())

        now = utc_now()
        window = f'from = "{now:%H}:00"\nuntil = "{now + timedelta(hours=2):%H}:00"\n'
        opened = CONSENT.partition("from")[0] + window
        with modality(answers, ports=1) as device:
            prepared = site.prepared(Greeter(device.ports), scope=ZONE + opened)
            site.walk(prepared, watch=set_clock, manner=gently(wait=True))

        assert len(device.begun) == 1


class TestInterruption:
    """No connection follows, wherever the calls are."""

    @pytest.mark.parametrize(("connections", "ports"), [(2, 1), (1, 2)])
    def test_no_socket_follows_an_interruption_during_a_rest(
        self, site: Site, connections: int, ports: int
    ) -> None:
        """Neither for a conversation that wants another, nor on the next port; both are made up."""
        with modality(answers, ports=ports) as device:
            prepared = site.prepared(Greeter(device.ports, connections=connections))
            first = site.walk(prepared, watch=interrupted_at_rest, manner=restfully()).coverage
            before = len(device.begun)
            second = site.walk(prepared, manner=gently(resume=True)).coverage

        assert (before, first.complete, first.skipped) == (1, False, {"interrupted": 1})
        assert (second.complete, second.reached) == (True, ports)

    def test_no_socket_is_opened_that_cannot_be_written_down(self, site: Site) -> None:
        """The round ends by that, in order: what other callers are told meanwhile is not lost."""
        walked: list[Walk] = []

        def fill(round_: Walk) -> None:
            walked.append(round_)
            with closing(sqlite3.connect(site.folder / "history.sqlite")) as history, history:
                history.execute(
                    "CREATE TRIGGER full BEFORE INSERT ON sign "
                    "BEGIN SELECT RAISE(FAIL, 'no room'); END"
                )

        with modality(answers, ports=1) as device:
            prepared = site.prepared(Greeter(device.ports))
            with pytest.raises(StoreRefused, match="no room") as caught:
                site.walk(prepared, watch=fill)

        assert device.begun == []
        assert walked[0].failure is caught.value

    def test_no_datagram_follows_an_interruption_during_a_rest(self, site: Site) -> None:
        """It is a socket as any other."""
        consent = CONSENT.replace("medical", "printer")
        with answering(b"ready") as one, answering(b"ready") as other:
            prepared = site.prepared(Knocker(one.port, other.port), scope=PRINTERS + consent)
            coverage = site.walk(prepared, watch=interrupted_at_rest, manner=restfully()).coverage

        assert sorted([one.got, other.got]) == [[], [b"knock"]]
        assert (coverage.complete, coverage.skipped) == (False, {"interrupted": 1})


class TestGoingOn:
    """A round that is continued goes on counting."""

    def test_sockets_before_an_interruption_count_after_it(self, site: Site) -> None:
        """Three to a port in all, whichever process opened them."""
        with modality(answers, ports=2) as device:
            prepared = site.prepared(Greeter(device.ports, connections=2))
            first = site.walk(prepared, watch=interrupted_at_the_first_ask)
            before = len(device.begun)
            second = site.walk(prepared, manner=gently(resume=True))

            assert device.all_ended()
        assert (before, first.coverage.complete, second.coverage.complete) == (1, False, True)
        assert sorted(device.at) == sorted([device.at[0]] * 3 + [device.at[-1]] * 2)
        assert min(device.rests) >= SHORT.rest - LATE

    @pytest.mark.slow
    def test_sockets_before_a_kill_count_after_it(self, site: Site) -> None:
        """It is killed while a connection stands: that one counts, and the rest is kept."""
        with modality(answers, ports=1) as device:
            with begin(site.folder, device.ports[0]) as killed:
                assert device.has_begun(2)
                killed.kill()
            with begin(site.folder, device.ports[0], "--resume") as resumed:
                assert resumed.wait(30) == 0

            assert device.all_ended()
        assert len(device.begun) == 3
        assert min(device.rests) >= SHORT.rest - LATE

    @pytest.mark.slow
    def test_a_time_out_before_an_interruption_counts_after_it(self, site: Site) -> None:
        """The second one is the last, whichever process meets it."""
        with modality(mute, ports=3) as device:
            prepared = site.prepared(Greeter(device.ports))
            first = site.walk(prepared, watch=interrupted_at_the_first_ask).coverage
            second = site.walk(prepared, manner=gently(resume=True)).coverage

        assert len(device.begun) == 2
        assert first.skipped == {"interrupted": 2}
        assert second.skipped == {"silent-device": 2}


def rejects(connection: socket.socket) -> bytes:
    """Answer an association as a server that does not know the caller [PS3.8 9.3.4]."""
    heard = connection.recv(4096)
    connection.sendall(bytes.fromhex("03000000000400010103"))
    return heard + mute(connection)


def cut_to(prepared: Prepared, ports: list[int]) -> Prepared:
    """Leave the ports alone that others of this machine may have."""
    listed = [("127.0.0.1", port) for port in ports]
    return replace(prepared, plan=prepared.plan.among(listed))


def interrupted_at_the_first_ask(round_: Walk) -> None:
    """Interrupt a round as soon as something was asked; what is in flight is finished."""
    _at_the_first_ask(round_, lambda: round_.interrupt("the test has seen enough"))


def interrupted_at_rest(round_: Walk) -> None:
    """Interrupt a round while it rests from its first ask."""
    later = Timer(RESTFUL / 4, round_.interrupt, ["the test has seen enough"])
    _at_the_first_ask(round_, later.start)


def _at_the_first_ask(round_: Walk, do: Callable[[], None]) -> None:
    keep, waiting = round_.gate.audit.note, [do]

    def note(act: Act) -> None:
        keep(act)
        if act.ask in {HELLO.name, KNOCK.name} and waiting:
            waiting.pop()()

    round_.gate.audit.note = note  # type: ignore[method-assign] # ours, for this round


def restfully() -> Manner:
    """Rest long enough for something to happen meanwhile."""
    return gently(care={one: replace(SHORT, rest=RESTFUL) for one in AssetClass})
