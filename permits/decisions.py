"""Suspension, revocation and reinstatement: drafted, verified and signed like a permit, then in effect.

    draft     back office: what, why, on what legal basis
    verify    an official who did not draft it
    approve   the head of office, one transaction: the letter's number and request id
    complete  one transaction: the permit's dates, the act on record, the Letter, and the holder told

Between the last two stands permits.letters.issuing.produce, outside any transaction; permits.signatures
drives them, for decisions as for applications.
"""

from dataclasses import dataclass
from datetime import UTC

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.accounts.signer import may_sign
from permits import life
from permits.letters import issuing
from permits.letters.decision import KINDS, NUMBERS, decision_letter
from permits.letters.words import day
from permits.models import Act, Decision, DecisionState, Issuing, IssuingState, Letter, Permit
from permits.refusals import Refused
from permits.workflow import Forbidden

SUBJECT = "decision:"
_S = DecisionState


def draft(permit: Permit, act: Act, *, reason: str, legal_basis: str, by: User) -> Decision:
    """The decision, or the one that waits for verification, written anew. Raises Forbidden or Refused."""
    if not by.has_role(Role.BACK_OFFICE):
        raise Forbidden(_("A decision is drafted by the back office."))
    reason, legal_basis = reason.strip()[:2000], " ".join(legal_basis.split())[:300]
    if not reason or not legal_basis:
        raise Refused(_("Write the reason and the legal basis: both stand in the letter."))
    with transaction.atomic():
        life.check(_locked_permit(permit), act)
        row = Decision.objects.select_for_update().open().filter(permit=permit).first()
        if row is not None and row.state != _S.DRAFTED:
            raise Refused(_("A decision about this permit is verified already. Finish or drop it first."))
        row = row or Decision(permit=permit)
        row.act, row.reason, row.legal_basis, row.drafted_by, row.note = act, reason, legal_basis, by, ""
        row.save()
    return row


def verify(decision: Decision, *, by: User, seen: str) -> None:
    """`seen`: what `version` gave for the text that was read; another text is refused."""
    if not by.has_role(Role.OFFICIAL):
        raise Forbidden(_("A decision is verified by an official."))
    with transaction.atomic():
        row = _locked(decision, _S.DRAFTED)
        if row.drafted_by_id == by.pk:
            raise Forbidden(_("You drafted this decision, so somebody else must verify it."))
        if version(row) != seen:
            raise Refused(_("The text was changed meanwhile. Read it once more."))
        life.check(row.permit, Act(row.act))
        row.verified_by, row.state = by, _S.VERIFIED
        row.save()
    decision.refresh_from_db()


def version(decision: Decision) -> str:
    return decision.changed_at.astimezone(UTC).isoformat()


def send_back(decision: Decision, *, note: str, by: User, drop: bool = False) -> None:
    """To the back office with a note, or given up for good; a number that it had is explained."""
    sender = by.has_role(Role.OFFICIAL) or may_sign(by, timezone.localdate())
    if not sender and not (drop and by.has_role(Role.BACK_OFFICE)):
        raise Forbidden(_("This is for the official and the head of office."))
    if not note.strip():
        raise Refused(_("Say why: whoever drafted it reads this."))
    with transaction.atomic():
        row = _locked(decision, _S.DRAFTED, _S.VERIFIED)
        for letter in Issuing.objects.filter(subject=subject(row)).exclude(state=IssuingState.VOID):
            if drop or letter.kind != KINDS[Act(row.act)]:
                issuing.give_up(letter, reason=_("The decision was dropped."), by=by)
        row.state, row.verified_by, row.note = _S.DROPPED if drop else _S.DRAFTED, None, note.strip()[:500]
        row.save()
    decision.refresh_from_db()


