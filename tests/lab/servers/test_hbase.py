"""The gateway stands as its mode claims, judged without the scanner."""

from base64 import b64encode

import pytest

from tests.lab.servers.hbase import hbase, value
from tests.lab.servers.process import CANARY
from tests.lab.session import Lab

pytestmark = [pytest.mark.real, pytest.mark.timeout(150)]


def test_a_stranger_reads_a_value(lab: Lab) -> None:
    """Through the gateway, which asks nobody who he is; in plain or in JSON, as it pleases."""
    read = value(lab.start(hbase), CANARY)
    assert CANARY.encode() in read or b64encode(CANARY.encode()) in read
