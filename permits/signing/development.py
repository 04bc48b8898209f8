"""A certificate authority and a signer for development: proof of nothing, so that signing works at once."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

from permits.signing.certificates import is_authority

DAYS = 730
AUTHORITY = "Contoh CA pengembangan"


def make(folder: Path, *, passphrase: str = "", days: tuple[int, int] = (-1, DAYS)) -> str:
    """Writes signer.p12, signer.pem, authority.pem and passphrase.txt into `folder`, for its owner only.

    Returns the passphrase.

    `days`: from when until when the signer's certificate is valid, counted from today.
    """
    passphrase = passphrase or secrets.token_urlsafe(12)
    authority_key, key = _key(), _key()
    authority = _certificate(AUTHORITY, authority_key, None, (-1, 3650))
    signer = _certificate("Contoh Kepala (pengembangan)", key, (authority, authority_key), days)
    bundle = pkcs12.serialize_key_and_certificates(
        b"signer", key, signer, [authority], BestAvailableEncryption(passphrase.encode())
    )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(folder / "signer.p12", bundle)
    _write(folder / "signer.pem", signer.public_bytes(Encoding.PEM))
    _write(folder / "authority.pem", authority.public_bytes(Encoding.PEM))
    _write(folder / "passphrase.txt", f"{passphrase}\n".encode())
    return passphrase


def complete(folder: Path) -> list[str]:
    """Takes out of signer.p12 what lies in no .pem yet: its signer's certificate, the authority's above it.

    The key stays as it is. Folders from before authorities were published lack theirs. Returns the files
    that were written.

    Raises ValueError where passphrase.txt does not open it, or no authority is in it.
    """
    try:
        passphrase = (folder / "passphrase.txt").read_bytes().strip()
        bundle = pkcs12.load_pkcs12((folder / "signer.p12").read_bytes(), passphrase)
    except OSError as error:
        raise ValueError(f"{Path(error.filename).name} cannot be read") from error
    above = [one.certificate for one in bundle.additional_certs if is_authority(one.certificate)]
    if bundle.cert is None or not above:
        raise ValueError("signer.p12 holds no certificate of an authority")
    texts = {"signer.pem": [bundle.cert.certificate], "authority.pem": above}
    missing = [name for name in texts if not (folder / name).exists()]
    for name in missing:
        _write(folder / name, b"".join(one.public_bytes(Encoding.PEM) for one in texts[name]))
    return missing


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _certificate(
    name: str,
    key: rsa.RSAPrivateKey,
    issuer: tuple[x509.Certificate, rsa.RSAPrivateKey] | None,
    days: tuple[int, int],
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    authority = issuer is None
    usage = x509.KeyUsage(
        digital_signature=not authority, content_commitment=not authority, key_cert_sign=authority,
        crl_sign=authority, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(authority, 0 if authority else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    signing = issuer[1] if issuer else key
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    return builder.add_extension(identifier, critical=False).sign(signing, hashes.SHA256())


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
