"""PINs of receipts: derived from the form's key, so that the same form sent twice shows the same one."""

import hmac
from typing import Final

from django.conf import settings

DIGITS: Final = 6


def derive(subject: object, key: str) -> str:
    """Of `subject` (what the receipt is for) and a random key that is kept nowhere."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"pin {subject} {key}".encode(), "sha256").digest()
    return f"{int.from_bytes(digest) % 10**DIGITS:0{DIGITS}d}"
