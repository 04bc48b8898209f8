"""The map's list: which permits, in what order, from where on, and how many in all."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.gis.db.models import Extent
from django.contrib.gis.geos import Point, Polygon
from django.db.models import Case, Count, DateField, F, FloatField, Q, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from maps import search
from maps.filters import PAGE_NAMES, TINY, on_plane
from maps.lists import Page, read_cursor, write_cursor
from maps.models import Nearness, Place, PlaceQuerySet
from maps.pages.keeping import counted
from maps.pages.map_entries import at_point, with_entry
from maps.pages.map_state import Sort, State

SIZE = 20
Box = tuple[float, float, float, float]  # west, south, east, north in degrees
_NO_DAY = Cast(Value(date.min), DateField())
NOWHERE = 1e9  # metres: permits without a point come last by distance


def sites(state: State) -> PlaceQuerySet:
    """Every site that answers the request: what the map draws."""
    rows = state.filter.places()
    return at_point(rows, state.at) if state.at else rows


def permits(state: State, rows: PlaceQuerySet) -> PlaceQuerySet:
    """One of the `sites` of every permit; the first of those inside, where the request is about a place."""
    found = state.filter
    somewhere = found.zone or found.bbox or found.radius or state.at
    return rows.one_site_each() if somewhere else rows.permits()


def measure(state: State, rows: PlaceQuerySet) -> tuple[int, Box | None]:
    """How many, and the box around their points: one query."""
    asked = [pair for pair in state.pairs if state.filter.radius or pair[0] != PAGE_NAMES["near"]]
    return counted(f"permits {urlencode(asked)}", lambda: _measure(rows))


def _measure(rows: PlaceQuerySet) -> tuple[int, Box | None]:
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
    if state.sort == Sort.DISTANCE and state.filter.near_point:
        found = _nearest(on_plane(state.filter.near_point), rows, after, size + 1)
    else:
        found = _first(rows, _key(state), after, size + 1, down=state.sort == Sort.NEWEST)
    if len(found) <= size:
        return Page(found, "")
    last = found[size - 1]
    key = last.key.isoformat() if isinstance(last.key, date) else last.key
    return Page(found[:size], write_cursor(_mark(state), key, last.pk))


def _first(
    rows: PlaceQuerySet, key: Any, after: tuple[Any, int] | None, most: int, *, down: bool = False
) -> list[Any]:
    """Up to `most` of `rows` behind `after`, ready to be entries. Very many may have to be put in order, so
    that is done without what only an entry tells.
    """
    order = ["-key", "-pk"] if down else ["key", "pk"]
    rows = rows.annotate(key=key)
    if after:
        way = "lt" if down else "gt"
        # the first says nothing new; an index can begin with it
        rows = rows.filter(Q(**{f"key__{way}e": after[0]})).filter(
            Q(**{f"key__{way}": after[0]}) | Q(**{"key": after[0], f"pk__{way}": after[1]})
        )
    chosen = rows.order_by(*order).values("pk")[:most]
    shown = with_entry(Place.objects.with_status()).annotate(key=key)
    return list(shown.filter(pk__in=chosen).order_by(*order))


def _nearest(centre: Point, rows: PlaceQuerySet, after: tuple[Any, int] | None, most: int) -> list[Any]:
    """Those with a point, nearest first, then, by id, those without."""
    found: list[Any] = []
    if after is None or after[0] < NOWHERE:
        away = Nearness("point", centre)
        placed = rows.exclude(point=None)
        # an index finds the nearest where nothing else orders them; but several stand on one point, and have
        # to come in one order
        farther = placed.annotate(key=away)
        if after:
            farther = farther.filter(Q(key__gt=after[0]))
        keys = list(farther.order_by("key").values_list("key", flat=True)[:most])
        if len(keys) == most:
            placed = placed.filter(point__dwithin=(centre, keys[-1] + TINY))
        found = _first(placed, away, after, most)
        after = None
    if len(found) < most:
        found += _first(rows.filter(point=None), Value(NOWHERE, FloatField()), after, most - len(found))
    return found
