"""Personal data of a case is masked until an officer says why it is needed; that is kept, and its owner told.

One tap a case: the reason holds for the person and the case for an hour.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits.models import Application, Reveal, Upload, Why
from permits.refusals import Refused
from permits.workflow import Forbidden

HOLDS: Final = timedelta(hours=1)
DOTS: Final = "••••"


def mask(text: str) -> str:
    """As much of a value as tells two apart: the last four signs of a long one, the first of an address."""
    plain = text.strip()
    if "@" in plain:
        name, _at, host = plain.rpartition("@")
        return f"{name[:1]}{DOTS}@{host}"
    return f"{DOTS}{plain[-4:]}" if len(re.sub(r"\W", "", plain)) >= 8 else DOTS if plain else ""


def shows(application: Application, user: User) -> bool:
    """Whether `user` said within the last hour why they need this case's personal data."""
    return _of(user, _since()).filter(application=application).exists()


def shown_to(user: User) -> Exists:
    """As `shows`, to be asked together with the application."""
    return Exists(_of(user, _since()).filter(application=OuterRef("pk")))


def reveal(application: Application, why: str, *, by: User) -> None:
    if not by.works_here:
        raise Forbidden(_("Personal data is shown to staff."))
    if why not in Why.values:
        raise Refused(_("Choose why you need the data."))
    if not shows(application, by):
        Reveal.objects.create(application=application, by=by, role=_role(by), why=why)


def opened(upload: Upload, *, by: User) -> None:
    """A file of a case was opened by staff: kept once an hour, for each case that it belongs to."""
    if not by.works_here or upload.owner_id == by.pk:
        return
    known = Reveal.objects.filter(file=upload.public_id, by=by, at__gte=_since(), application=OuterRef("pk"))
    of = Application.objects.filter(documents__upload=upload).exclude(Exists(known)).distinct()
    Reveal.objects.bulk_create(
        Reveal(application=application, file=upload.public_id, by=by, role=_role(by))
        for application in of.only("pk")
    )


def told(application: Application) -> list[tuple[datetime, str, str]]:
    """To whose data it is: when, which role of the office, and what for. The newest first, no names."""
    rows = Reveal.objects.filter(application=application).order_by("-id")
    labels = {role.value: str(role.label) for role in Role}
    found: list[tuple[datetime, str, str]] = []
    for row in rows[:200]:
        what = _("opened a document") if row.file else Why(row.why).label
        line = (row.at, labels.get(row.role, row.role), str(what))
        if not found or (line[1:], line[0].date()) != (found[-1][1:], found[-1][0].date()):
            found.append(line)
    return found[:50]


def _of(user: User, since: datetime) -> QuerySet[Reveal]:
    return Reveal.objects.filter(by=user, file="", at__gte=since)


def _since() -> datetime:
    return timezone.now() - HOLDS


def _role(user: User) -> str:
    return user.roles[0]
