"""The certificates that letters are signed with, each with its time: pinned, retired, compromised.

The certificates are files (settings.SIGNER_FOLDER and the signer's own); what is declared about them stands
in the database (permits.models.KeyStatement), so that every process knows it at once. docs/keys.md.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from permits.letters import store
from permits.models import KeyAct, KeyStatement, Letter
from permits.refusals import Refused
from permits.signing import signer
from permits.signing.certificates import is_authority, name_of, read_pems

LEAST_TYPED = 8  # characters of a fingerprint


@dataclass(frozen=True)
class Key:
    """A signer's certificate. What is None was never declared."""

    certificate: x509.Certificate
    retired: datetime | None = None
    compromised: datetime | None = None
    reason: str = ""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate (DER), hexadecimal."""
        return hashlib.sha256(self.certificate.public_bytes(Encoding.DER)).hexdigest()

    @property
    def subject(self) -> str:
        return name_of(self.certificate.subject)

    @property
    def issuer(self) -> str:
        return name_of(self.certificate.issuer)

    @property
    def since(self) -> datetime:
        return self.certificate.not_valid_before_utc

    @property
    def until(self) -> datetime:
        """The end of its certificate, or the day it was retired, whichever is earlier."""
        end = self.certificate.not_valid_after_utc
        return min(end, self.retired) if self.retired else end

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


def certificates() -> list[x509.Certificate]:
    """All that are configured, those of authorities among them; ValueError where a file cannot be read."""
    ders = dict.fromkeys([*read_pems(Path(settings.SIGNER_FOLDER)), *signer().certificates()])
    return [x509.load_der_x509_certificate(der) for der in ders]


def authorities() -> list[x509.Certificate]:
    """The chain above the signers, as published: whoever trusts it can check a letter without us."""
    return [one for one in certificates() if is_authority(one)]


def pinned() -> list[Key]:
    """Every pinned signer, the newest first. One query."""
    declared: dict[tuple[str, str], KeyStatement] = {}
    for row in KeyStatement.objects.order_by("-since", "-pk"):
        declared[row.fingerprint, row.act] = row  # the earliest stays
    found = []
    for one in certificates():
        if is_authority(one):
            continue
        key = Key(one)
        retired = declared.get((key.fingerprint, KeyAct.RETIRED))
        compromised = declared.get((key.fingerprint, KeyAct.COMPROMISED))
        found.append(
            Key(
                one,
                retired.since if retired else None,
                compromised.since if compromised else None,
                (compromised or retired).reason if compromised or retired else "",  # type: ignore[union-attr]
            )
        )
    return sorted(found, key=lambda key: key.since, reverse=True)


def pins() -> dict[str, dict[str, Any]]:
    """For permits.signing.judge."""
    return {
        key.fingerprint: {
            "since": key.since.timestamp(),
            "until": key.until.timestamp(),
            "compromised": key.compromised is not None,
        }
        for key in pinned()
    }


def trouble() -> str:
    """Why nothing may be signed now by what was declared; "" where nothing is known against it."""
    own = {hashlib.sha256(der).hexdigest() for der in signer().certificates()}
    mine = [key for key in pinned() if key.fingerprint in own]
    now = timezone.now()
    if not mine or any(not key.compromised and key.until > now for key in mine):
        return ""
    if any(key.compromised for key in mine):
        return _("The signer's certificate was declared compromised: nothing is signed with it any more.")
    return _("The signer's certificate is no longer used. Configure the new one (docs/keys.md).")


def find(typed: str) -> Key:
    """The pinned signer whose fingerprint begins so; colons and case do not matter. Raises Refused."""
    wanted = typed.replace(":", "").replace(" ", "").lower()
    found = [key for key in pinned() if len(wanted) >= LEAST_TYPED and key.fingerprint.startswith(wanted)]
    if len(found) != 1:
        raise Refused(
            _(
                "No signing certificate has a SHA-256 that begins with %(typed)s. "
                "“signer list” shows them all."
            )
            % {"typed": typed}
        )
    return found[0]


def declare(act: KeyAct, key: Key, *, since: datetime, reason: str) -> KeyStatement:
    """Takes effect at once, everywhere, and cannot be taken back. Raises Refused."""
    if not reason.strip():
        raise Refused(_("Say why: whoever verifies a letter reads it."))
    if act == KeyAct.COMPROMISED and since > timezone.now():
        raise Refused(_("A key is compromised from a moment that has passed, not from a later one."))
    return KeyStatement.objects.create(
        fingerprint=key.fingerprint,
        subject=key.subject[:300],
        act=act,
        since=since,
        reason=reason.strip()[:300],
    )


def letters_signed_with(key: Key, *, since: datetime) -> Iterator[tuple[Letter, bool]]:
    """Issued letters that carry this key's signature, from that day on; False: its file cannot be read."""
    day = timezone.localdate(since)
    for letter in Letter.objects.filter(issued_on__gte=day).exclude(file="").order_by("issued_on", "pk"):
        try:
            if key.fingerprint in _signers_of(store.get(letter.file)):
                yield letter, True
        except (store.Damaged, ValueError):
            yield letter, False


def _signers_of(pdf: bytes) -> set[str]:
    from io import BytesIO

    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        found = PdfFileReader(BytesIO(pdf)).embedded_signatures
        return {hashlib.sha256(one.signer_cert.dump()).hexdigest() for one in found}
    except PdfError as error:
        raise ValueError(str(error)) from error
