"""The harness of every parser in `scanner/wire`: the functions that read, by module."""

import gzip
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import scanner.wire
from probes import PROBES
from scanner.jsonview import Json
from scanner.wire import (
    Garbled,
    aerospike,
    amqp,
    bolt,
    chnative,
    counts,
    cql,
    dav,
    dicom,
    dimse,
    elastic,
    fhir,
    firebird,
    greetings,
    h2,
    http,
    ipp,
    iproto,
    kafka,
    ldap,
    lines,
    listing,
    makers,
    memcached,
    mllp,
    mongo,
    mqtt,
    mysql,
    openwire,
    postgres,
    resp,
    rethink,
    rfb,
    rpc,
    rsync,
    s3,
    sip,
    smb,
    snmp,
    srvsvc,
    stomp,
    tds,
    tftp,
    thrift,
    thriftsasl,
    tns,
    versions,
    words,
    zabbix,
    zookeeper,
)
from scanner.wire.bigendian import Cursor, length_prefixed
from tests.fuzz.target import LONGEST, Framing, Read, Target, each, framed
from tests.transcripts import load, names

#: Bytes that a made-up server sends at a time, beside the first byte of the input.
_MOST_AT_ONCE = 64


def _text(read: Callable[[str], object]) -> Read:
    return lambda data: read(data.decode("utf-8", "replace"))


def _json(read: Callable[[Json], object]) -> Read:
    return lambda data: read(Json.parse(data))


def _page(data: bytes) -> None:
    """Read two responses that come in pieces, the size of which is the first byte."""
    size, client = 1 + (data[:1] or b"\0")[0] % _MOST_AT_ONCE, http.Client("192.0.2.7", "ronde")
    client.request(http.Request(target="/"), max_bytes=LONGEST)
    rest = iter([*(data[at : at + size] for at in range(1, len(data), size)), b""])
    try:
        while client.feed(next(rest)) is None:
            assert len(client.body) <= LONGEST
        if client.reusable:
            client.request(http.Request(target="/again"), max_bytes=LONGEST)
            client.feed(b"".join(rest))
    except EOFError:
        pass


def _cursor(data: bytes) -> None:
    at = Cursor(data, 0)
    for _ in range(at.count(least=1)):
        at.blob(2), at.text(4), at.integer(8), at.left


def _smb(data: bytes) -> None:
    for command in range(smb.IOCTL + 1):
        with suppress(Garbled):
            reply = smb.decode(data, command)
            each(*(partial(_of, reply, read) for read in _SMB))(data)


def _of(reply: smb.Reply, read: Callable[[smb.Reply], object], _: bytes) -> None:
    read(reply)


#: What is read of a reply of SMB, whichever it is.
_SMB: tuple[Callable[[smb.Reply], object], ...] = (smb.dialect, smb.file_of, smb.output_of)

#: The functions that tell how long a reply is; each keeps the promise of `framed`.
FRAMINGS: Mapping[str, tuple[Framing, ...]] = {
    "aerospike": (aerospike.frame,),
    "amqp": (amqp.frame,),
    "bigendian": (partial(length_prefixed, most=LONGEST),),
    "bolt": (bolt.choice, bolt.replies(1), bolt.replies(3)),
    "chnative": (chnative.frame,),
    "cql": (cql.frame,),
    "dicom": (
        *(dicom.frame_association, dicom.frame_release, dicom.frame_nothing),
        partial(dicom.first, kinds={1, 2, 3, 4, 5, 6, 7}),
    ),
    "dimse": (dimse.frame_command,),
    "firebird": (firebird.frame,),
    "greetings": (greetings.manager, greetings.event_socket, greetings.activefax),
    "h2": (h2.frame,),
    "iproto": (iproto.frame_greeting, iproto.frame),
    "kafka": tuple(kafka.framing(api) for api in (0, 3, 17, 18, 35)),
    "ldap": (ldap.frame,),
    "lines": (lines.frame, lines.frame_final),
    "memcached": (memcached.frame,),
    "mllp": (mllp.frame_word,),
    "mongo": (mongo.framing,),
    "mqtt": (mqtt.frame, mqtt.end),
    "mysql": (mysql.frame, mysql.frame_result),
    "openwire": (openwire.frame,),
    "postgres": (postgres.frame, postgres.frame_ssl),
    "resp": (resp.frame,),
    "rethink": (rethink.frame,),
    "rfb": (rfb.frame_version, rfb.frame_types, rfb.frame_result),
    "rpc": (rpc.frame,),
    "rsync": (rsync.frame_greeting, rsync.frame_answer),
    "sip": (sip.frame,),
    "smb": (smb.frame,),
    "stomp": (stomp.frame,),
    "tds": (tds.frame,),
    "thrift": (thrift.frame,),
    "thriftsasl": (thriftsasl.refusal,),
    "tns": (tns.frame,),
    "words": (
        *(words.nats_greeting, words.nats_answer, words.beanstalk),
        *(words.gearman_line, words.gearman_table),
    ),
    "zabbix": (zabbix.frame,),
    "zookeeper": (
        *(zookeeper.session_frame, zookeeper.reply_frame),
        *(zookeeper.end_frame, zookeeper.word_frame),
    ),
}

