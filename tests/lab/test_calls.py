"""What real servers are sent when they are called on as medical devices, packet by packet."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

from scanner.wire import dicom
from tests.lab.capture import capturing
from tests.lab.rounds import walk
from tests.lab.servers.imaging import storescp
from tests.lab.servers.process import Running
from tests.lab.servers.records import interface
from tests.lab.session import Lab

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

#: The page to approve prints each of them.
GREETING = len(dicom.associate() + dicom.release())


@pytest.mark.parametrize(
    ("make", "sent"),
    [
        pytest.param(interface, 0, id="python-hl7"),
        pytest.param(partial(storescp, probe="dicom"), GREETING, id="storescp"),
    ],
)
def test_a_device_is_sent_what_was_approved_on_one_connection(
    make: Callable[[], AbstractContextManager[Running]], sent: int, tmp_path: Path
) -> None:
    """No sweep goes before, nobody else comes after; an interface hears nothing at all."""
    with Lab.ready(make()) as device, Lab.ready(capturing()) as captured:
        walked = walk(tmp_path, device, medical=True)

    assert captured.dropped == 0
    assert captured.sent_to(device.port) == [sent]
    assert (walked.coverage.complete, walked.coverage.bytes_sent) == (True, sent)
    assert walked.coverage.reached == 1
