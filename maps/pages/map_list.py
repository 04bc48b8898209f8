"""The map's list: which permits, in what order, from where on, and how many in all."""

from datetime import date
from typing import Any

from django.contrib.gis.db.models import Extent, PointField
from django.contrib.gis.geos import Polygon
from django.db.models import Case, Count, DateField, F, FloatField, Func, Q, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from maps import search
from maps.lists import Page, read_cursor, write_cursor
from maps.models import PlaceQuerySet
from maps.pages.map_entries import at_point, with_entry
from maps.pages.map_state import Sort, State

SIZE = 20
Box = tuple[float, float, float, float]  # west, south, east, north in degrees
_NO_DAY = Cast(Value(date.min), DateField())
_NOWHERE = Value(1e9, FloatField())  # permits without a point come last by distance


def sites(state: State) -> PlaceQuerySet:
    """Every site that answers the request: what the map draws."""
    rows = state.filter.places()
    return at_point(rows, state.at) if state.at else rows


def permits(state: State, rows: PlaceQuerySet) -> PlaceQuerySet:
    """One of the `sites` of every permit; the first of those inside, where the request is about a place."""
    found = state.filter
    somewhere = found.zone or found.bbox or found.radius or state.at
    return rows.one_site_each() if somewhere else rows.permits()


def measure(rows: PlaceQuerySet) -> tuple[int, Box | None]:
    """How many, and the box around their points: one query."""
    found = rows.order_by().aggregate(n=Count("pk"), box=Extent("point"))
    if not found["box"]:
        return found["n"], None
    box = Polygon.from_bbox(found["box"])
    box.srid = 3857
    return found["n"], box.transform(4326, clone=True).extent


def _doubt(state: State) -> Case | Value:
    """ "0" for what surely is about the commodity asked for, "1" for what only may be."""
    meant = search.understand(state.filter.q).commodities if state.filter.q else ()
    surely = Q()
    for commodity in {*state.filter.commodity, *meant}:
        surely |= Q(commodities__contains=[commodity.pk]) & ~Q(commodities_broad__contains=[commodity.pk])
    return Case(When(surely, Value("0")), default=Value("1")) if surely else Value("0")


def _key(state: State) -> Any:
    """What the list is sorted by, as an expression."""
    if state.sort == Sort.DISTANCE and state.filter.near_point:
        centre = state.filter.near_point.transform(3857, clone=True)
        away = Func(
            F("point"),
            Value(centre, PointField(srid=3857)),
            function="ST_Distance",
            output_field=FloatField(),
        )
        return Coalesce(away, _NOWHERE)
    if state.sort == Sort.NAME:
        return F("company_name")
    if state.sort == Sort.BEST:
        return Concat(_doubt(state), F("company_name"), output_field=TextField())
    return Coalesce("issued_on", _NO_DAY)


def _after(state: State) -> tuple[Any, int] | None:
    """Raises LostCursor for what this list did not write."""
    if not state.cursor:
        return None
    key, pk = read_cursor(_mark(state), state.cursor)
    return (date.fromisoformat(key) if state.sort == Sort.NEWEST else key), pk


def _mark(state: State) -> str:
    return f"map.{state.sort}"


def page(state: State, rows: PlaceQuerySet, size: int = SIZE) -> Page:
    """The next `size` of `rows` after the request's cursor. Raises LostCursor for one of another list."""
    after = _after(state)
    rows = with_entry(rows).annotate(key=_key(state))
    down = state.sort == Sort.NEWEST
    if after:
        key, pk = after
        way = "lt" if down else "gt"
        rows = rows.filter(Q(**{f"key__{way}": key}) | Q(**{"key": key, f"pk__{way}": pk}))
    found = list(rows.order_by(*(["-key", "-pk"] if down else ["key", "pk"]))[: size + 1])
    if len(found) <= size:
        return Page(found, "")
    last: Any = found[size - 1]
    key = last.key.isoformat() if isinstance(last.key, date) else last.key
    return Page(found[:size], write_cursor(_mark(state), key, last.pk))
