"""Is a signer's certificate good now? Asked first: PAdES B-T would happily sign with a revoked one."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils.translation import gettext as _


def trouble_with(
    certificate: x509.Certificate,
    *,
    issuers: Sequence[x509.Certificate] = (),
    crls: Iterable[Path] = (),
    now: datetime | None = None,
) -> str:
    """Why nothing can be signed with `certificate`, in words; "" when nothing is known against it.

    `crls`: revocation lists (PEM or DER). One that cannot be read, is out of date or is nobody's whom
    `issuers` knows counts as trouble: a list that proves nothing must not let a revoked signer through.
    """
    now = now or datetime.now(UTC)
    if now < certificate.not_valid_before_utc:
        return _("The signer's certificate is not valid yet: from %(day)s on.") % {
            "day": certificate.not_valid_before_utc.date().isoformat()
        }
    if now > certificate.not_valid_after_utc:
        return _("The signer's certificate has expired on %(day)s. Ask for a new one.") % {
            "day": certificate.not_valid_after_utc.date().isoformat()
        }
    if not _may_sign(certificate):
        return _("The signer's certificate is not made for signing documents.")
    for path in crls:
        trouble = _revoked(certificate, issuers, path, now)
        if trouble:
            return trouble
    return ""


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature or usage.content_commitment


def _revoked(
    certificate: x509.Certificate, issuers: Sequence[x509.Certificate], path: Path, now: datetime
) -> str:
    try:
        raw = path.read_bytes()
        load = x509.load_pem_x509_crl if raw.startswith(b"-----") else x509.load_der_x509_crl
        revoked = load(raw)
    except (OSError, ValueError):
        return _("The revocation list %(file)s cannot be read, so nothing is signed.") % {"file": path.name}
    known = [one for one in issuers if one.subject == revoked.issuer]
    if not any(revoked.is_signature_valid(one.public_key()) for one in known):  # type: ignore[arg-type]
        return _("The revocation list %(file)s is not by the signer's issuer.") % {"file": path.name}
    if revoked.next_update_utc is None or revoked.next_update_utc < now:
        return _("The revocation list %(file)s is out of date. Fetch the newest one.") % {"file": path.name}
    entry = revoked.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is not None and revoked.issuer == certificate.issuer:
        return _("The signer's certificate was revoked on %(day)s. Ask for a new one.") % {
            "day": entry.revocation_date_utc.date().isoformat()
        }
    return ""


def read_pems(folder: Path) -> list[bytes]:
    """The certificates (DER) of all .pem files in `folder`; an unreadable one raises ValueError naming it."""
    return [der for path in sorted(folder.glob("*.pem")) for der in read_pem(path)]


def read_pem(path: Path) -> list[bytes]:
    """The certificates (DER) in a file, in its order; none where there is no file."""
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise ValueError(f"{path.name}: no certificate in PEM ({error})") from error
    return [one.public_bytes(Encoding.DER) for one in found]


def is_authority(certificate: x509.Certificate) -> bool:
    """Does it sign certificates, and therefore no letters?"""
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False


def name_of(name: x509.Name) -> str:
    """The common name; the whole name where there is none."""
    common = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()
