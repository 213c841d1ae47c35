"""A small TLS proxy in the place of the compose file's: a request a connection, to the replica that the client names."""

import asyncio
import contextlib
import ssl
import threading
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CHOICE = b"x-replica"


def certificate(folder, *, host="localhost", begins=-1, ends=90):
    """A certificate of `host` of its own, valid from so many days from now until so many; (certificate, key) as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=begins))
        .not_valid_after(now + timedelta(days=ends))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "certificate.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "certificate.pem", folder / "certificate.key"


class Proxy:
    """Listens on the loopback until `end()`. `replicas` are the ports behind it; `served` counts the requests of each."""

    def __init__(self, certificate, key):
        self.replicas, self.served = [], {}
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.server = self._do(asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.context))
        self.port = self.server.sockets[0].getsockname()[1]

    def _do(self, what):
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(10)

    async def _serve(self, reader, writer):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).rstrip().split(b"\r\n")
            headers = [line.partition(b": ")[::2] for line in lines]
            chosen = next((int(value) for name, value in headers if name.lower() == CHOICE), 0)
            kept = [pair for pair in headers if pair[0].lower() not in (CHOICE, b"connection")]
            kept += [(b"Connection", b"close"), (b"X-Forwarded-Proto", b"https"), (b"X-Forwarded-For", b"127.0.0.1")]
            self.served[chosen] = self.served.get(chosen, 0) + 1
            behind, before = await asyncio.open_connection("127.0.0.1", self.replicas[chosen])
            before.write(b"\r\n".join([first, *(b"%b: %b" % pair for pair in kept), b"", b""]))
            sending = asyncio.create_task(_pass_on(reader, before))
            await _pass_on(behind, writer)
            sending.cancel()
            before.close()
        writer.close()

    def end(self):
        """Stop listening."""
        self.loop.call_soon_threadsafe(self.server.close)
        self.loop.call_soon_threadsafe(self.loop.stop)


async def _pass_on(reader, writer):
    with contextlib.suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
