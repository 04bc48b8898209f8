"""The life of an application: one table of moves, and the one function that makes them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from companies.models import Membership
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.accounts.signer import may_sign
from permits import clock, duties, effects, guards
from permits.effects import After, Effect
from permits.guards import Guard
from permits.models import Application, Event
from permits.models import ApplicationStatus as Status
from permits.refusals import Refused

S = Status


class Actor(models.TextChoices):
    """Who makes a move: a role of the office, the applicant, or the system itself."""

    APPLICANT = "applicant", _("Applicant")
    FRONT_OFFICE = Role.FRONT_OFFICE.value, Role.FRONT_OFFICE.label
    OFFICIAL = Role.OFFICIAL.value, Role.OFFICIAL.label
    BACK_OFFICE = Role.BACK_OFFICE.value, Role.BACK_OFFICE.label
    INSPECTOR = Role.INSPECTOR.value, Role.INSPECTOR.label
    HEAD = Role.HEAD.value, Role.HEAD.label
    SYSTEM = "system", _("System")


A = Actor

#: What the public is told.
PUBLIC: Final[Mapping[Status, str | Promise]] = {
    S.DRAFT: _("Draft"),
    S.SUBMITTED: _("Being verified"),
    S.RETURNED: _("Correction needed"),
    S.ACCEPTED: _("Being verified"),
    S.PROCESSING: _("Being processed"),
    S.INSPECTION: _("Site visit"),
    S.DRAFTING: _("Being processed"),
    S.REVIEW: _("Being processed"),
    S.PAYMENT: _("Waiting for payment"),
    S.SIGNING: _("Waiting for the signature"),
    S.ISSUING: _("Waiting for the signature"),
    S.ISSUED: _("Issued"),
    S.REFUSED: _("Refused"),
    S.WITHDRAWN: _("Withdrawn"),
}


@dataclass(frozen=True)
class Transition:
    name: str
    sources: frozenset[Status]
    target: Status
    actor: Actor
    label: str | Promise  # on the button
    done: str | Promise  # in the timeline
    when: tuple[Guard, ...] = ()  # offered only where these are content
    guards: tuple[Guard, ...] = ()
    effect: Effect = effects.nothing
    after: After | None = None
    tells: bool = False  # the applicant gets a notice


def _table(*moves: Transition) -> Mapping[str, Transition]:
    return {one.name: one for one in moves}


def _move(name: str, *sources: Status, to: Status, by: Actor, **more: Any) -> Transition:
    return Transition(name, frozenset(sources), to, by, **more)


MOVES: Final = _table(
    _move("submit", S.DRAFT, to=S.SUBMITTED, by=A.APPLICANT, label=_("Send"), done=_("Sent"),
          guards=(guards.type_in_use, guards.complete, guards.has_key), effect=effects.register, tells=True),
    _move("accept", S.SUBMITTED, to=S.ACCEPTED, by=A.FRONT_OFFICE, label=_("Accept as complete"),
          done=_("Accepted as complete"), guards=(guards.complete,), tells=True),
    _move("return", S.SUBMITTED, to=S.RETURNED, by=A.FRONT_OFFICE, label=_("Return for correction"),
          done=_("Returned for correction"), guards=(guards.has_corrections,), after=effects.send_corrections,
          tells=True),
    _move("resubmit", S.RETURNED, to=S.SUBMITTED, by=A.APPLICANT, label=_("Send again"), done=_("Sent again"),
          guards=(guards.corrections_answered, guards.complete), effect=effects.settle_answers, tells=True),
    _move("lapse", S.RETURNED, to=S.WITHDRAWN, by=A.SYSTEM, label=_("Close without an answer"),
          done=_("Closed: nobody answered"), tells=True),
    _move("verify", S.ACCEPTED, to=S.PROCESSING, by=A.OFFICIAL, label=_("Verify"), done=_("Verified"),
          guards=(guards.complete,)),
    _move("return_verified", S.ACCEPTED, to=S.RETURNED, by=A.OFFICIAL, label=_("Return for correction"),
          done=_("Returned for correction"), guards=(guards.has_corrections,), after=effects.send_corrections,
          tells=True),
    _move("order_inspection", S.PROCESSING, to=S.INSPECTION, by=A.BACK_OFFICE, label=_("Order a site visit"),
          done=_("Site visit ordered"), when=(guards.needs_inspection,), effect=effects.order_visit,
          tells=True),
    _move("cancel_inspection", S.INSPECTION, to=S.PROCESSING, by=A.BACK_OFFICE,
          label=_("Cancel the site visit"), done=_("Site visit cancelled"), guards=(guards.has_note,),
          effect=effects.cancel_visit, tells=True),
    _move("report", S.INSPECTION, to=S.PROCESSING, by=A.INSPECTOR, label=_("Hand in the report"),
          done=_("Site visit reported"), guards=(guards.has_report,), effect=effects.report),
    _move("draft_permit", S.PROCESSING, to=S.DRAFTING, by=A.BACK_OFFICE, label=_("Draft the permit"),
          done=_("Permit being drafted"), guards=(guards.inspected,), effect=effects.draft_permit),
    _move("draft_refusal", S.PROCESSING, to=S.DRAFTING, by=A.BACK_OFFICE, label=_("Draft a refusal"),
          done=_("Refusal being drafted"), effect=effects.draft_refusal),
    _move("submit_draft", S.DRAFTING, to=S.REVIEW, by=A.BACK_OFFICE, label=_("Hand in the draft"),
          done=_("Draft handed in"), guards=(guards.refusal_has_reasons,)),
    _move("rethink", S.DRAFTING, to=S.PROCESSING, by=A.BACK_OFFICE, label=_("Back to processing"),
          done=_("Back to processing")),
    _move("approve", S.REVIEW, to=S.SIGNING, by=A.OFFICIAL, label=_("Approve the draft"),
          done=_("Draft approved"), when=(guards.drafts_permit, guards.fee_settled)),
    _move("bill", S.REVIEW, to=S.PAYMENT, by=A.OFFICIAL, label=_("Approve the draft and send the bill"),
          done=_("Draft approved, bill sent"), when=(guards.drafts_permit, guards.fee_due),
          effect=effects.send_bill, tells=True),
    _move("approve_refusal", S.REVIEW, to=S.SIGNING, by=A.OFFICIAL, label=_("Approve the refusal"),
          done=_("Refusal approved"), when=(guards.drafts_refusal,), guards=(guards.refusal_has_reasons,)),
    _move("send_back", S.REVIEW, to=S.DRAFTING, by=A.OFFICIAL, label=_("Send the draft back"),
          done=_("Draft sent back"), guards=(guards.has_note,)),
    _move("settle", S.PAYMENT, to=S.SIGNING, by=A.FRONT_OFFICE, label=_("Record the payment"),
          done=_("Paid"), guards=(guards.has_payment, guards.proof_is_there), effect=effects.settle_fee,
          tells=True),
    _move("settle_online", S.PAYMENT, to=S.SIGNING, by=A.SYSTEM, label=_("Record the payment"),
          done=_("Paid"), guards=(guards.has_payment,), effect=effects.settle_fee, tells=True),
    _move("sign", S.SIGNING, to=S.ISSUING, by=A.HEAD, label=_("Sign"), done=_("Signature given"),
          when=(guards.drafts_permit,),
          guards=(guards.fee_settled, guards.second_factor)),
    _move("sign_refusal", S.SIGNING, to=S.ISSUING, by=A.HEAD, label=_("Sign the refusal"),
          done=_("Signature given"), when=(guards.drafts_refusal,),
          guards=(guards.second_factor,)),
    _move("send_back_signing", S.SIGNING, to=S.DRAFTING, by=A.HEAD, label=_("Send the draft back"),
          done=_("Draft sent back"), guards=(guards.has_note,)),
    _move("finish", S.ISSUING, to=S.ISSUED, by=A.SYSTEM, label=_("Finish"), done=_("Issued"),
          when=(guards.drafts_permit,), tells=True),
    _move("finish_refusal", S.ISSUING, to=S.REFUSED, by=A.SYSTEM, label=_("Finish"), done=_("Refused"),
          when=(guards.drafts_refusal,), tells=True),
    _move("signer_refused", S.ISSUING, to=S.SIGNING, by=A.SYSTEM, label=_("Back to the signer"),
          done=_("The signing service refused"), guards=(guards.has_note,)),
    _move("withdraw", S.DRAFT, S.SUBMITTED, S.RETURNED, S.ACCEPTED, S.PROCESSING, to=S.WITHDRAWN,
          by=A.APPLICANT, label=_("Withdraw"), done=_("Withdrawn by the applicant"), tells=True),
)  # fmt: skip


class Forbidden(Refused):
    """Not this person's move."""


