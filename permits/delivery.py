"""The letter's way to its holder: download, counter, or Pos Indonesia.

    choose      the applicant says how
    send        the post room gives it to the post, with a tracking number
    arrived, came_back, lost, send_again, ask_the_post
    hand_over   at the counter, to who has the PIN or gives a name

Each locks the row, so of two people who act at once one is told what the other did.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Final

from django.contrib.auth.hashers import check_password
from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.daily import daily
from permits import notices, post, workflow
from permits.models import DECIDED, Application, Delivery, DeliveryEvent, DeliveryState, Way
from permits.models import ApplicationStatus as Status
from permits.refusals import Refused
from permits.workflow import Actor, Forbidden

log = logging.getLogger("permits.delivery")
S = DeliveryState
TRACKING: Final = re.compile(r"[A-Z0-9]{8,30}")
MOST_LINES: Final = 5
#: The way may still be changed.
OPEN: Final = frozenset({S.PREPARED, S.RETURNED, S.RESENDING})


def choose(
    application: Application, *, way: Way, recipient: str = "", address: str = "", by: User
) -> Delivery:
    """How the applicant wants the letter; may be changed until it is sent or handed over. Raises Refused."""
    if not workflow.may_act(application, Actor.APPLICANT, by):
        raise Forbidden(_("This application is somebody else's."))
    if application.status in (Status.DRAFT, Status.WITHDRAWN):
        raise Refused(_("There will be a letter to deliver once the application is sent."))
    lines = [" ".join(line.split())[:80] for line in address.splitlines() if line.strip()]
    recipient = " ".join(recipient.split())[:100]
    if way == Way.POST and not (recipient and len(lines) >= 2):
        raise Refused(_("Write the name, then street and number, then village, city and postal code."))
    if len(lines) > MOST_LINES:
        raise Refused(_("An address label holds %d lines. Put some of them together.") % MOST_LINES)
    by_post = way == Way.POST
    with transaction.atomic():
        Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
        found = Delivery.objects.filter(application=application).first() or Delivery(application=application)
        if found.state not in OPEN:
            raise Refused(_("The letter is on its way or was handed over: %s.") % found.get_state_display())
        found.way = way
        found.recipient, found.address = (recipient, "\n".join(lines)) if by_post else ("", "")
        # a letter that came back goes out again to the address that is written now
        again = S.RESENDING if found.state != S.PREPARED and by_post else S.PREPARED
        _write(found, again, by=by, note=_("Chosen: %s") % way.label)
    return found


def send(delivery: Delivery, *, tracking_number: str, by: User) -> None:
    number = "".join(tracking_number.upper().split())
    _post_room(by)
    if not TRACKING.fullmatch(number):
        raise Refused(
            _("A tracking number has 8 to 30 letters and digits. Copy it from the receipt of the post.")
        )
    try:
        with _locked(delivery, S.PREPARED, S.RESENDING) as row:
            row.tracking_number = number
            _write(row, S.SENT, by=by)
            _tell(
                row,
                gettext_lazy("Your letter was posted"),
                gettext_lazy("Pos Indonesia brings it. Tracking number: %(resi)s."),
                {"resi": number},
            )
    except IntegrityError as error:
        raise Refused(
            _("This tracking number belongs to another letter. Look at the receipt again.")
        ) from error


def arrived(delivery: Delivery, *, by: User | None, note: str = "") -> None:
    """`by` None: the post said so."""
    _post_room(by)
    with _locked(delivery, S.SENT) as row:
        _write(row, S.RECEIVED, by=by, note=note)
        _tell(
            row,
            gettext_lazy("Your letter was delivered"),
            gettext_lazy("If you did not get it, tell the office: it asks the post."),
        )


def came_back(delivery: Delivery, *, by: User | None, note: str = "") -> None:
    """The applicant is asked for a better address; until then it waits in the post room."""
    _post_room(by)
    with _locked(delivery, S.SENT) as row:
        _write(row, S.RETURNED, by=by, note=note)
        _tell(
            row,
            gettext_lazy("The post brought your letter back"),
            gettext_lazy(
                "Open your application and put the address right, or collect the letter at the counter."
            ),
        )


def lost(delivery: Delivery, *, by: User, note: str) -> None:
    """A new print goes out, under a new tracking number."""
    _post_room(by)
    if not note.strip():
        raise Refused(_("Write what the post said: the file keeps it."))
    with _locked(delivery, S.SENT) as row:
        _write(row, S.RESENDING, by=by, note=_("Lost: %s") % note.strip())
        _tell(
            row,
            gettext_lazy("Your letter was lost by the post"),
            gettext_lazy("We are sorry. It is printed and posted again; there is nothing you need to do."),
        )


def send_again(delivery: Delivery, *, by: User) -> None:
    """Back into the print queue, to the same address."""
    _post_room(by)
    with _locked(delivery, S.RETURNED) as row:
        _write(row, S.RESENDING, by=by)


def hand_over(application: Application, *, pin: str = "", name: str = "", by: User) -> None:
    """At the counter: to who knows the PIN, or to who gives a name, which is kept. Raises Refused."""
    if not by.has_role(Role.FRONT_OFFICE):
        raise Forbidden(_("Letters are handed over by the front office."))
    name, pin = " ".join(name.split())[:100], "".join(pin.split())
    if not name and not pin:
        raise Refused(_("Ask for the PIN, or write the name of who receives the letter."))
    if pin and not check_password(pin, application.pin_hash):
        raise Refused(_("This PIN is not the one of this application. Compare it with the receipt."))
    with transaction.atomic():
        row = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
        if row.status not in DECIDED:
            raise Refused(_("There is no letter yet."))
        found = Delivery.objects.filter(application=row).first() or Delivery(application=row)
        if found.state not in OPEN:
            raise Refused(_("The letter is on its way or was handed over: %s.") % found.get_state_display())
        found.way, found.recipient, found.address, found.received_by = Way.COUNTER, "", "", name
        _write(found, S.RECEIVED, by=by, note=_("By PIN") if pin else _("By name"))
        _tell(
            found,
            gettext_lazy("Your letter was handed over at the counter"),
            gettext_lazy("If it was not you or somebody you sent, tell the office at once."),
        )


def ask_the_post(delivery: Delivery) -> bool:
    """Whether the answer moved it on. Raises post.PostUnavailable."""
    report = post.post().status(delivery.tracking_number)
    moves = {post.Whereabouts.DELIVERED: arrived, post.Whereabouts.RETURNED: came_back}
    if report.where not in moves:
        return False
    try:
        moves[report.where](delivery, by=None, note=report.note)
    except Refused:  # the post room was faster
        return False
    return True


@daily
def follow_the_post(on: date) -> int:
    """Asks for every letter that is on its way; how many moved on."""
    if not post.post().configured:
        return 0
    moved = 0
    with override("id"):
        for one in Delivery.objects.on_the_way().order_by("pk").iterator():
            try:
                moved += ask_the_post(one)
            except post.PostUnavailable as error:
                log.warning("the post cannot be asked: %s", error)
                break
    return moved


def _post_room(by: User | None) -> None:
    if by is not None and not by.has_role(Role.BACK_OFFICE):
        raise Forbidden(_("The post room is for the back office."))


@contextmanager
def _locked(delivery: Delivery, *states: DeliveryState) -> Iterator[Delivery]:
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(of=("self",)).select_related("application__version__type")
        row = rows.get(pk=delivery.pk)
        if row.way != Way.POST or row.application.status not in DECIDED:
            raise Refused(_("This letter does not go by post."))
        if row.state not in states:
            raise Refused(_("Somebody was faster: this letter is now “%s”.") % row.get_state_display())
        yield row
    delivery.refresh_from_db()


def _write(row: Delivery, state: DeliveryState, *, by: User | None, note: str = "") -> None:
    row.state, row.events_count = state, row.events_count + 1
    if state in (S.RESENDING, S.PREPARED):
        row.tracking_number = ""
    row.save()
    DeliveryEvent.objects.create(
        delivery=row,
        ordinal=row.events_count,
        state=state,
        tracking_number=row.tracking_number,
        note=note.strip()[:300],
        by=by,
    )


def _tell(
    row: Delivery, what: Promise | str, now: Promise | str, values: dict[str, str] | None = None
) -> None:
    notices.notify(
        row.application,
        what=what,
        now=now,
        values=values,
        kind=f"delivery.{row.state}",
        key=f"delivery.{row.pk}.event.{row.events_count}",
    )
