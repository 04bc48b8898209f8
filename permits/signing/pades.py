"""What PKCS#12 and PKCS#11 share: an invisible PAdES signature by pyHanko, appended to the letter."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from uuid import UUID

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.utils.translation import gettext as _
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from permits.signing import Outcome, Refused, Signed

FIELD = "TandaTangan"
TSA_SECONDS = 10

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def as_asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))


class KeySigner(signers.Signer):
    """Signs with a key that is open already: pyHanko's own opens and checks it anew each time."""

    def __init__(self, key: Key, certificate: x509.Certificate, issuers: Sequence[x509.Certificate]) -> None:
        self.key = key
        known = SimpleCertificateStore.from_certs([as_asn1(one) for one in issuers])
        super().__init__(signing_cert=as_asn1(certificate), cert_registry=known)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        digest: hashes.HashAlgorithm = getattr(hashes, digest_algorithm.upper())()
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), digest)
        return self.key.sign(data, ec.ECDSA(digest))


def sign(pdf: bytes, signer: signers.Signer, *, request_id: UUID, tsa_url: str = "") -> Outcome:
    """PAdES B-T with `tsa_url`, else B-B."""
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        location=settings.OFFICE_CITY,
        reason=f"{settings.OFFICE_NAME} {request_id}",
    )
    stamper: Any = HTTPTimeStamper(tsa_url, timeout=TSA_SECONDS) if tsa_url else None
    out = BytesIO()
    try:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        signers.sign_pdf(writer, metadata, signer=signer, timestamper=stamper, output=out)
    except Exception as error:  # noqa: BLE001 - nothing has left this machine, whatever it was
        return Refused(
            _("The letter could not be signed (%(why)s). Nothing was issued; try again.")
            % {"why": type(error).__name__}
        )
    return Signed(out.getvalue())