class StaleCase(Refused):
    """Somebody else was faster; the text says who did what and when."""


Follower = Callable[[Application, Event], None]
_followers: list[Follower] = []


def follow(function: Follower) -> Follower:
    """Registers what is to happen after every move, in its transaction: notices, for example."""
    _followers.append(function)
    return function


def may_act(application: Application, actor: Actor, user: User | None) -> bool:
    """The front office acts for whom it filed for, members for their company, a substitute for the head."""
    if actor == A.SYSTEM or user is None:
        return actor == A.SYSTEM and user is None
    if actor == A.HEAD:
        return may_sign(user, timezone.localdate())
    if actor != A.APPLICANT:
        return user.has_role(Role(actor.value))
    if application.applicant_id == user.pk:
        return user.is_active
    if application.assisted and user.has_role(Role.FRONT_OFFICE):
        return True
    mine = Membership.objects.filter(user=user, company=application.company_id)
    return application.company_id is not None and user.is_active and mine.exists()


def allowed_moves(application: Application, user: User | None) -> list[Transition]:
    """What `user` is offered now, in the order of the table. A move may still be refused with its reason."""
    here = [one for one in MOVES.values() if application.status in one.sources]
    acts = {actor: may_act(application, actor, user) for actor in {one.actor for one in here}}
    return [
        one
        for one in here
        if acts[one.actor] and all(guard(application, user, {}) is None for guard in one.when)
    ]


