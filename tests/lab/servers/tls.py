"""TLS with a certificate that was made a moment ago, and the client side that takes it."""

import socket
import ssl
from pathlib import Path
from typing import NamedTuple

from tests.lab.servers.process import LOOPBACK, require, said_by


class Certificate(NamedTuple):
    """PEM files: the certificate signs itself; the key is PKCS#8 and has no password."""

    chain: Path
    key: Path


def certificate(folder: Path) -> Certificate:
    """Makes a self-signed certificate in `folder`."""
    openssl = require("openssl", "certificate", "openssl")
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    said_by(
        *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"),
        *("-subj", "/CN=ronde-lab", "-addext", f"subjectAltName=IP:{LOOPBACK},DNS:localhost"),
        *("-keyout", made.key, "-out", made.chain),
    )
    return made


def unverified() -> ssl.SSLContext:
    """A client's side that takes any certificate: ours was made a moment ago."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def connect(address: str, port: int, *, tls: bool) -> socket.socket:
    """A connected stream that gives up on any single step after five seconds."""
    plain = socket.create_connection((address, port), timeout=5)
    if not tls:
        return plain
    try:
        return unverified().wrap_socket(plain)
    except OSError:
        plain.close()
        raise