#: The functions that tell what a reply says; they raise `Garbled` and nothing else.
READERS: Mapping[str, tuple[Read, ...]] = {
    "aerospike": (lambda data: aerospike.error(aerospike.value(data, "sets")),),
    "amqp": (amqp.greeting,),
    "bigendian": (_cursor,),
    "bolt": (bolt.decode,),
    "chnative": (chnative.decode,),
    "counts": (_json(counts.read),),
    "cql": (cql.decode,),
    "dav": (dav.folder,),
    "dicom": (dicom.decode_association, dicom.decode_abort),
    "dimse": (dimse.decode_status,),
    "elastic": tuple(
        _json(read)
        for read in (
            *(elastic.error, elastic.rows, elastic.totals),
            *(elastic.creation_dates, elastic.field_names),
        )
    ),
    "fhir": tuple(_json(read) for read in (fhir.found, fhir.is_outcome, fhir.software)),
    "firebird": (firebird.decode,),
    "h2": (h2.decode,),
    "http": (_page,),
    "ipp": (partial(ipp.decode, number=1),),
    "iproto": (iproto.greeting, iproto.decode),
    "kafka": (
        *(kafka.versions, kafka.error, kafka.sizes),
        *(partial(kafka.metadata, version=version) for version in range(10)),
    ),
    "ldap": (ldap.decode,),
    "lines": (
        lines.decode,
        lambda data: lines.extended_passive_port(lines.decode(data)),
        lambda data: lines.passive_port(lines.decode(data)),
    ),
    "listing": (partial(listing.entries, "Index of /fax"), partial(listing.entries, "Index of /")),
    "makers": (_text(makers.of),),
    "memcached": (memcached.decode, memcached.of_datagram),
    "mllp": (mllp.engine,),
    "mongo": (mongo.document,),
    "mqtt": (mqtt.code,),
    "mysql": (mysql.greeting, mysql.word, mysql.rows),
    "openwire": (openwire.version,),
    "postgres": (postgres.decode,),
    "resp": (resp.decode,),
    "rethink": (rethink.decode,),
    "rfb": (rfb.version, rfb.types),
    "rpc": (rpc.decode, rpc.exports, partial(rpc.tcp_ports, program=100_005)),
    "rsync": (rsync.answer, rsync.modules),
    "s3": (s3.root, s3.buckets, partial(s3.is_listing_of, bucket="fax"), s3.error),
    "sip": (sip.decode,),
    "smb": (_smb,),
    "snmp": (snmp.decode,),
    "srvsvc": (srvsvc.is_bound, srvsvc.shares),
    "stomp": (stomp.decode,),
    "tds": (tds.decode,),
    "tftp": (tftp.decode,),
    "thrift": (thrift.is_refused_by_sasl, thrift.decode),
    "thriftsasl": (partial(thriftsasl.knows_no, "NONE"),),
    "tns": (tns.decode,),
    "versions": (_text(versions.read), _text(partial(versions.found_in, after="Version"))),
    "words": (words.last_line,),
    "zabbix": (zabbix.value,),
    "zookeeper": (zookeeper.granted, zookeeper.listed, zookeeper.described),
}

#: What a function that reads is handed; the others of `scanner/wire` write what we send.
_UNTRUSTED = (bytes, Json)

#: Functions that take bytes and write: the bytes are our own.
WRITERS = frozenset(
    {
        *("dicom.pdu", "kafka.request", "memcached.in_datagram", "mysql.packet"),
        "smb.transceive",
    }
)


def parsers() -> Iterator[Target]:
    """Give the harness of each module of `scanner/wire`."""
    for module in sorted(FRAMINGS.keys() | READERS.keys()):
        framings = map(framed, FRAMINGS.get(module, ()))
        readers = (*framings, *READERS.get(module, ()))
        yield Target(f"wire-{module}", each(*readers), partial(payloads, module))


def payloads(module: str) -> Iterator[bytes]:
    """Give the recorded replies of every probe that reads with a module."""
    if module == "http":
        yield from _RESPONSES
    for probe in PROBES:
        if module in _used_by(import_module(type(probe).__module__)):
            for name in names(probe.about.name):
                yield from (one.payload[:LONGEST] for one in load(name).exchanges)


def readers_of(module: str) -> Iterator[str]:
    """Name the public functions of a module of `scanner/wire` that are handed what came."""
    loaded = import_module(f"scanner.wire.{module}")
    for name, function in inspect.getmembers(loaded, inspect.isfunction):
        if name.startswith("_") or function.__module__ != loaded.__name__:
            continue
        kinds = [one.annotation for one in inspect.signature(function).parameters.values()]
        if any(kind in _UNTRUSTED for kind in kinds):
            yield name


def modules() -> list[str]:
    """Name every module of `scanner/wire`."""
    return [one.name for one in iter_modules([str(Path(scanner.wire.__file__).parent)])]


def _used_by(probe: ModuleType) -> set[str]:
    """Name the modules of `scanner/wire` that a probe's module has to do with."""
    homes = {
        value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", "")
        for value in vars(probe).values()
    }
    return {home.rpartition(".")[2] for home in homes if home and home.startswith("scanner.wire.")}


_RESPONSES = (
    b"\x20HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    b"\x01HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"\x40HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nLocation: /a\r\n\r\n",
    b"\x40HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n\r\nno",
    b"\x40HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 22\r\n\r\n"
    + gzip.compress(b"{}", mtime=0),
)
