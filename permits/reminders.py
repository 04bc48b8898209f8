"""Once a day: unanswered files are closed, and holders hear 60, 30 and 7 days before a permit ends."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from geoportal.daily import daily
from permits import applications, notices
from permits.models import FINAL, Application, Permit, Purpose

DAYS: Final = (7, 30, 60)  # before the end


@daily
def close_unanswered(on: date) -> int:
    with override("id"):
        return applications.lapse(on, after_days=settings.ANSWER_DAYS)


@daily
def remind_of_ends(on: date) -> int:
    """How many permits somebody is told of; once for each of DAYS, also after a day was missed."""
    told = 0
    with override("id"):
        for permit in _ending(on).iterator(chunk_size=500):
            assert permit.valid_until is not None  # noqa: S101  # chosen by it
            left = (permit.valid_until - on).days
            mark = next(days for days in DAYS if left <= days)
            # a permit for three weeks is not reminded of its end on the day it is issued
            if permit.issued_on and permit.issued_on > permit.valid_until - timedelta(days=mark):
                continue
            told += _remind(permit, mark)
    return told


def _ending(on: date) -> QuerySet[Permit]:
    """In force today, ending soon, and nobody has asked for its renewal yet."""
    asked = Application.objects.filter(purpose=Purpose.RENEWAL, former__isnull=False)
    asked = asked.filter(registration_number__isnull=False).exclude(status__in=FINAL - {"issued"})
    return (
        Permit.objects.published()
        .filter(valid_until__range=(on, on + timedelta(days=max(DAYS))), registered_only=False)
        .filter(revoked_on=None, suspended_on=None, replaced_by=None, demo=False)
        .exclude(pk__in=asked.values("former"))
        .select_related("type", "company")
        .order_by("pk")
    )


def _remind(permit: Permit, mark: int) -> int:
    assert permit.valid_until is not None  # noqa: S101  # chosen by it
    day = date_format(permit.valid_until, "j F Y")
    lines = [
        _("Your permit ends on %(day)s.\nNumber: %(number)s\nPermit type: %(type)s")
        % {"day": day, "number": permit.number, "type": permit.type.name},
        _("If you go on, apply for its renewal now; your data are filled in for you."),
    ]
    if settings.SITE_URL:
        lines.append(settings.SITE_URL + reverse("apply-choose"))
    lines.append(settings.OFFICE_NAME)
    found = 0
    for who, mail, phone in holders(permit):
        notices.send(
            mail,
            phone,
            subject=_("Your permit %(number)s ends on %(day)s") % {"number": permit.number, "day": day},
            body="\n\n".join(lines),
            kind="permit.ends",
            key=f"permit.{permit.pk}.ends.{permit.valid_until.isoformat()}.{mark}.{who}",
        )
        found = 1
    return found


def holders(permit: Permit) -> Iterator[tuple[str, str, str]]:
    """Who applied for it, and who may speak for the holder; each once."""
    application = Application.objects.filter(permit=permit).select_related("applicant").first()
    if application is not None:
        mail, phone = notices.addresses(application)
        if mail or phone:
            yield f"a{application.applicant_id or 0}", mail, phone
    for member in permit.company.memberships.select_related("user").filter(user__is_active=True):
        told = application is not None and application.applicant_id == member.user_id
        if not told and (member.user.email or member.user.phone):
            yield f"u{member.user_id}", member.user.email, member.user.phone
