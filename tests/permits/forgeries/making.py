"""Makes the workshop once: letters and certificates of every kind."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)

from permits.letters.content import Kind, Words
from permits.letters.render import render
from permits.signing import development
from permits.signing.pades import Key
from tests.permits.conftest import PASSPHRASE
from tests.permits.forgeries import Workshop
from tests.permits.forgeries.tools import sign
from tests.permits.letters.example import content

#: name -> days from today between which the certificate is valid. The first six are pinned.
TIMES = {
    "ours": (-100, 700),
    "expired": (-400, -10),
    "future": (10, 400),
    "retired": (-300, 400),
    "stolen": (-200, 400),
    "stranger": (-100, 700),
    "lookalike": (-100, 700),
}
PINNED = ("ours", "expired", "future", "retired", "stolen")


def workshop(folder: Path) -> Workshop:
    """`folder` gets a folder of each signer, and "pinned" with the certificates that the office knows."""
    keys = _Keys()
    with patch.object(development, "_key", keys.next):
        folders = {name: folder / name for name in TIMES}
        for name, days in TIMES.items():
            keys.rsa = name in {"ours", "lookalike"}
            development.make(folders[name], passphrase=PASSPHRASE, days=days)
    folders["authority"] = _authority(folder / "authority", keys)
    own = x509.load_pem_x509_certificate((folders["ours"] / "signer.pem").read_bytes())
    folders["twin"] = _copy(folder / "twin", own, serial=own.serial_number, issuer=own.issuer)
    folders["selfmade"] = _copy(folder / "selfmade", own, serial=1, issuer=own.subject)
    pinned = folder / "pinned"
    pinned.mkdir()
    for name in PINNED:
        (pinned / f"{name}.pem").write_bytes((folders[name] / "signer.pem").read_bytes())
    (pinned / "authority.pem").write_bytes((folders["ours"] / "authority.pem").read_bytes())
    unsigned = render(Kind.PERMIT, content())
    longer = content(number="0002/UJI/XI/2026", english=Words("Test licence", ("This is given to:",)))
    changed = content(holder="Contoh Orang Lain", text=Words("Surat Izin Praktik Uji", ("Izin palsu.",)))
    return Workshop(
        genuine=sign(unsigned, folders["ours"]),
        another=sign(render(Kind.PERMIT, longer), folders["ours"]),
        unsigned=unsigned,
        changed=render(Kind.PERMIT, changed),
        folders=folders,
    )


class _Keys:
    """As development.make asks: the authority's key, then the signer's. Few are RSA, which is slow."""

    def __init__(self) -> None:
        self.made: list[Key] = []
        self.rsa = False

    def next(self) -> Key:
        signers = len(self.made) % 2 == 1
        self.made.append(_rsa() if self.rsa and signers else ec.generate_private_key(ec.SECP256R1()))
        return self.made[-1]


def _rsa() -> Key:
    return rsa.generate_private_key(65537, 2048)


def _authority(folder: Path, keys: _Keys) -> Path:
    """The key of the authority above "ours", as if it signed letters."""
    own = x509.load_pem_x509_certificate((folder.parent / "ours" / "authority.pem").read_bytes())
    return _bundle(folder, keys.made[0], own)


def _copy(folder: Path, like: x509.Certificate, *, serial: int, issuer: x509.Name) -> Path:
    """A certificate of the forger's own making that says what `like` says."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(like.subject).issuer_name(issuer).serial_number(serial)
    builder = builder.public_key(key.public_key()).not_valid_before(like.not_valid_before_utc)
    builder = builder.not_valid_after(now + timedelta(days=700))
    for one in like.extensions:
        builder = builder.add_extension(one.value, critical=one.critical)
    return _bundle(folder, key, builder.sign(key, hashes.SHA256()))


def _bundle(folder: Path, key: Key, certificate: x509.Certificate) -> Path:
    folder.mkdir()
    made = pkcs12.serialize_key_and_certificates(
        b"signer", key, certificate, None, BestAvailableEncryption(PASSPHRASE.encode())
    )
    (folder / "signer.p12").write_bytes(made)
    (folder / "signer.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    return folder
