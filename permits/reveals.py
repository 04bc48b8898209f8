"""Personal data of a case is masked until an officer says why it is needed; that is kept, and its owner told.

A case is an application, a complaint, a report of a place, or a request about a company page. One tap a case:
the reason holds for the person and the case for an hour.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.models import Claim
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits.models import Application, Complaint, Reveal, Sighting, Upload, Why
from permits.refusals import Refused
from permits.workflow import Forbidden

HOLDS: Final = timedelta(hours=1)
#: For what is told at a desk of its own; `Why` has those of an application.
WHY_TOLD: Final = [(why.value, why.label) for why in (Why.CONTACT, Why.CHECK, Why.REQUEST)]
Case = Application | Complaint | Sighting | Claim


def shows(case: Case, user: User) -> bool:
    """Whether `user` said within the last hour why they need this case's personal data."""
    return _of(user, _since()).filter(**_is(case)).exists()


def shown_to(user: User) -> Exists:
    """As `shows`, to be asked together with the application."""
    return Exists(_of(user, _since()).filter(application=OuterRef("pk")))


def reveal(case: Case, why: str, *, by: User) -> None:
    if not by.works_here:
        raise Forbidden(_("Personal data is shown to staff."))
    if why not in Why.values:
        raise Refused(_("Choose why you need the data."))
    if not shows(case, by):
        Reveal.objects.create(**_is(case), by=by, role=_role(by), why=why)


def opened(upload: Upload, *, by: User) -> None:
    """A file of a case was opened by staff: kept once an hour, for each case that it belongs to."""
    if not by.works_here or upload.owner_id == by.pk:
        return
    _opened(Application.objects.filter(documents__upload=upload), upload.public_id, by)
    _opened(Complaint.objects.filter(uploads=upload), upload.public_id, by)
    _opened(Sighting.objects.filter(uploads=upload), upload.public_id, by)


def proof_opened(claim: Claim, *, by: User) -> None:
    """The same for what was sent with a claim."""
    _opened(Claim.objects.filter(pk=claim.pk), claim.reference, by)


def _opened(cases: QuerySet[Any], file: str, by: User) -> None:
    name = str(cases.model._meta.model_name)
    known = Reveal.objects.filter(file=file, by=by, at__gte=_since(), **{name: OuterRef("pk")})
    of = cases.exclude(Exists(known)).distinct().only("pk")
    Reveal.objects.bulk_create(Reveal(**_is(case), file=file, by=by, role=_role(by)) for case in of)


def told(case: Case) -> list[tuple[datetime, str, str]]:
    """To whose data it is: when, which role of the office, and what for. The newest first, no names."""
    rows = Reveal.objects.filter(**_is(case)).order_by("-id")
    labels = {role.value: str(role.label) for role in Role}
    found: list[tuple[datetime, str, str]] = []
    for row in rows[:200]:
        what = _("opened a document") if row.file else Why(row.why).label
        line = (row.at, labels.get(row.role, row.role), str(what))
        if not found or (line[1:], line[0].date()) != (found[-1][1:], found[-1][0].date()):
            found.append(line)
    return found[:50]


def _is(case: Case) -> dict[str, Any]:
    return {str(case._meta.model_name): case}


def _of(user: User, since: datetime) -> QuerySet[Reveal]:
    return Reveal.objects.filter(by=user, file="", at__gte=since)


def _since() -> datetime:
    return timezone.now() - HOLDS


def _role(user: User) -> str:
    return user.roles[0]
