"""Balai Sertifikasi Elektronik (BSrE), eSign service version 2, over HTTP.

The head's NIK and passphrase travel with each request, so only the person can finish a letter. BSrE knows no
request ids: when an answer is lost nobody can tell whether it signed, and the request is not repeated.
"""

import base64
import binascii
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from urllib3.exceptions import NewConnectionError

from permits.signing import Outcome, Refused, Signed, UnknownOutcome, certificates
from permits.signing.judge import judge


class BsreSigner:
    """`url` of the service, its `user` and `password`, the signer's `nik`; `pins`: folder of .pem files."""

    repeatable = False

    def __init__(
        self, url: str, user: str, password: str, nik: str, pins: str = "", seconds: float = 30
    ) -> None:
        self.url, self.auth, self.nik = url.rstrip("/"), (user, password), nik
        self.pins, self.seconds = pins, seconds

    def sign(self, pdf: bytes, *, request_id: UUID, passphrase: str) -> Outcome:
        body = {
            "nik": self.nik,
            "passphrase": passphrase,
            "signatureProperties": [
                {
                    "tampilan": "INVISIBLE",
                    "location": settings.OFFICE_CITY,
                    "reason": f"{settings.OFFICE_NAME} {request_id}",
                }
            ],
            "file": [base64.b64encode(pdf).decode()],
        }
        try:
            answer = requests.post(
                f"{self.url}/api/v2/sign/pdf",
                json=body,
                auth=self.auth,
                timeout=(5, self.seconds),
                allow_redirects=False,
            )
        except requests.exceptions.RequestException as error:
            return _not_answered(error)
        return _read(answer, pdf)

    def certificates(self) -> Sequence[bytes]:
        return certificates.read_pems(Path(self.pins)) if self.pins else []


def _not_answered(error: requests.exceptions.RequestException) -> Outcome:
    cause: Any = error.args[0] if error.args else None
    never_sent = isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(
        getattr(cause, "reason", None), NewConnectionError
    )
    if never_sent or isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
        return Refused(_("BSrE cannot be reached. Nothing was sent; try again later."))
    return UnknownOutcome(
        _("BSrE did not answer after the letter was sent. Look there whether it was signed.")
    )


def _read(answer: requests.Response, pdf: bytes) -> Outcome:
    try:
        data: Any = answer.json()
    except ValueError:
        data = None
    told = data.get("error") or data.get("message") if isinstance(data, dict) else None
    if answer.status_code >= 500 and not told:
        return UnknownOutcome(
            _("BSrE failed (%(status)d) without saying why. Look there whether it was signed.")
            % {"status": answer.status_code}
        )
    if answer.status_code != 200:
        return Refused(_("BSrE refused: %(why)s") % {"why": str(told or answer.status_code)[:200]})
    try:
        signed = base64.b64decode(data["file"][0], validate=True)
    except (KeyError, IndexError, TypeError, binascii.Error, ValueError):
        return UnknownOutcome(_("BSrE answered without a letter. Look there whether it was signed."))
    if not _same_letter(pdf, signed):
        return Refused(
            _("BSrE returned another document than the one that was sent. It was not accepted: tell BSrE.")
        )
    return Signed(signed)


def _same_letter(pdf: bytes, signed: bytes) -> bool:
    """The bytes that were sent, unchanged, and after them a signature that fits all of it."""
    return len(signed) > len(pdf) and signed.startswith(pdf) and judge(signed, None)["finding"] == "ours"
