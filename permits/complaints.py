"""Complaints: sent without an account, answered within working days, followed with number and PIN."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from geoportal import outbox
from geoportal.accounts.models import User
from geoportal.accounts.rights import holds
from geoportal.accounts.roles import Role
from permits import clock, notices, pins
from permits.effects import key_hash
from permits.models import (
    Application,
    Complaint,
    ComplaintDates,
    ComplaintState,
    Note,
    Permit,
    Topic,
    Upload,
)
from permits.numbers import allocate
from permits.refusals import Refused, too_late

DAYS: Final = 5  # working days to answer, as for a permit
YEAR: Final = timedelta(days=365)
READERS: Final = (Role.FRONT_OFFICE, Role.OFFICIAL, Role.HEAD)


def may_read(user: User) -> bool:
    """Complaints name people: the staff who answer them, not all staff."""
    return holds(user, READERS)


@dataclass(frozen=True)
class Words:
    """What somebody wrote. Everything but the topic and the text may be empty."""

    topic: Topic
    text: str
    about: str = ""
    sender: str = ""
    contact: str = ""
    uploads: Sequence[Upload] = field(default_factory=tuple)


def earlier(key: str) -> tuple[Complaint, str] | None:
    """What the form with this key has made already, and its PIN."""
    found = Complaint.objects.filter(key=key_hash(key)).first()
    return (found, pins.derive("complaint", key)) if found else None


def complain(words: Words, *, key: str, by: User | None) -> tuple[Complaint, str]:
    """Records a complaint once a `key` and returns it with its PIN, of which only a hash is kept."""
    today, pin = timezone.localdate(), pins.derive("complaint", key)
    about = " ".join(words.about.split())
    try:
        with transaction.atomic():
            made = Complaint.objects.create(
                number=allocate("ADU-{year}-{seq:05}", on=today, scope="complaint"),
                key=key_hash(key),
                pin_hash=make_password(pin),
                topic=words.topic,
                about=about,
                application=Application.objects.filter(registration_number=about).first() if about else None,
                permit=Permit.objects.filter(number=about).first() if about else None,
                text=words.text,
                sender=words.sender,
                contact=words.contact,
                account=by,
                due_on=clock.working_day_after(today, DAYS),
            )
            made.uploads.set(words.uploads)
            _tell_received(made)
    except IntegrityError:
        found = earlier(key)
        if found is None:
            raise
        return found
    return made, pin


def reply(complaint: Complaint, text: str, *, answered: bool, by: User) -> None:
    """Ends a complaint: with an answer, or closed with a reason. Either is read by its sender."""
    if not text.strip():
        raise Refused(_("Write the answer: whoever complained reads it."))
    with transaction.atomic():
        row = _open(complaint, by)
        row.state = ComplaintState.ANSWERED if answered else ComplaintState.CLOSED
        row.reply, row.replied_at, row.replied_by = text.strip()[:4000], timezone.now(), by
        row.save(update_fields=["state", "reply", "replied_at", "replied_by"])
        _tell_replied(row)


def forward(complaint: Complaint, number: str, *, by: User) -> Application:
    """Ties it to the case that it is about and puts it before that case's desks. It stays to be answered."""
    with transaction.atomic():
        row = _open(complaint, by)
        case = Application.objects.filter(registration_number="".join(number.split())[:20]).first()
        if case is None:
            raise Refused(_("No application has this registration number. Copy it from the case."))
        if row.forwarded_to_id == case.pk:
            raise Refused(_("This complaint was put before that case already."))
        row.forwarded_to = case
        row.save(update_fields=["forwarded_to"])
        text = _("Complaint %(number)s (%(topic)s): please see to it; its answer is due on %(day)s.")
        told = {
            "number": row.number,
            "topic": row.get_topic_display(),
            "day": date_format(row.due_on, "j F Y"),
        }
        Note.objects.create(application=case, text=text % told, by=by)
    return case


def _open(complaint: Complaint, by: User) -> Complaint:
    """Locked, and still to be answered. Within a transaction."""
    if not may_read(by):
        raise Refused(_("Complaints are answered by front office, officials and the head of office."))
    row = Complaint.objects.select_for_update(of=("self",)).select_related("replied_by").get(pk=complaint.pk)
    if row.state != ComplaintState.OPEN and row.replied_by and row.replied_at:
        raise too_late(row.replied_by, row.get_state_display(), row.replied_at)
    return row


def _tell_received(row: Complaint) -> None:
    with override("id"):
        what = _("We received your complaint")
        day = date_format(row.due_on, "j F Y")
        _tell(row, what, _("You get an answer by %(day)s. Keep the PIN of your receipt.") % {"day": day})


def _tell_replied(row: Complaint) -> None:
    with override("id"):
        closed = row.state == ComplaintState.CLOSED
        what = _("Your complaint was closed") if closed else _("Your complaint was answered")
        _tell(row, what, row.reply)


def _tell(row: Complaint, what: str, body: str) -> None:
    """By the contact that was left, if it is one."""
    if not row.contact:
        return
    lines = [f"{what}: {row.number}.", body]
    if settings.SITE_URL:
        lines.append(f"{settings.SITE_URL}{reverse('complaint-follow')}?nomor={row.number}")
    lines.append(settings.OFFICE_NAME)
    mail, phone = outbox.mail_or_phone(row.contact)
    key = f"complaint.{row.pk}.{row.state}"
    subject = f"{what} ({row.number})"
    notices.send(mail, phone, subject=subject, body="\n\n".join(lines), kind="complaint", key=key)


@dataclass(frozen=True)
class Figures:
    """Of the year that ends today. `days`: working days to the answer, on average; None while none is."""

    received: int
    answered: int
    days: float | None
    in_time: int


def figures(until: date) -> Figures | None:
    """From what is public of complaints; None where nobody complained."""
    rows = ComplaintDates.objects.filter(filed_on__gt=until - YEAR, filed_on__lte=until)
    dates = list(rows.values_list("filed_on", "replied_on"))
    if not dates:
        return None
    took = [clock.working_days(filed, replied) for filed, replied in dates if replied]
    mean = round(sum(took) / len(took), 1) if took else None
    return Figures(len(dates), len(took), mean, sum(days <= DAYS for days in took))
