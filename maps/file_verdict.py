"""What we say about a PDF that somebody uploads, where the register does not know its SHA-256."""

import hashlib
from collections.abc import Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maps.verdict import Outcome, Verdict, verdict_for_hash
from permits.signing.verify import Finding, Judgement, Where, verify


def unknown_file() -> Verdict:
    """About a SHA-256 that the register does not know; the file itself would tell more."""
    text = _("The file is not one of ours. Upload the file itself to have its signature checked.")
    return Verdict(Outcome.UNKNOWN, "bad", _("Not registered"), text, timezone.now())


def verdict_for_pdf(pdf: bytes) -> Verdict:
    """About an uploaded file: the register's word on its SHA-256 first, then what its signatures prove."""
    known = verdict_for_hash(hashlib.sha256(pdf).digest())
    if known:
        return known
    judged = verify(pdf)
    return Verdict(
        *_of_finding(judged.finding),
        timezone.now(),
        signature=judged.finding,
        changes=tuple(changes(judged)),
    )


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
        case Finding.COMPROMISED:
            text = _(
                "It is signed with a key that the office has declared compromised, and our register does not "
                "know the file. Do not rely on it, and tell the office."
            )
            return Outcome.MISMATCH, "bad", mismatch, text
        case Finding.UNTIMELY:
            text = _(
                "It is signed with a certificate of ours, but dated when that certificate was not in use. "
                "Our register does not know the file. Do not rely on it."
            )
            return Outcome.MISMATCH, "bad", mismatch, text
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


def changes(judged: Judgement) -> Iterator[str]:
    """Where the file was altered after signing, in sentences; nothing where that cannot be told."""
    if judged.finding != Finding.ALTERED:
        return
    where = judged.where
    if where.inside:
        yield _("What was signed is itself different: the file was saved anew, cut or written over.")
    if where.signature:
        yield _(
            "The signature does not belong to the certificate that it names, or is of a kind we never use."
        )
    if where.others:
        yield ngettext(
            "%(n)d signature in it is not by this office.",
            "%(n)d signatures in it are not by this office.",
            where.others,
        ) % {"n": where.others}
    yield from _pages(where)
    told = {
        "fields": _("Form fields or signatures were added or filled in."),
        "layers": _("Layers that show or hide content were changed."),
        "attachments": _("Files attached to it were changed."),
        "actions": _("Something was added that runs when the file is opened."),
        "metadata": _("The description of the document was changed."),
    }
    for part, text in told.items():
        if part in where.parts:
            yield text
    if where.appended:
        yield ngettext(
            "%(n)d byte was appended after the signature.",
            "%(n)d bytes were appended after the signature.",
            where.appended,
        ) % {"n": where.appended}


def _pages(where: Where) -> Iterator[str]:
    if where.pages:
        yield _("Changed: page %(pages)s.") % {"pages": _listed(where.pages)}
    if where.added:
        yield _("Added: page %(pages)s.") % {"pages": _listed(where.added)}
    if where.removed:
        yield ngettext("%(n)d page was removed.", "%(n)d pages were removed.", where.removed) % {
            "n": where.removed
        }
    if where.notes:
        yield _("Something was laid over page %(pages)s: a note, a stamp or a field.") % {
            "pages": _listed(where.notes)
        }


def _listed(pages: Sequence[int], most: int = 20) -> str:
    return ", ".join(str(page) for page in pages[:most]) + (" …" if len(pages) > most else "")
