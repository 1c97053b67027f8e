# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""An authority of the tests' own, a TLS front for a plain server, and a TLS server that breaks off wherever it is told."""

import contextlib
import datetime
import ipaddress
import select
import socket
import ssl
import struct
import threading
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """Makes certificates; `file` holds its own."""

    def __init__(self, folder):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
        self.file = folder / "authority.pem"
        self.file.write_bytes(self.sign(self.name, self.key, [], True).public_bytes(serialization.Encoding.PEM))

    def sign(self, name, key, hosts, is_authority, days=1):
        """A certificate for a key; a negative count of days makes one that has lapsed."""
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=9))
        builder = builder.not_valid_after(now + datetime.timedelta(days=days))
        builder = builder.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        if hosts:
            builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def context(self, *hosts, days=1):
        """What a server for these hosts shows; by default one on loopback."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.DNSName(host) for host in hosts or ["localhost"]]
        if not hosts:
            names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        certificate = self.sign(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")]), key, names, False, days)
        path = self.folder / f"{uuid.uuid4()}.pem"
        path.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


@contextlib.contextmanager
def serve(context, handle):
    """Calls `handle` with every connection, in a thread of its own; yields the port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def work(connection):
        with contextlib.suppress(OSError), connection:
            with context.wrap_socket(connection, server_side=True) as secured:
                handle(secured)

    def accept():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=work, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def front(context, target):
    """A TLS front for a plain server on loopback; yields the port."""

    def handle(secured):
        # One thread for both directions: a TLS connection may not be read and written at the same time.
        with socket.create_connection(("127.0.0.1", target)) as plain:
            while True:
                ready = [secured] if secured.pending() else select.select([secured, plain], [], [])[0]
                for source, other in [(plain, secured), (secured, plain)]:
                    if source in ready:
                        data = source.recv(1 << 16)
                        if not data:
                            return
                        other.sendall(data)

    return serve(context, handle)


def broken(context, answer, ending):
    """A server that sends these bytes for every request and ends `politely`, `rudely` (no farewell) or with a `reset`."""

    def handle(secured):
        request = b""
        while b"\r\n\r\n" not in request:
            data = secured.recv(1 << 16)
            if not data:
                return
            request += data
        secured.sendall(answer)
        if ending == "reset":
            secured.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif ending == "politely":
            secured.unwrap()

    return serve(context, handle)
