"""System checks permits.E001 …: what is misconfigured about letters is said at start."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured

from permits.signing import certificates, development, keys, signer

SOON = timedelta(days=60)


@register()
def pinned_certificates(**_: Any) -> list[CheckMessage]:
    try:
        keys.certificates()
    except (ValueError, OSError) as error:
        return [Error(str(error), hint="See SIGNER_FOLDER in .env.example.", id="permits.E001")]
    except ImproperlyConfigured:
        pass  # geoportal.E002 says so
    return []


@register(deploy=True)
def own_certificate(**_: Any) -> list[CheckMessage]:
    found = [x509.load_der_x509_certificate(der) for der in signer().certificates()]
    folder = Path(settings.SIGNER_FOLDER).name
    told: list[CheckMessage] = []
    if any(development.AUTHORITY in one.issuer.rfc4514_string() for one in found):
        told.append(
            Caution(
                f"Letters are signed with the development certificate in {folder}.",
                hint="It proves nothing: configure the office's own, SIGNER in .env.example.",
                id="permits.W001",
            )
        )
    if found and max(one.not_valid_after_utc for one in found) < datetime.now(UTC) + SOON:
        told.append(
            Caution(
                f"The signer's certificate ends on {found[0].not_valid_after_utc.date()}.",
                hint="Nothing is signed after that. Ask for a new one now; docs/keys.md has the steps.",
                id="permits.W002",
            )
        )
    if found and not keys.authorities():
        told.append(
            Caution(
                f"No certificate of an authority lies in {folder}: nobody can check a letter without us.",
                hint=f"Put the issuers of {certificates.name_of(found[0].subject)} there as .pem.",
                id="permits.W003",
            )
        )
    return told
