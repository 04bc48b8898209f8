"""What we say about a PDF that somebody uploads, where the register does not know its SHA-256."""

import hashlib

from django.utils import timezone
from django.utils.translation import gettext as _

from maps.verdict import Outcome, Verdict, verdict_for_hash
from permits.signing.verify import Finding, verify


def unknown_file() -> Verdict:
    """About a SHA-256 that the register does not know; the file itself would tell more."""
    text = _("The file is not one of ours. Upload the file itself to have its signature checked.")
    return Verdict(Outcome.UNKNOWN, "bad", _("Not registered"), text, timezone.now())


def verdict_for_pdf(pdf: bytes) -> Verdict:
    """About an uploaded file: the register's word on its SHA-256 first, then what its signatures prove."""
    known = verdict_for_hash(hashlib.sha256(pdf).digest())
    return known or Verdict(*_of_finding(verify(pdf)), timezone.now())


def _of_finding(finding: Finding) -> tuple[Outcome, str, str, str]:
    """No file of the register's: outcome, kind, title, text."""
    mismatch = _("DOES NOT MATCH our letters")
    match finding:
        case Finding.OURS:
            return (
                Outcome.SIGNED_ONLY,
                "warn",
                _("The signature is genuine, but this is not one of our letters"),
                _("Our register does not know this file. Do not rely on it, and ask the office."),
            )
        case Finding.ALTERED:
            text = _("It carries our signature, but it is not as it was signed. Do not rely on it.")
            return Outcome.MISMATCH, "bad", mismatch, text
        case Finding.FOREIGN:
            text = _("It is signed, but not by this office. Do not take it for a letter of ours.")
            return Outcome.MISMATCH, "bad", mismatch, text
        case Finding.UNREADABLE:
            text = _("The file is damaged or was changed. Ask for the file as the office sent it.")
            return Outcome.MISMATCH, "bad", mismatch, text
        case Finding.UNSIGNED:
            return (
                Outcome.UNKNOWN,
                "bad",
                _("Not registered"),
                _(
                    "The file is not one of ours and carries no signature. "
                    "A scan or a photograph of a letter is checked by the code on it."
                ),
            )
    return (
        Outcome.MALFORMED,
        "warn",
        _("This is not a PDF file"),
        _("Choose the PDF that you received. A photograph of a letter is checked by the code on it."),
    )
