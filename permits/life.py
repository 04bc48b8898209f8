"""The life of an issued permit: suspended, revoked, reinstated by a signed letter (permits.decisions).

The dates on the permit are all that the map and validation read, and triggers carry them there at once; the
decision itself stays on record as a PermitAct.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from geoportal.accounts.models import User
from permits import notices
from permits.models import Act, Letter, Permit, PermitAct
from permits.refusals import Refused
from permits.reminders import holders
from permits.status import VALID, Status, StatusOf

_FROM: Final[Mapping[Act, frozenset[Status]]] = {
    Act.SUSPEND: VALID,
    Act.REVOKE: VALID | {Status.SUSPENDED},
    Act.REINSTATE: frozenset({Status.SUSPENDED, Status.REVOKED}),
}
_TOLD: Final[Mapping[Act, Promise]] = {
    Act.SUSPEND: gettext_lazy("Your permit %(number)s was suspended"),
    Act.REVOKE: gettext_lazy("Your permit %(number)s was revoked"),
    Act.REINSTATE: gettext_lazy("Your permit %(number)s is in force again"),
}


def status_of(permit: Permit) -> Status:
    """As the public is told it today."""
    return Status(Permit.objects.annotate(now=StatusOf()).values_list("now", flat=True).get(pk=permit.pk))


def possible(permit: Permit) -> list[Act]:
    """What can be decided about it now."""
    if permit.registered_only:
        return []
    now = status_of(permit)
    return [
        act for act, sources in _FROM.items() if now in sources and not _ended_by_holder(permit, act, now)
    ]


def _ended_by_holder(permit: Permit, act: Act, now: Status) -> bool:
    """Revoked, and not by a decision of ours: a closure that was asked for, or a record from before."""
    if act != Act.REINSTATE or now != Status.REVOKED:
        return False
    newest = permit.acts.order_by("-id").first()
    return newest is None or newest.act != Act.REVOKE


def check(permit: Permit, act: Act) -> None:
    """Raises Refused where `act` does not fit the permit as it is now."""
    if permit.registered_only:
        raise Refused(_("This is a registration in OSS: this office neither gave it nor can take it."))
    if act not in possible(permit):
        raise Refused(
            _("“%(act)s” does not fit: the permit is now “%(status)s”.")
            % {"act": act.label, "status": status_of(permit).label}
        )


def put_in_effect(
    permit: Permit, act: Act, *, reason: str, letter: str, document: Letter, on: date, by: User
) -> PermitAct:
    """What a signed letter says, in the caller's transaction, which holds the row of `permit`.

    It was checked when the head signed. What came between is not undone: a closure that the holder asked for
    outlives a reinstatement.
    """
    if act == Act.REINSTATE:
        newest = permit.acts.order_by("-id").first()
        permit.suspended_on = None
        if newest is not None and newest.act == Act.REVOKE:
            permit.revoked_on = None
    elif act == Act.SUSPEND:
        permit.suspended_on = on
    else:
        permit.revoked_on = permit.revoked_on or on
    permit.save(update_fields=["suspended_on", "revoked_on"])
    made = PermitAct.objects.create(
        permit=permit, act=act, on=on, reason=reason, letter=letter, document=document, by=by
    )
    _tell(permit, made)
    return made


def _tell(permit: Permit, made: PermitAct) -> None:
    with override("id"):
        subject = str(_TOLD[Act(made.act)]) % {"number": permit.number}
        lines = [
            f"{subject}.",
            _("The reasons stand in the letter: %(letter)s.") % {"letter": made.letter},
            _("Ask the office if something is unclear, or if you disagree."),
        ]
        if settings.SITE_URL and made.document_id:
            link = settings.SITE_URL + reverse("decision-letter", args=[made.document_id])
            lines.append(_("Sign in to get the letter: %(link)s") % {"link": link})
        lines.append(settings.OFFICE_NAME)
        for who, mail, phone in holders(permit):
            notices.send(
                mail,
                phone,
                subject=subject,
                body="\n\n".join(lines),
                kind=f"permit.{made.act}",
                key=f"permit.{permit.pk}.act.{made.pk}.{who}",
            )
