"""/perusahaan/: who holds permits in this city, by name, goods, village and legal form."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.contrib.gis.db.models import PointField
from django.db.models import Count, F, FloatField, Func, Q, TextChoices, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from companies.models import Commodity, LegalForm
from geoportal.caching import public_cache
from geoportal.geography.distance import metres
from geoportal.geography.models import Zone
from geoportal.templatetags.kit import number
from maps import filters, search
from maps.lists import LostCursor, read_cursor, write_cursor
from maps.models import Place, PublicCompany, PublicCompanyQuerySet, goods_of
from maps.pages import map_state
from maps.pages.keeping import counted
from maps.pages.map_entries import Seen, distance_text
from permits.status import Status

SIZE = 20
BEST = 1000  # of a text's answers are ranked; the list ends there
_NOWHERE = Value(1e9, FloatField())  # companies without a public point come last by distance
_ORDER = {status.value: place for place, status in enumerate(Status)}


class Sort(TextChoices):
    """The order; the values stand in addresses."""

    RELEVANCE = "cocok", gettext_lazy("Best match")
    NAME = "nama", gettext_lazy("Name")
    DISTANCE = "jarak", gettext_lazy("Distance")


@dataclass(frozen=True)
class Asked:
    """A request, read; `lost` says that its place in the list could not be."""

    filter: filters.Filter
    problems: tuple[filters.Problem, ...]
    form: LegalForm | None
    sort: Sort
    after: tuple[Any, int] | None
    lost: bool

    @property
    def sorts(self) -> list[Sort]:
        return [
            *([Sort.RELEVANCE] if self.filter.q else []),
            Sort.NAME,
            *([Sort.DISTANCE] if self.filter.near else []),
        ]

    def query(self, **changed: str) -> str:
        """This address with some values changed ("" takes one away), from the start of the list."""
        found = self.filter
        values = {
            "q": found.q,
            "komoditas": ",".join(c.slug for c in found.commodity),
            "kelurahan": ",".join(z.code for z in found.zone),
            "bentuk": self.form.value if self.form else "",
            "dekat": f"{found.near[0]:.5f},{found.near[1]:.5f}" if found.near else "",
            "urut": self.sort.value if self.sort != _default(found) else "",
        }
        return "?" + urlencode({key: value for key, value in (values | changed).items() if value}, safe=",")

    @property
    def is_narrowed(self) -> bool:
        return bool(self.filter.q or self.filter.commodity or self.filter.zone or self.form)


def _default(found: filters.Filter) -> Sort:
    return Sort.RELEVANCE if found.q else Sort.DISTANCE if found.near else Sort.NAME


def read(request: HttpRequest) -> Asked:
    found, problems = filters.read(request.GET, page=True)
    mine = {filters.PAGE_NAMES[name] for name in ("q", "commodity", "zone", "near")}
    forms = request.GET.get("bentuk", "")
    form = LegalForm(forms) if forms in LegalForm.values else None
    wrong = [problem for problem in problems if problem.name in mine]
    if forms and form is None:
        wrong.append(filters.Problem("bentuk", forms[:80], _("There is no such legal form.")))
    allowed = Asked(found, (), form, Sort.NAME, None, False).sorts
    wanted = request.GET.get("urut", "")
    sort = Sort(wanted) if wanted in allowed else _default(found)
    after, lost = _after(request.GET.get("lanjut", ""), sort)
    return Asked(found, tuple(wrong), form, sort, after, lost)


@dataclass(frozen=True)
class Row:
    company: PublicCompany
    statuses: list[tuple[str, str, str]]  # status, its word, how many permits have it
    commodities: list[Seen]
    distance: str


@login_not_required
@require_safe
@public_cache
def companies(request: HttpRequest) -> HttpResponse:
    asked = read(request)
    options = map_state.Options(list(Commodity.objects.all()), [], list(Zone.objects.defer("area")))
    if asked.sort == Sort.RELEVANCE:
        found, total, cursor = _best(asked)
    else:
        found, total, cursor = _page(asked)
    state = map_state.State(asked.filter, asked.problems, map_state.Sort.NEWEST, None, "")
    context = {
        "asked": asked,
        "rows": _rows(found, asked, options.commodities),
        "heading": ngettext("%(n)s business", "%(n)s businesses", total) % {"n": number(total)},
        "cut": bool(asked.filter.q) and total >= BEST and not cursor,
        "next": asked.query(lanjut=cursor) if cursor else "",
        "first": asked.query() if asked.after else "",
        "sorts": [
            (
                sort.label,
                asked.query(urut="" if sort == _default(asked.filter) else sort.value),
                sort == asked.sort,
            )
            for sort in asked.sorts
        ],
        "hints": map_state.hints(replace(state, sort=state.default_sort), options),
        "chips": _chips(asked),
        "options": options,
        "forms": LegalForm,
        "trail": [(_("Home"), "/"), (_("Businesses"), "")],
    }
    return render(request, "maps/companies.html", context)


def _matching(asked: Asked) -> PublicCompanyQuerySet:
    found = asked.filter
    rows = PublicCompany.objects.all()
    if found.commodity:
        rows = rows.of_commodities(*found.commodity)
    if found.zone:
        rows = rows.within(*(zone.code for zone in found.zone))
    if asked.form:
        rows = rows.filter(legal_form=asked.form)
    return rows


def _best(asked: Asked) -> tuple[list[PublicCompany], int, str]:
    """The answers to the text, best first; the key of the list is the company itself."""
    ranked = search.company_matches(asked.filter.q, limit=BEST, near=asked.filter.near_point)
    right = set(_matching(asked).filter(pk__in=ranked).values_list("pk", flat=True))
    ids = [pk for pk in ranked if pk in right]
    start = ids.index(asked.after[1]) + 1 if asked.after and asked.after[1] in right else 0
    here = ids[start : start + SIZE]
    known = PublicCompany.objects.select_related("village").defer("village__area").in_bulk(here)
    found = [known[pk] for pk in here if pk in known]
    more = len(ids) > start + SIZE
    return found, len(ids), write_cursor(_mark(asked.sort), here[-1], here[-1]) if more else ""


def _page(asked: Asked) -> tuple[list[PublicCompany], int, str]:
    rows = _matching(asked)
    if asked.filter.q:
        rows = rows.filter(pk__in=search.company_matches(asked.filter.q, limit=BEST))
    total, _nothing = counted(f"companies {asked.query(dekat='', urut='')}", lambda: (rows.count(), None))
    key: Any = F("name")
    if asked.sort == Sort.DISTANCE:
        here = Value(asked.filter.near_point, PointField(srid=4326))
        away = Func(F("point"), here, function="ST_DistanceSphere", output_field=FloatField())
        key = Coalesce(away, _NOWHERE)
    rows = rows.annotate(key=key).select_related("village").defer("village__area").order_by("key", "pk")
    if asked.after:
        value, pk = asked.after
        rows = rows.filter(Q(key__gt=value) | Q(key=value, pk__gt=pk))
    found = list(rows[: SIZE + 1])
    last: Any = found[SIZE - 1] if len(found) > SIZE else None
    return found[:SIZE], total, write_cursor(_mark(asked.sort), last.key, last.pk) if last else ""


def _rows(found: list[PublicCompany], asked: Asked, commodities: list[Commodity]) -> list[Row]:
    ids = [company.pk for company in found]
    counted = Place.objects.permits().with_status().filter(company_id__in=ids)
    statuses: dict[int, list[tuple[str, str, str]]] = {}
    by_status = counted.order_by().values_list("company_id", "status").annotate(n=Count("pk"))  # type: ignore[misc]
    for company, status, n in sorted(by_status, key=lambda row: _ORDER[row[1]]):
        statuses.setdefault(company, []).append((status, str(Status(status).label), number(n)))
    goods = _goods(ids, {commodity.pk: commodity for commodity in commodities})
    rows = []
    for company in found:
        spot = (company.point.x, company.point.y) if company.point else None
        near = asked.filter.near
        distance = distance_text(metres(near, spot)) if near and spot else ""
        rows.append(Row(company, statuses.get(company.pk, []), goods.get(company.pk, []), distance))
    return rows


def _goods(ids: list[int], known: dict[int, Commodity]) -> dict[int, list[Seen]]:
    """The commodities of each company; "mungkin" where no permit of it is sure."""
    rows = [row for row in goods_of(ids) if row[1] in known]
    found: dict[int, list[Seen]] = {}
    for company, pk, broad in sorted(rows, key=lambda row: (row[2], known[row[1]].ordinal)):
        found.setdefault(company, []).append(Seen(known[pk], "kbli_broad" if broad else ""))
    return found


def _chips(asked: Asked) -> list[tuple[str, str]]:
    """Everything in effect, each with the address without it."""
    found = asked.filter
    chips = [(f"“{found.q}”", asked.query(q="", urut=""))] if found.q else []
    for commodity in found.commodity:
        rest = ",".join(c.slug for c in found.commodity if c != commodity)
        chips.append((commodity.name, asked.query(komoditas=rest)))
    codes = {zone: zone.code for zone in found.zone}
    chips += [
        (zone.name, asked.query(kelurahan=",".join(codes[z] for z in codes if z != zone))) for zone in codes
    ]
    if asked.form:
        chips.append((str(asked.form.label), asked.query(bentuk="")))
    if found.near:
        chips.append((_("with distance"), asked.query(dekat="", urut="")))
    return chips


def _mark(sort: Sort) -> str:
    return f"companies.{sort}"


def _after(text: str, sort: Sort) -> tuple[tuple[Any, int] | None, bool]:
    """The place in the list, and whether the text was no place of this list."""
    if not text:
        return None, False
    try:
        key, pk = read_cursor(_mark(sort), text)
    except LostCursor:
        return None, True
    return (key, pk), False
