"""An HL7 interface of python-hl7: `listener.py PORT FILE` acknowledges each message that comes.

A line is written into FILE for each block, and for what a caller leaves behind who hangs up within
one: how many bytes it has.
"""

import asyncio
import sys
from pathlib import Path

from hl7.mllp import (  # type: ignore[import-not-found]  # in the family's own environment only
    HL7StreamReader,
    HL7StreamWriter,
    start_hl7_server,
)

ACKNOWLEDGED = b"MSH|^~\\&|LAB||||||ACK|1|P|2.3\rMSA|AA|1\r"


async def main(port: int, noted: Path) -> None:
    """Listen on loopback until somebody ends it."""

    def note(size: int) -> None:
        with noted.open("a") as lines:
            lines.write(f"{size}\n")

    async def served(reader: HL7StreamReader, writer: HL7StreamWriter) -> None:
        try:
            while True:
                note(len(await reader.readblock()))
                writer.writeblock(ACKNOWLEDGED)
                await writer.drain()
        except asyncio.IncompleteReadError as hung_up:
            if hung_up.partial:
                note(len(hung_up.partial))
        writer.close()

    server = await start_hl7_server(served, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
