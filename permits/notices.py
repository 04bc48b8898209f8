"""What an applicant is told, and when: one message for each move that concerns them.

A message names the registration number, what happened, what to do now, and where. It goes to the address of
whoever files, never holds the PIN, and no personal data but the name.
"""

from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from geoportal import outbox
from permits import survey
from permits.models import DECIDED, Application, Event
from permits.models import ApplicationStatus as Status
from permits.workflow import MOVES, follow

Texts = tuple[str | Promise, str | Promise]
_PUT_RIGHT: Final[Texts] = (
    _("Your application needs a correction"),
    _("Open it, read what is asked for, put it right and send it again."),
)

_PAID: Final[Texts] = (
    _("Your payment was recorded"),
    _("The letter goes to the head of office to be signed. There is nothing you need to do."),
)

#: move -> what happened, what to do now
TOLD: Final[Mapping[str, Texts]] = {
    "submit": (
        _("Your application was received"),
        _("The front office looks at it within one working day. Keep the receipt: its PIN shows progress."),
    ),
    "accept": (
        _("Your application is complete"),
        _("The office works on it from today. There is nothing you need to do."),
    ),
    "return": _PUT_RIGHT,
    "return_verified": _PUT_RIGHT,
    "resubmit": (
        _("Your corrections were received"),
        _("The front office looks at them next. There is nothing you need to do."),
    ),
    "lapse": (
        _("Your application was closed because nobody answered"),
        _("If you still need the permit, begin a new application; it costs nothing to begin."),
    ),
    "order_inspection": (
        _("The place you applied for will be visited"),
        _("An inspector comes to look at it. Please see to it that somebody can show the place."),
    ),
    "cancel_inspection": (
        _("The site visit was cancelled"),
        _("Nobody comes to look for now. There is nothing you need to do."),
    ),
    "bill": (
        _("A fee is to be paid"),
        _("The amount and how to pay stand on the page of your application. The letter is signed after it."),
    ),
    "settle": _PAID,
    "settle_online": _PAID,
    "finish": (
        _("Your letter was issued"),
        _("Open your application to get the letter, or collect it at the counter."),
    ),
    "finish_refusal": (
        _("Your application was refused"),
        _("The reasons stand in the letter. Ask at the counter if you want them explained."),
    ),
    "withdraw": (
        _("Your application was withdrawn"),
        _("Nothing more is done with it. A new one can be begun at any time."),
    ),
}


@follow
def tell(application: Application, event: Event) -> None:
    """After a move, in its transaction. A draft that is thrown away concerns nobody but its writer."""
    if event.move not in TOLD or not MOVES[event.move].tells or application.registration_number is None:
        return
    happened, now = TOLD[event.move]
    notify(
        application,
        what=happened,
        now=now,
        kind=f"application.{event.move}",
        key=f"application.{application.pk}.event.{application.events_count}",
    )


def notify(
    application: Application,
    *,
    what: str | Promise,
    now: str | Promise,
    kind: str,
    key: str,
    values: Mapping[str, object] | None = None,
) -> None:
    """Tells whoever files about their application, in Indonesian; the same `key` tells nothing twice.

    `values` are put into `now`.
    """
    number = application.registration_number or ""
    with override("id"):
        happened = str(what)
        lines = [
            _now("Dear %(name)s,") % {"name": " ".join(application.applicant_name.split())},
            _now("%(what)s.\nRegistration number: %(number)s\nPermit type: %(type)s")
            % {"what": happened, "number": number, "type": application.version.type.name},
            str(now) % values if values else str(now),
        ]
        if application.promised_on and application.status == Status.ACCEPTED:
            day = date_format(application.promised_on, "j F Y")
            lines.append(_now("Promised for %(day)s.") % {"day": day})
    if settings.SITE_URL:
        lines.append(settings.SITE_URL + _page(application))
        if application.status in DECIDED and kind.startswith("application."):
            link = settings.SITE_URL + reverse("survey", args=[survey.token(application)])
            lines.append(_now("How was our service? Nine short questions: %(link)s") % {"link": link})
    lines.append(settings.OFFICE_NAME)
    mail, phone = addresses(application)
    send(mail, phone, subject=f"{happened} ({number})", body="\n\n".join(lines), kind=kind, key=key)


def addresses(application: Application) -> tuple[str, str]:
    """E-mail and phone of whoever files: the account's, which are verified, else what the form says."""
    account = application.applicant
    return (
        (account.email if account else "") or application.applicant_email,
        (account.phone if account else "") or application.applicant_phone,
    )


def send(mail: str, phone: str, *, subject: str, body: str, kind: str, key: str) -> None:
    """By every way there is. An address that is none must not stop the move that it belongs to."""
    for email, number in ((mail, ""), ("", phone)):
        try:
            outbox.send(email=email, phone=number, kind=kind, subject=subject, body=body, key=key)
        except outbox.BadMessage:
            continue


def _page(application: Application) -> str:
    if application.applicant_id:
        return reverse("apply-own", args=[application.public_id])
    return f"{reverse('track')}?nomor={application.registration_number}"
