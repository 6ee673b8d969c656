"""The agents stand as their modes claim, judged without the scanner's probe."""

import pytest

from tests.lab.servers.process import CANARY
from tests.lab.servers.zabbix import agent, item
from tests.lab.session import Lab

pytestmark = pytest.mark.real


def test_a_stranger_reads_a_file_through_an_open_agent_only(lab: Lab) -> None:
    """The other hangs up on him."""
    opened, shut = lab.start(agent), lab.start(agent, locked=True)
    key = f"vfs.file.contents[{opened.log.parent}/faxes]"
    assert CANARY.encode() in item(opened.port, key)
    assert item(shut.port, key) == b""
