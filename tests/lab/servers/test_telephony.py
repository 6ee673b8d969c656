"""SIP over TCP: each door stands as its mode claims."""

import pytest

from scanner.wire import sip
from tests.lab.servers.telephony import fax_gateway, kamailio, telephone
from tests.lab.session import Lab
from tests.lab.stranger import say

pytestmark = pytest.mark.real


@pytest.mark.parametrize("tls", [False, True])
def test_nobody_passes_our_request_on(lab: Lab, tls: bool) -> None:  # noqa: FBT001 - a parameter
    """A server that would do so for more hops says that there are none."""
    (answer,) = say(lab.start(kamailio, tls=tls), sip.options_over_tcp())
    assert answer.startswith(b"SIP/2.0 483 Too Many Hops\r\n")
    assert b"\r\nServer: kamailio (5.6" in answer


def test_a_telephone_names_itself(lab: Lab) -> None:
    """Whoever is asked for is not there, and the answer says what telephone said so."""
    (answer,) = say(lab.start(telephone), sip.options_over_tcp())
    assert answer.startswith(b"SIP/2.0 404 Not Found\r\n")
    assert b"\r\nServer: baresip v1." in answer


def test_a_fax_gateway_describes_what_it_takes(lab: Lab) -> None:
    """T.38, in the answer to the question what it can do."""
    (answer,) = say(lab.start(fax_gateway), sip.options_over_tcp())
    assert b"\r\nm=image 4000 udptl t38\r\n" in answer


def test_a_locked_gateway_demands_a_credential(lab: Lab) -> None:
    """Before it says what it can do."""
    (answer,) = say(lab.start(fax_gateway, locked=True), sip.options_over_tcp())
    assert answer.startswith(b"SIP/2.0 401 Unauthorized\r\n")