def approve(decision: Decision, *, by: User, second_factor: bool) -> Issuing:
    """The head's decision with the letter's number, in one transaction. Raises Forbidden or Refused."""
    today = timezone.localdate()
    if not may_sign(by, today):
        raise Forbidden(_("This is decided by the head of office."))
    if not second_factor:
        raise Refused(_("Confirm with your second factor first; it counts for ten minutes."))
    with transaction.atomic():
        row = _locked(decision, _S.VERIFIED)
        if by.pk in (row.drafted_by_id, row.verified_by_id):
            raise Forbidden(_("You drafted or verified this decision, so somebody else must sign it."))
        life.check(_locked_permit(row.permit), Act(row.act))
        content = decision_letter(row, on=today)
        if content.signer is None:
            raise Refused(_("Nobody signs today: the office has no head, and no decree names a substitute."))
        kind = KINDS[Act(row.act)]
        for other in Issuing.objects.filter(subject=subject(row), state=IssuingState.PREPARED):
            if other.kind != kind:  # signed in vain before the draft was changed
                issuing.give_up(other, reason=_("The draft became another letter."), by=by)
        letter = issuing.prepare(
            kind,
            content,
            subject=subject(row),
            template=NUMBERS[Act(row.act)],
            scope=kind.value,
            code=row.permit.type.code,
            on=today,
            by=by,
        )
        row.state, row.signed_by = _S.ISSUING, by
        row.save()
    decision.refresh_from_db()
    return letter


def complete(decision: Decision, letter: Issuing, *, by: User | None) -> Letter:
    """Puts in effect what is signed and stored: all of it or nothing; a second time, the same letter."""
    with transaction.atomic():
        row = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
        letter = Issuing.objects.select_related("letter").get(pk=letter.pk)
        if letter.letter is not None:
            return letter.letter
        permit = _locked_permit(row.permit)
        made = issuing.finish(letter, permit=permit, by=by)
        assert row.signed_by is not None  # noqa: S101  # set with the number
        row.in_effect = life.put_in_effect(
            permit,
            Act(row.act),
            reason=row.reason,
            letter=f"{made.number}, {day(made.issued_on)}",
            document=made,
            on=made.issued_on,
            by=row.signed_by,
        )
        row.state = _S.DONE
        row.save()
    decision.refresh_from_db()
    return made


def back(decision: Decision, reason: str) -> None:
    """The signer refused: it waits for the signature again, with its number."""
    with transaction.atomic():
        row = _locked(decision, _S.ISSUING)
        row.state, row.signed_by, row.note = _S.VERIFIED, None, reason[:500]
        row.save()
    decision.refresh_from_db()


def subject(decision: Decision) -> str:
    return f"{SUBJECT}{decision.pk}"


def decision_of(letter: Issuing) -> Decision:
    return Decision.objects.get(pk=int(letter.subject.removeprefix(SUBJECT)))


@dataclass(frozen=True)
class Chosen:
    """A decision among what is signed together: permits.signatures.Work."""

    decision: Decision

    @property
    def label(self) -> str:
        return self.decision.permit.number

    def approve(self, *, by: User, second_factor: bool) -> Issuing:
        return approve(self.decision, by=by, second_factor=second_factor)

    def complete(self, letter: Issuing, *, by: User | None) -> Letter:
        return complete(self.decision, letter, by=by)

    def back(self, reason: str) -> None:
        back(self.decision, reason)


def _locked(decision: Decision, *states: DecisionState) -> Decision:
    rows = Decision.objects.select_for_update(of=("self",)).select_related("permit__type", "permit__company")
    row = rows.get(pk=decision.pk)
    if row.state not in states:
        decision.refresh_from_db()
        raise Refused(
            _("Somebody was here before you. The decision is now at: %(state)s. Nothing was changed.")
            % {"state": _S(row.state).label}
        )
    return row


def _locked_permit(permit: Permit) -> Permit:
    rows = Permit.objects.select_for_update(of=("self",)).select_related("type", "company")
    return rows.get(pk=permit.pk)