def apply(
    application: Application,
    move: str,
    *,
    by: User | None,
    data: Mapping[str, Any] | None = None,
    seen: int | None = None,
) -> Event:
    """Makes a move: all of it or nothing. `application` is brought up to date, also when it is refused.

    `seen`: the number of events that whoever decided had before them; a newer one raises StaleCase.
    `data`: "note" goes into the event; what else a move takes, its guards and effect say.
    """
    data = data or {}
    wanted = MOVES.get(move)
    if wanted is None:
        raise Refused(_now("There is no such move. Load the page again and choose from what it offers."))
    try:
        with transaction.atomic():
            row = _locked(application.pk)
            _check(row, wanted, by, data, seen)
            event = Event(
                application=row,
                move=wanted.name,
                source=row.status,
                target=wanted.target,
                role=wanted.actor,
                by=by,
                at=timezone.now(),
                note=str(data.get("note", "")).strip(),
                facts=wanted.effect(row, by, data),
            )
            row.save(update_fields=_EFFECTS)
            event.save(force_insert=True)
            if wanted.after:
                wanted.after(row, event)
            row.refresh_from_db(fields=["status", "events_count", "head"])
            wind(row)
            for follower in _followers:
                follower(row, event)
    finally:
        application.refresh_from_db()
    return event


_EFFECTS = (
    "registration_number",
    "pin_hash",
    "submission_hash",
    "submitted_at",
    "answers",
    "personal",
    "fee",
    "fee_settled_at",
)


def wind(application: Application) -> None:
    """Writes what the clock says now, for lists that sort by it."""
    events = list(application.events.order_by("ordinal"))
    reading = clock.read(clock.service_days(application), events, timezone.localdate())
    application.accepted_on, application.promised_on = reading.accepted_on, reading.promised_on
    application.due_on = reading.due_on
    application.save(update_fields=["accepted_on", "promised_on", "due_on", "changed_at"])


def _locked(pk: int) -> Application:
    rows = Application.objects.select_for_update(of=("self",)).select_related("version__type")
    return rows.get(pk=pk)


def _check(
    row: Application, wanted: Transition, by: User | None, data: Mapping[str, Any], seen: int | None
) -> None:
    if not may_act(row, wanted.actor, by):
        raise Forbidden(
            _now("“%(move)s” is for: %(role)s.") % {"move": wanted.label, "role": wanted.actor.label}
        )
    if row.status not in wanted.sources or (seen is not None and seen != row.events_count):
        raise _too_late(row, wanted)
    staff = by is not None and wanted.actor not in (A.APPLICANT, A.SYSTEM)
    if staff and by is not None and (refusal := duties.refusal(row, wanted.name, by)):
        raise Forbidden(refusal)
    for guard in (*wanted.when, *wanted.guards):
        refusal = guard(row, by, data)
        if refusal:
            raise Refused(refusal)


def _too_late(row: Application, wanted: Transition) -> Refused:
    newest = row.events.select_related("by").order_by("-ordinal").first()
    if newest is None:
        return Refused(_now("This application was not sent yet, so it cannot be decided."))
    return StaleCase(
        _now(
            "%(who)s was here before you: %(what)s, %(when)s. It is now at: %(status)s. Nothing was changed."
        )
        % {
            "who": who(newest),
            "what": what(newest),
            "when": date_format(timezone.localtime(newest.at), "j F Y H.i"),
            "status": Status(row.status).label,
        }
    )


def what(event: Event) -> str:
    """What was done, in the office's words; a move that the table knows no longer keeps its name."""
    return str(MOVES[event.move].done) if event.move in MOVES else event.move


def who(event: Event) -> str:
    """Names staff by name to staff's own pages; the applicant's pages name roles instead."""
    if event.by is None:
        return str(A.SYSTEM.label)
    return event.by.called
