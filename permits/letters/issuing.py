"""From an approved text to an issued letter: number, render, sign, store, finish.

    prepare   in the transaction of the move "sign": the number and the request id
    produce   outside any transaction: seal, render, sign, store by hash
    finish    in the transaction that issues: the Letter that validation knows

A crash between any two steps leaves a row that can be taken up again, with the same number and request id.
The seal is made anew for each rendering, since nobody has seen a letter before it is stored.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from django.contrib.admin.models import ADDITION, LogEntry
from django.db import connection, transaction
from django.utils.translation import gettext as _

from geoportal.accounts.models import User
from permits import numbers, seal
from permits.letters import store
from permits.letters.content import Content, Kind
from permits.letters.render import render
from permits.models import Issuing, IssuingState, Letter, Permit
from permits.signing import Refused, Signed, UnknownOutcome, keys, signer

_LOCK = 7_304_115  # first key of the advisory locks: letters at work


class CannotIssue(ValueError):
    """The step cannot be made; the text says why and what to do. Nothing was changed."""


def prepare(
    kind: Kind,
    content: Content,
    *,
    subject: str,
    template: str,
    scope: str,
    code: str,
    on: date,
    by: User | None,
) -> Issuing:
    """The letter's row with its number, in the caller's transaction. A second time, the same row.

    A letter that a signer refused keeps its number and takes the new `content`.
    """
    known = Issuing.objects.select_for_update().filter(subject=subject, kind=kind)
    row = known.exclude(state=IssuingState.VOID).first()
    if row is None:
        number = numbers.allocate(template, on=on, scope=scope, code=code)
        row = Issuing(subject=subject, kind=kind, number=number)
    elif row.state == IssuingState.FINISHED:
        raise CannotIssue(_("This letter was issued before, with the number %(n)s.") % {"n": row.number})
    elif row.state != IssuingState.PREPARED:
        return row
    row.content, row.issued_on, row.by = content.numbered(row.number).dump(), on, by
    row.save()
    return row


def produce(
    issuing: Issuing, *, passphrase: str, site: str, again: bool = False
) -> Issuing | Refused | UnknownOutcome:
    """Seals, renders, signs and stores; the row when its file is there. `site`: where the QR code leads.

    An outcome that is not known is never asked for again by itself: `again` is a person's word that the
    signer has nothing of this request.
    """
    with transaction.atomic(durable=True):
        pass  # a caller's transaction would undo the steps that a crash must leave behind: it is told so here
    with _alone(issuing):
        row = Issuing.objects.get(pk=issuing.pk)
        if row.state in {IssuingState.STORED, IssuingState.FINISHED}:
            return row
        if row.state == IssuingState.VOID:
            raise CannotIssue(_("This letter was given up, and its number is void."))
        cut_off = row.state == IssuingState.DISPATCHED and not signer().repeatable
        if (cut_off or row.state == IssuingState.UNKNOWN) and not again:
            return _unknown(row, row.trouble or _("The work was cut off after the letter went to be signed."))
        return _made(row, passphrase, site)


def _made(row: Issuing, passphrase: str, site: str) -> Issuing | Refused | UnknownOutcome:
    if declared := keys.trouble():
        return Refused(declared)
    seal_id = seal.new_seal_id()
    content = replace(
        Content.load(row.content),
        seal_url=seal.seal_url(seal_id, site),
        seal_code=seal.grouped(seal_id),
    )
    kind = Kind(row.kind)
    pdf = render(kind, content)
    public = render(kind, replace(content, public=True))
    _mark(row, IssuingState.DISPATCHED, trouble="")
    outcome = signer().sign(pdf, request_id=row.request_id, passphrase=passphrase)
    if isinstance(outcome, UnknownOutcome):
        return _unknown(row, outcome.reason)
    if isinstance(outcome, Refused):
        _mark(row, IssuingState.PREPARED, trouble=outcome.reason[:300])
        return outcome
    return _stored(row, outcome, public, seal_id)


def _stored(row: Issuing, signed: Signed, public: bytes, seal_id: str) -> Issuing:
    row.file, row.public_file = store.put(signed.pdf), store.put(public)
    row.sha256, row.seal_hash = hashlib.sha256(signed.pdf).digest(), seal.seal_hash(seal_id)
    _mark(row, IssuingState.STORED)
    return row


def finish(issuing: Issuing, *, permit: Permit | None, by: User | None) -> Letter:
    """The Letter, in the caller's transaction. A second time, the same one.

    `permit` is None for a letter that gives none. Raises CannotIssue unless the signed file is there, whole.
    """
    row = Issuing.objects.select_for_update().get(pk=issuing.pk)
    if row.letter is not None:
        return row.letter
    if row.state != IssuingState.STORED:
        raise CannotIssue(_("The letter is not signed and stored yet."))
    try:
        store.get(row.file)
        store.get(row.public_file)
    except store.Damaged as error:
        raise CannotIssue(
            _("The signed letter cannot be read from the storage: %(why)s. Restore it from the backup.")
            % {"why": error}
        ) from error
    signed_by = Content.load(row.content).signer
    row.letter = Letter.objects.create(
        permit=permit,
        kind=row.kind,
        number=row.number,
        seal_hash=row.seal_hash,
        sha256=row.sha256,
        file=row.file,
        public_file=row.public_file,
        request_id=row.request_id,
        signer_name=signed_by.name if signed_by else "",
        signer_title=f"{signed_by.acting} {signed_by.title}".strip() if signed_by else "",
        issued_on=row.issued_on,
    )
    if by is not None:
        LogEntry.objects.log_actions(
            by.pk, [row.letter], ADDITION, change_message=f"issued {row.number}", single_object=True
        )
    _mark(row, IssuingState.FINISHED)
    issuing.refresh_from_db()
    return row.letter


def give_up(issuing: Issuing, *, reason: str, by: User | None) -> None:
    """No letter will carry this number: it goes into the register of void numbers, with the reason."""
    with transaction.atomic():
        row = Issuing.objects.select_for_update().get(pk=issuing.pk)
        if row.state not in {IssuingState.PREPARED, IssuingState.UNKNOWN}:
            raise CannotIssue(_("Only a letter that is not signed can be given up; withdraw an issued one."))
        numbers.void(row.number, reason=reason, by=by)
        _mark(row, IssuingState.VOID)
    issuing.refresh_from_db()


def _unknown(row: Issuing, reason: str) -> UnknownOutcome:
    _mark(row, IssuingState.UNKNOWN, trouble=reason[:300])
    return UnknownOutcome(reason)


def _mark(row: Issuing, state: IssuingState, **more: str) -> None:
    row.state = state
    for name, value in more.items():
        setattr(row, name, value)
    row.save()


@contextmanager
def _alone(issuing: Issuing) -> Iterator[None]:
    """One process at a time works on a letter; a killed one's lock goes with its connection."""
    key = [_LOCK, issuing.pk % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        if not cursor.fetchone()[0]:
            raise CannotIssue(_("This letter is being signed at this moment. Look again in a minute."))
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
