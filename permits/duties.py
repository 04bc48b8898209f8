"""Who may not make a move because of what they did before, or because the file is their own.

The database refuses the same: permits/sql/duties.sql. Decisions about issued permits have their own three
people: permits.models.Decision.
"""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from companies.models import Membership
from geoportal.accounts.models import User
from permits.models import Application

_VERIFIED: Final = frozenset({"verify", "approve", "approve_refusal", "bill"})
_DRAFTED: Final = frozenset({"submit_draft"})
#: move -> the moves whose maker may not make it, on the same file.
APART: Final[Mapping[str, frozenset[str]]] = {
    "approve": _DRAFTED,
    "approve_refusal": _DRAFTED,
    "bill": _DRAFTED,
    "settle": frozenset({"bill"}),
    "sign": _VERIFIED | _DRAFTED,
    "sign_refusal": _VERIFIED | _DRAFTED,
}


def is_own(application: Application, user: User) -> bool:
    """Whether it is about the user's own business: nobody decides about that."""
    if application.applicant_id == user.pk:
        return True
    mine = Membership.objects.filter(user=user, company=application.company_id)
    return application.company_id is not None and mine.exists()


def refusal(application: Application, move: str, by: User) -> str | None:
    """Why `by`, a member of staff, may not make this move; None where they may."""
    if is_own(application, by):
        return _("This is your own application, so somebody else must work on it.")
    before = APART.get(move, frozenset())
    if before and application.events.filter(move__in=before, by=by).exists():
        return _("You worked on this file before it came here, so somebody else must take this step.")
    return None
