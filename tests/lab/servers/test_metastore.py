"""The metastores stand as their modes claim, judged without the scanner's probe."""

import pytest

from tests.lab.servers.metastore import metastore, told
from tests.lab.servers.process import CANARY
from tests.lab.session import Lab

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


def test_a_stranger_reads_what_an_open_metastore_knows_of_a_table(lab: Lab) -> None:
    """Its settings are the canary."""
    assert CANARY.encode() in told(lab.start(metastore), "get_table", "clinic", "faxes")


def test_sasl_keeps_a_stranger_out(lab: Lab) -> None:
    """The first byte of his call is no handshake."""
    refused = told(lab.start(metastore, locked=True), "get_table", "clinic", "faxes")
    assert refused.endswith(b"Invalid status -128")
