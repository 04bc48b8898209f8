"""A time-stamping authority (RFC 3161) on this machine, with a certificate of its own that proves nothing."""

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

from tests.contracts.serving import Handler, LocalServer, serving


class Server(LocalServer):
    """`down`: answers 503."""

    path = "/tsa"

    def __init__(self) -> None:
        super().__init__(_Handler)
        key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Contoh TSA")])
        now = datetime.now(UTC)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
            .sign(key, hashes.SHA256())
        )
        encoding, plain = serialization.Encoding, serialization.NoEncryption()
        private = key.private_bytes(encoding.DER, serialization.PrivateFormat.PKCS8, plain)
        self.stamper = DummyTimeStamper(
            tsa_cert=asn1.Certificate.load(self.certificate.public_bytes(encoding.DER)),
            tsa_key=keys.PrivateKeyInfo.load(private),
        )
        self.down = False


class _Handler(Handler):
    server: Server

    def answer(self) -> None:
        if self.server.down:
            self.reply(503, b"")
            return
        asked = tsp.TimeStampReq.load(self.body())
        made = self.server.stamper.request_tsa_response(asked)
        self.reply(200, made.dump(), "application/timestamp-reply")


def running() -> AbstractContextManager[Server]:
    return serving(Server())
