"""The doors of the analytical stores stand as their modes claim, judged without the scanner."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias

import pytest

from tests.lab.servers.analytics import (
    Accounts,
    Tongue,
    clickhouse,
    influxdb,
    prometheus,
    victoriametrics,
)
from tests.lab.servers.process import CANARY, PASSWORD, USER, Running
from tests.lab.session import Lab
from tests.lab.stranger import fetch, say

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

FAXES = "/?query=SELECT%20patient_name%20FROM%20practice.faxes"
POINTS = "/query?db=faxes&q=SELECT%20*%20FROM%20fax"
#: Both are started alike.
Metrics: TypeAlias = Callable[..., AbstractContextManager[Running]]

SERIES = "/api/v1/series?match[]=faxes_total"


def test_a_stranger_reads_a_row_of_clickhouse(lab: Lab) -> None:
    """No user is named, so it is `default`."""
    assert CANARY in fetch(lab.start(clickhouse), FAXES).text


def test_a_locked_clickhouse_reads_out_rows_to_its_user_only(lab: Lab) -> None:
    """`default` has a password there."""
    server = lab.start(clickhouse, locked=True)
    assert "Code: 194" in fetch(server, FAXES).text
    assert CANARY in fetch(server, FAXES, login=True).text


def test_the_native_port_answers_no_request_of_http(lab: Lab) -> None:
    """It says what it is."""
    (said,) = say(lab.start(clickhouse, Tongue.NATIVE), b"GET / HTTP/1.0\r\n\r\n")
    assert b"clickhouse-client" in said


@pytest.mark.parametrize("locked", [False, True])
def test_the_native_port_says_the_same_to_nobody_open_or_locked(lab: Lab, *, locked: bool) -> None:
    """A Hello with an empty user, `default` with a password or without one."""
    server = lab.start(clickhouse, Tongue.HELLO, locked=locked)
    (said,) = say(server, b"\0\x05ronde\x01\x01\0\0\0\0")
    assert said.startswith(b"\x02\xc0\0\0\0\x0dDB::Exception\x1cDB::Exception: Unknown user ")


def test_a_stranger_reads_a_point_of_influxdb(lab: Lab) -> None:
    """Accounts are off as it ships."""
    assert CANARY in fetch(lab.start(influxdb), POINTS).text


def test_an_influxdb_with_accounts_reads_out_points_to_them_only(lab: Lab) -> None:
    """401 without one."""
    server = lab.start(influxdb, Accounts.SET)
    assert fetch(server, POINTS).status_code == 401
    assert CANARY in fetch(server, f"{POINTS}&u={USER}&p={PASSWORD}").text


def test_an_influxdb_that_awaits_its_first_account_says_so(lab: Lab) -> None:
    """It refuses everything else."""
    answer = fetch(lab.start(influxdb, Accounts.AWAITED), POINTS)
    assert (answer.status_code, "create admin user first" in answer.text) == (403, True)


@pytest.mark.parametrize("make", [prometheus, victoriametrics])
def test_a_stranger_reads_the_labels_of_a_series(lab: Lab, make: Metrics) -> None:
    """Neither has accounts as it ships."""
    assert CANARY in fetch(lab.start(make), SERIES).text


@pytest.mark.parametrize("make", [prometheus, victoriametrics])
def test_a_password_keeps_a_stranger_from_the_series(lab: Lab, make: Metrics) -> None:
    """Basic authentication before every page."""
    server = lab.start(make, locked=True)
    assert fetch(server, SERIES).status_code == 401
    assert CANARY in fetch(server, SERIES, login=True).text
