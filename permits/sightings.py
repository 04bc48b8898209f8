"""Places where somebody missed a permit on the map: told without a name, looked into, never public."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from geoportal import outbox
from geoportal.accounts.models import User
from geoportal.accounts.rights import holds
from geoportal.accounts.roles import Role
from permits import notices
from permits.effects import key_hash
from permits.models import Outcome, Permit, Sighting, SightingQuerySet, SightingState, SpotCheck, Upload
from permits.numbers import allocate
from permits.refusals import Refused, too_late

DECIDERS: Final = (Role.BACK_OFFICE, Role.OFFICIAL)
READERS: Final = (*DECIDERS, Role.INSPECTOR)


def may_read(user: User) -> bool:
    return holds(user, READERS)


def may_decide(user: User) -> bool:
    return holds(user, DECIDERS)


@dataclass(frozen=True)
class Words:
    """What somebody saw, and where: a point, or words that lead there."""

    text: str
    point: Point | None = None
    where: str = ""
    contact: str = ""
    uploads: Sequence[Upload] = field(default_factory=tuple)


def earlier(key: str) -> Sighting | None:
    """What the form with this key has made already."""
    return Sighting.objects.filter(key=key_hash(key)).first()


def report(words: Words, *, key: str) -> Sighting:
    """Records a place once a `key`. Whose account sent it is not kept."""
    try:
        with transaction.atomic():
            made = Sighting.objects.create(
                number=allocate("LAP-{year}-{seq:05}", on=timezone.localdate(), scope="sighting"),
                key=key_hash(key),
                point=words.point,
                where=" ".join(words.where.split())[:300],
                text=words.text,
                contact=words.contact,
            )
            made.uploads.set(words.uploads)
    except IntegrityError:
        found = earlier(key)
        if found is None:
            raise
        return found
    return made


def visible_to(user: User) -> SightingQuerySet:
    """All to who decides about them; to an inspector those that they were sent to."""
    if may_decide(user):
        return Sighting.objects.all()
    return (
        Sighting.objects.filter(spot_check__assigned_to=user) if may_read(user) else Sighting.objects.none()
    )


def visitors() -> QuerySet[User]:
    """Who can be sent."""
    found = User.objects.filter(is_active=True, roles__overlap=[Role.INSPECTOR, Role.BACK_OFFICE])
    return found.order_by("first_name", "last_name", "username")


def order_visit(sighting: Sighting, *, to: User | None, errand: str, by: User) -> SpotCheck:
    """Sends somebody there."""
    if to is None or not holds(to, (Role.INSPECTOR, Role.BACK_OFFICE)):
        raise Refused(_("Choose who is to go: an inspector, or somebody of the back office."))
    with transaction.atomic():
        row = _locked(sighting, by, SightingState.NEW)
        row.state = SightingState.VISIT
        row.save(update_fields=["state"])
        return SpotCheck.objects.create(
            sighting=row, assigned_to=to, errand=errand.strip()[:500], ordered_by=by
        )


def dismiss(sighting: Sighting, reason: str, *, by: User) -> None:
    """Without a visit, or before it was made."""
    if not reason.strip():
        raise Refused(_("Say why nothing is to be done: it is kept with the report."))
    with transaction.atomic():
        row = _locked(sighting, by, SightingState.NEW, SightingState.VISIT)
        row.state, row.dismissal = SightingState.DISMISSED, reason.strip()[:500]
        row.dismissed_at, row.dismissed_by = timezone.now(), by
        row.save(update_fields=["state", "dismissal", "dismissed_at", "dismissed_by"])
        _tell(row)


@dataclass(frozen=True)
class Finding:
    """What a visit found. `number`: of the permit, where there is one."""

    outcome: Outcome
    visited_on: date
    findings: str = ""
    number: str = ""


def record(sighting: Sighting, found: Finding, *, by: User) -> SpotCheck:
    """The visit's result, by who was sent or by who decides."""
    if found.visited_on > timezone.localdate():
        raise Refused(_("A visit cannot lie in the future."))
    if found.outcome != Outcome.PERMIT and not found.findings.strip():
        raise Refused(_("Say what was found: what is done next rests on it."))
    number = " ".join(found.number.split())
    permit = Permit.objects.filter(number=number).first() if number else None
    if number and permit is None:
        raise Refused(_("No permit has this number. Copy it from the letter."))
    with transaction.atomic():
        row = _locked(sighting, by, SightingState.VISIT)
        check = row.spot_check
        check.outcome, check.permit = found.outcome, permit
        check.findings, check.visited_on = found.findings.strip()[:4000], found.visited_on
        check.reported_by, check.reported_at = by, timezone.now()
        check.save()
        row.state = SightingState.VISITED
        row.save(update_fields=["state"])
        _tell(row)
        return check


def _locked(sighting: Sighting, by: User, *states: SightingState) -> Sighting:
    """Within a transaction, in one of `states`; else it is told who was here before."""
    row = visible_to(by).select_for_update(of=("self",)).filter(pk=sighting.pk).first()
    if row is None or (states != (SightingState.VISIT,) and not may_decide(by)):
        raise Refused(_("Back office and officials decide about reports; who was sent reports the visit."))
    if row.state not in states:
        by_whom, at = _last(row)
        raise too_late(by_whom, row.get_state_display(), at)
    return row


def _last(row: Sighting) -> tuple[User | None, datetime | None]:
    """Who brought it to where it is, and when."""
    check = SpotCheck.objects.filter(sighting=row).select_related("reported_by", "ordered_by").first()
    if row.dismissed_by is None and check is not None:
        return check.reported_by or check.ordered_by, check.reported_at or check.ordered_at
    return row.dismissed_by, row.dismissed_at


def _tell(row: Sighting) -> None:
    """Whoever left a contact hears that it was looked into; what was found concerns somebody else."""
    if not row.contact:
        return
    with override("id"):
        subject = _("Your report was looked into")
        body = _("The office looked into your report %(number)s. Thank you.") % {"number": row.number}
    mail, phone = outbox.mail_or_phone(row.contact)
    text = f"{body}\n\n{settings.OFFICE_NAME}"
    key = f"sighting.{row.pk}.{row.state}"
    notices.send(mail, phone, subject=f"{subject} ({row.number})", body=text, kind="sighting", key=key)
