"""Writing applications: the verbs of the applicant and of the desks. Moves: permits.workflow.apply."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.gis.geos import Point, Polygon
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.geography.quality import Quality
from geoportal.ids import new_id
from permits import pins, workflow
from permits.effects import key_hash
from permits.models import (
    EDITABLE,
    Application,
    ApplicationSite,
    Draft,
    Note,
    Permit,
    PermitType,
    Purpose,
    Stage,
    VersionState,
)
from permits.models import (
    ApplicationStatus as Status,
)
from permits.refusals import Refused
from permits.workflow import Actor, Forbidden

KEY_LENGTH = 26
MOST_DRAFTS = 20  # of one person at a time; the counter files for many


@dataclass(frozen=True)
class Consent:
    """Of somebody who walked in. `proxy`: who holds the power of attorney (surat kuasa), "" for nobody."""

    given: bool
    proxy: str = ""


def begin(
    kind: PermitType,
    purpose: Purpose,
    *,
    by: User,
    former: Permit | None = None,
    consent: Consent | None = None,
) -> Application:
    """A new draft of the type's version in use. Pressed twice, it returns the one that nobody wrote in yet.

    `consent`: the front office files for somebody who is here. Raises Refused.
    """
    version = kind.versions.filter(state=VersionState.ACTIVE).first()
    if kind.stage != Stage.ACTIVE or version is None:
        raise Refused(_("This permit type cannot be applied for here yet. Ask at the counter."))
    if consent is not None and not by.has_role(Role.FRONT_OFFICE):
        raise Forbidden(_("Filing for somebody is for the front office."))
    if consent is not None and not consent.given:
        raise Refused(_("Filing for somebody needs their consent: ask, then tick it."))
    mine = {"applicant": None, "filed_by": by} if consent else {"applicant": by, "filed_by": None}
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)  # two presses follow each other
        untouched = Application.objects.filter(
            version=version, purpose=purpose, former=former, status=Status.DRAFT, revision=0, **mine
        ).first()
        if untouched and consent is None:
            return untouched
        drafts = Application.objects.filter(applicant=by, status=Status.DRAFT)
        if consent is None and drafts.count() >= MOST_DRAFTS:
            raise Refused(
                _("You have %d drafts already. Send one, or cancel one that you no longer need.")
                % MOST_DRAFTS
            )
        return Application.objects.create(
            version=version,
            purpose=purpose,
            former=former,
            applicant_name=by.get_full_name() if consent is None else "",
            applicant_email=by.email if consent is None else "",
            consented_at=timezone.now() if consent else None,
            proxy=consent.proxy.strip() if consent else "",
            **(_of_permit(former) if former else {}),
            **mine,
        )


def _of_permit(former: Permit) -> dict[str, object]:
    return {"company": former.company, "holder_name": former.company.name}


def editable(application: Application, by: User) -> None:
    """Raises Forbidden or Refused unless `by` may change the application now."""
    if not workflow.may_act(application, Actor.APPLICANT, by):
        raise Forbidden(_("This application is somebody else's."))
    if application.status not in EDITABLE:
        raise Refused(_("This application was sent, so it cannot be changed unless the office returns it."))


@dataclass(frozen=True)
class Place:
    address: str = ""
    point: Point | None = None
    area: Polygon | None = None
    quality: Quality = Quality.BUILDING


def save_places(application: Application, places: Sequence[Place], *, by: User) -> None:
    """Replaces the places asked for."""
    with transaction.atomic():
        row = opened(application, by)
        replace_places(row, places)
        written(row)
    application.refresh_from_db()


def replace_places(row: Application, places: Sequence[Place]) -> None:
    """Within the transaction of whoever has opened the application."""
    ApplicationSite.objects.filter(application=row).delete()
    for n, place in enumerate(places, 1):
        known = place.point is not None or place.area is not None
        ApplicationSite.objects.create(
            application=row,
            ordinal=n,
            address=place.address,
            point=place.point or (place.area.point_on_surface if place.area else None),
            area=place.area,
            quality=place.quality if known else Quality.UNKNOWN,
        )


def opened(application: Application, by: User) -> Application:
    """The application, locked and allowed to be changed by `by`. Within a transaction."""
    row = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    editable(row, by)
    return row


def written(row: Application, *fields: str) -> None:
    """Saves columns of an opened application and counts the change."""
    row.revision += 1
    row.save(update_fields=["revision", "changed_at", *fields])


def submit(application: Application, *, key: str, by: User) -> str:
    """Sends a draft and returns its PIN, of which only a hash is kept.

    `key`: random, made with the form. The same key again returns the same PIN and sends nothing twice.
    """
    if len(key) < KEY_LENGTH:
        raise Refused(_("Open the summary again and send the application from there."))
    pin = pins.derive(application.pk, key)
    with transaction.atomic():
        row = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
        if row.submission_hash == key_hash(key) and workflow.may_act(row, Actor.APPLICANT, by):
            application.refresh_from_db()
            return pin if check_password(pin, row.pin_hash) else ""
        workflow.apply(row, "submit", by=by, data={"key": key, "pin": pin})
    application.refresh_from_db()
    return pin


def new_pin(application: Application, *, by: User) -> str:
    """For who lost it: the old one opens nothing any more."""
    if not workflow.may_act(application, Actor.APPLICANT, by) and not by.has_role(Role.FRONT_OFFICE):
        raise Forbidden(_("This application is somebody else's."))
    if application.registration_number is None:
        raise Refused(_("A PIN comes with the registration number, when the application is sent."))
    pin = pins.derive(application.pk, new_id(KEY_LENGTH))
    application.pin_hash = make_password(pin)
    application.save(update_fields=["pin_hash"])
    return pin


def add_note(application: Application, text: str, *, by: User) -> Note:
    if not by.works_here:
        raise Forbidden(_("Notes are for staff."))
    if not text.strip():
        raise Refused(_("The note is empty."))
    return Note.objects.create(application=application, text=text.strip()[:2000], by=by)


def assign(applications: Iterable[int], *, to: User | None, by: User) -> int:
    """Gives open applications to a member of staff, or back to nobody; returns how many."""
    if not by.works_here:
        raise Forbidden(_("Assigning is for staff."))
    if to is not None and not to.works_here:
        raise Refused(_("Only staff can be given a file."))
    return Application.objects.filter(pk__in=list(applications)).filed().open().update(assigned_to=to)


def write_draft(
    application: Application,
    *,
    conditions: Sequence[str],
    copies_to: Sequence[str],
    reasons: str,
    by: User,
) -> None:
    """The wording of this case's letter, while the back office drafts."""
    if application.status != Status.DRAFTING or not by.has_role(Role.BACK_OFFICE):
        raise Forbidden(_("A draft is written by the back office, while the letter is drafted."))
    Draft.objects.filter(application=application).update(
        conditions=[line[:500] for line in conditions],
        copies_to=[line[:200] for line in copies_to],
        reasons=reasons[:4000],
        by=by,
        changed_at=timezone.now(),
    )


def lapse(on: date, *, after_days: int) -> int:
    """Closes returned applications that nobody answered for `after_days`; returns how many."""
    closed = 0
    waiting = Application.objects.filter(status=Status.RETURNED)
    for application in waiting.iterator(chunk_size=200):
        newest = application.events.latest("ordinal")
        if (on - timezone.localdate(newest.at)).days >= after_days:
            note = _("Nobody answered within %d days.") % after_days
            try:
                workflow.apply(application, "lapse", by=None, data={"note": note}, seen=newest.ordinal)
            except workflow.StaleCase:  # answered at this moment
                continue
            closed += 1
    return closed
