"""The life of an issued permit: the head of office suspends, revokes, reinstates, with reason and letter.

The dates on the permit are all that the map and validation read, and triggers carry them there at once; the
decision itself stays on record as a PermitAct.
"""

from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits import notices
from permits.models import Act, Permit, PermitAct
from permits.refusals import Refused
from permits.reminders import holders
from permits.status import VALID, Status, StatusOf
from permits.workflow import Forbidden

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


def decide(permit: Permit, act: Act, *, reason: str, letter: str, by: User) -> PermitAct:
    """Suspends, revokes or reinstates. Raises Forbidden or Refused; nothing is half done."""
    if not by.has_role(Role.HEAD):
        raise Forbidden(_("This is decided by the head of office."))
    reason, letter = reason.strip()[:2000], " ".join(letter.split())[:200]
    if not reason or not letter:
        raise Refused(_("Write the reason, and number and date of the letter that says so."))
    today = timezone.localdate()
    with transaction.atomic():
        row = (
            Permit.objects.select_for_update(of=("self",)).select_related("type", "company").get(pk=permit.pk)
        )
        if row.registered_only:
            raise Refused(_("This is a registration in OSS: this office neither gave it nor can take it."))
        now = status_of(row)
        if act not in possible(row):
            raise Refused(
                _("“%(act)s” does not fit: the permit is now “%(status)s”.")
                % {"act": act.label, "status": now.label}
            )
        if act == Act.REINSTATE:
            row.suspended_on = row.revoked_on = None
        elif act == Act.SUSPEND:
            row.suspended_on = today
        else:
            row.revoked_on = today
        row.save(update_fields=["suspended_on", "revoked_on"])
        made = PermitAct.objects.create(permit=row, act=act, on=today, reason=reason, letter=letter, by=by)
        _tell(row, made)
    permit.refresh_from_db()
    return made


def _tell(permit: Permit, made: PermitAct) -> None:
    with override("id"):
        subject = str(_TOLD[Act(made.act)]) % {"number": permit.number}
        lines = [
            f"{subject}.",
            _("The reasons stand in the letter: %(letter)s.") % {"letter": made.letter},
            _("Ask the office if something is unclear, or if you disagree."),
            settings.OFFICE_NAME,
        ]
        for who, mail, phone in holders(permit):
            notices.send(
                mail,
                phone,
                subject=subject,
                body="\n\n".join(lines),
                kind=f"permit.{made.act}",
                key=f"permit.{permit.pk}.act.{made.pk}.{who}",
            )
