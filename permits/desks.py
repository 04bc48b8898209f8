"""What the desks read: queues by role, sorted by the service clock, and what surrounds a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.gis.geos import Point
from django.core import signing
from django.db.models import Count, DateField, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits.models import Application, ApplicationSite, Permit, PermitType, VersionState
from permits.models import ApplicationStatus as Status
from permits.workflow import MOVES

PAGE = 50
NEAR = 30 / 111_320  # 30 m in degrees of latitude; a box a little wider east and west does no harm
#: While the clock is stopped nothing is due: such files come last.
_NEVER = date(9999, 12, 31)


def statuses_of(role: Role) -> list[Status]:
    """Where a file waits for this role: the sources of its moves."""
    sources = {source for one in MOVES.values() if one.actor.value == role.value for source in one.sources}
    return [status for status in Status if status in sources]


def roles_with_queue(user: User) -> list[Role]:
    return [Role(role) for role in user.roles if statuses_of(Role(role))]


_NOT_LISTED = (
    "answers", "personal", "applicant_name", "applicant_phone", "applicant_email", "proxy",
    "version__definition", "version__type__documents", "version__type__renewal_documents", "company__npwp",
    "company__phone", "company__email", "company__point",
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    statuses: Sequence[Status]
    kind: str = ""  # code of a permit type
    words: str = ""  # registration number or holder
    assigned: str = ""  # "saya", "tanpa" or ""


def queue(wanted: Wanted, *, user: User) -> QuerySet[Application]:
    rows = Application.objects.filter(status__in=wanted.statuses).filed()
    if wanted.kind:
        rows = rows.filter(version__type__code=wanted.kind)
    if wanted.words:
        rows = rows.filter(
            Q(registration_number__startswith=wanted.words)
            | Q(holder_name__icontains=wanted.words)
            | Q(company__name__icontains=wanted.words)
        )
    if wanted.assigned == "saya":
        rows = rows.filter(assigned_to=user)
    elif wanted.assigned == "tanpa":
        rows = rows.filter(assigned_to=None)
    never = Value(_NEVER, output_field=DateField())
    return rows.annotate(order=Coalesce("due_on", never)).order_by("order", "id")


def page(rows: QuerySet[Application], cursor: str) -> tuple[list[Application], str]:
    """One page and the cursor of the next ("" at the end); a cursor that is not ours begins at the start."""
    try:
        due, pk = signing.loads(cursor, salt="queue") if cursor else (None, None)
    except signing.BadSignature:
        due = pk = None
    if due is not None:
        rows = rows.filter(Q(order__gt=due) | Q(order=due, pk__gt=pk))
    # first the keys: sorting whole rows with their answers costs more than asking twice
    keys = list(rows.values_list("pk", flat=True)[: PAGE + 1])
    wide = Application.objects.select_related("version__type", "company", "assigned_to")
    by_key = wide.defer(*_NOT_LISTED).in_bulk(keys)
    found = [by_key[key] for key in keys if key in by_key]
    if len(found) <= PAGE:
        return found, ""
    last = found[PAGE - 1]
    return found[:PAGE], signing.dumps([(last.due_on or _NEVER).isoformat(), last.pk], salt="queue")


def counts() -> dict[str, int]:
    """Open files by status."""
    rows = Application.objects.filed().open().values("status").annotate(n=Count("pk")).order_by()
    return {row["status"]: row["n"] for row in rows}


def kinds() -> QuerySet[PermitType]:
    """Those of which an application may wait."""
    return PermitType.objects.filter(versions__state=VersionState.ACTIVE).order_by("name")


def staff() -> QuerySet[User]:
    return (
        User.objects.filter(is_active=True).exclude(roles=[]).order_by("first_name", "last_name", "username")
    )


def related_permits(application: Application, sites: Sequence[ApplicationSite]) -> list[Permit]:
    """Earlier permits of the holder, and of the place within 30 m; the newest first, at most ten."""
    return _permits(
        _at([site.point for site in sites if site.point]) | Q(company=application.company_id or 0)
    )


def permits_at(points: Sequence[Point]) -> list[Permit]:
    """Permits within 30 m; the newest first, at most ten."""
    return _permits(_at(points))


def _at(points: Sequence[Point]) -> Q:
    wanted = Q(pk=None)
    for point in points:
        wanted |= Q(sites__point__within=point.buffer(NEAR))
    return wanted


def _permits(wanted: Q) -> list[Permit]:
    found = Permit.objects.filter(wanted).select_related("type", "company").distinct()
    return list(found.order_by("-issued_on", "-id")[:10])
