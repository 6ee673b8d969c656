"""The peers' command lines and what they found, read from their own machine-readable output.

Each has the flags that were fastest here without losing a listener, of those that its manual
offers; a peer that cannot have both is there twice.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from tests.bench.contender import Contender
from tests.bench.ground import Ground
from tests.bench.lab import GATEWAY, LINK
from tests.bench.peers import program
from tests.bench.runs import Run, spent

Read = Callable[[Path], Iterable[str]]


def nmap(name: str, flags: str) -> Contender:
    """Take part with nmap; its greppable output says what is open."""

    def run(ground: Ground) -> Run:
        found = ground.folder / "nmap"
        words = [program("nmap"), "-n", "-Pn", "-T5", *flags.split(), "--open", "-oG", str(found)]
        return _run(ground, [*words, "-p", _ports(ground), *ground.networks], found, _of_nmap)

    return Contender(name, run)


def masscan(name: str, flags: str) -> Contender:
    """Take part with masscan; it listens for a second after its last packet."""

    def run(ground: Ground) -> Run:
        found = ground.folder / "masscan"
        words = [program("masscan"), *ground.networks, f"-p{_ports(ground)}", *flags.split()]
        words += ["--wait", "1", "--adapter", LINK, "--router-ip", GATEWAY, "-oL", str(found)]
        return _run(ground, words, found, _of_masscan)

    return Contender(name, run)


def nerva(name: str) -> Contender:
    """Take part with nerva, which is handed the open endpoints."""

    def run(ground: Ground) -> Run:
        listed, found = ground.folder / "endpoints", ground.folder / "nerva"
        _write(listed, (f"{one}:{ground.ports[0]}" for one in ground.addresses()))
        words = [program("nerva"), "-l", str(listed), "--json", "-o", str(found), "-W", "500"]
        return _run(ground, words, found, _of_nerva)

    return Contender(name, run)


def zgrab2(name: str, module: str) -> Contender:
    """Take part with a module of zgrab2, which is handed the addresses and one port."""

    def run(ground: Ground) -> Run:
        listed, found = ground.folder / "addresses", ground.folder / "zgrab2"
        nothing = ground.folder / "nothing"
        _write(listed, ground.addresses())
        _write(nothing, ())
        words = [program("zgrab2"), module, "--port", str(ground.ports[0]), "--senders", "1000"]
        words += ["--blocklist-file", str(nothing), "--input-file", str(listed)]
        return _run(ground, [*words, "--output-file", str(found)], found, _of_zgrab2)

    return Contender(name, run)


def _run(ground: Ground, words: list[str], found: Path, read: Read) -> Run:
    found.unlink(missing_ok=True)
    run = spent([*ground.here, *words], ground.folder / "said", limit=ground.limit)
    return ground.judged(run, read(found))


def _of_nmap(found: Path) -> Iterable[str]:
    for address, ports in re.findall(r"Host: (\S+) .*Ports: (.*)", found.read_text()):
        for port in re.findall(r"(\d+)/open/", ports):
            yield f"{address}:{port}"


def _of_masscan(found: Path) -> Iterable[str]:
    for port, address in re.findall(r"open tcp (\d+) (\S+)", found.read_text()):
        yield f"{address}:{port}"


def _of_nerva(found: Path) -> Iterable[str]:
    for line in found.read_bytes().splitlines():
        one = msgspec.json.decode(line)
        yield f"{one['ip']}:{one['port']}"


def _of_zgrab2(found: Path) -> Iterable[str]:
    for line in found.read_bytes().splitlines():
        one = msgspec.json.decode(line)
        for grab in one["data"].values():
            if grab["status"] == "success":
                yield f"{one['ip']}:{grab['port']}"


def _ports(ground: Ground) -> str:
    return ",".join(map(str, ground.ports))


def _write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
