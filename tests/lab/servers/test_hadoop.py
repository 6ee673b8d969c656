"""The doors of Hadoop stand as their modes claim, judged without the scanner."""

import pytest

from tests.lab.servers.hadoop import name_node, resource_manager
from tests.lab.servers.nginx import Front, nginx
from tests.lab.session import Lab
from tests.lab.stranger import fetch

pytestmark = [pytest.mark.real, pytest.mark.timeout(200)]

FILES = "/webhdfs/v1/faxes?op=LISTSTATUS"
FILE = "/webhdfs/v1/faxes/1?op=OPEN"
WORK = "/ws/v1/cluster/apps"


def test_a_stranger_lists_files_and_is_sent_to_their_content(lab: Lab) -> None:
    """The name node sends him to a data node, without asking who he is."""
    server = lab.start(name_node)
    assert '"pathSuffix":"1"' in fetch(server, FILES).text
    assert fetch(server, FILE).status_code == 307


def test_a_stranger_lists_applications(lab: Lab) -> None:
    """There is none, and nobody asks who he is."""
    assert fetch(lab.start(resource_manager), WORK).status_code == 200


def test_a_proxy_keeps_a_stranger_out(lab: Lab) -> None:
    """The password opens it."""
    server = lab.start(nginx, Front.BASIC_AUTH, lab.start(name_node))
    assert fetch(server, FILES).status_code == 401
    assert fetch(server, FILES, login=True).status_code == 200
