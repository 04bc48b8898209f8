"""System checks permits.E001 …: what is misconfigured about letters is said at start."""

from pathlib import Path
from typing import Any

from cryptography import x509
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured

from permits.signing import development, signer, verify


@register()
def pinned_certificates(**_: Any) -> list[CheckMessage]:
    try:
        verify.pins()
    except (ValueError, OSError) as error:
        return [Error(str(error), hint="See SIGNER_FOLDER in .env.example.", id="permits.E001")]
    except ImproperlyConfigured:
        pass  # geoportal.E002 says so
    return []


@register(deploy=True)
def own_certificate(**_: Any) -> list[CheckMessage]:
    found = [x509.load_der_x509_certificate(der) for der in signer().certificates()]
    if not any(development.AUTHORITY in one.issuer.rfc4514_string() for one in found):
        return []
    return [
        Caution(
            f"Letters are signed with the development certificate in {Path(settings.SIGNER_FOLDER).name}.",
            hint="It proves nothing: configure the office's own, SIGNER in .env.example.",
            id="permits.W001",
        )
    ]
