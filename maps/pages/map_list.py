"""The map's list: which permits, in what order, from where on, and how many in all."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.gis.db.models import Extent, PointField
from django.contrib.gis.geos import Polygon
from django.db.models import Case, Count, DateField, F, FloatField, Func, Q, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from maps import search
from maps.models import Place, PlaceQuerySet
from maps.pages.map_entries import at_point, with_entry
from maps.pages.map_state import Sort, State

SIZE = 20
Box = tuple[float, float, float, float]  # west, south, east, north in degrees
_NO_DAY = Cast(Value(date.min), DateField())
_NOWHERE = Value(1e9, FloatField())  # permits without a point come last by distance


class LostPlace(ValueError):
    """A cursor that is not one of this list."""


@dataclass(frozen=True)
class Page:
    places: list[Place]
    next: str  # cursor of the page after this one; "" on the last


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


def _read_cursor(state: State) -> tuple[Any, int] | None:
    """Raises LostPlace for what this list did not write."""
    if not state.cursor:
        return None
    try:
        sort, key, pk = json.loads(urlsafe_b64decode(state.cursor.encode() + b"=="))
        if sort != state.sort or type(pk) is not int or not -(2**63) <= pk < 2**63:
            raise ValueError
        if state.sort == Sort.DISTANCE:
            key = float(key)
        elif state.sort == Sort.NEWEST:
            key = date.fromisoformat(key)
        elif not isinstance(key, str) or "\0" in key or not key.isprintable():
            raise ValueError  # a lone surrogate, too, is text that the database would not take
    except (ValueError, TypeError) as error:
        raise LostPlace(state.cursor) from error
    return key, pk


def _write_cursor(state: State, place: Any) -> str:
    key = place.key.isoformat() if isinstance(place.key, date) else place.key
    return urlsafe_b64encode(json.dumps([state.sort, key, place.pk]).encode()).decode().rstrip("=")


def page(state: State, rows: PlaceQuerySet, size: int = SIZE) -> Page:
    """The next `size` of `rows` after the request's cursor. Raises LostPlace for a cursor of another list."""
    after = _read_cursor(state)
    rows = with_entry(rows).annotate(key=_key(state))
    down = state.sort == Sort.NEWEST
    if after:
        key, pk = after
        way = "lt" if down else "gt"
        rows = rows.filter(Q(**{f"key__{way}": key}) | Q(**{"key": key, f"pk__{way}": pk}))
    found = list(rows.order_by(*(["-key", "-pk"] if down else ["key", "pk"]))[: size + 1])
    more = _write_cursor(state, found[size - 1]) if len(found) > size else ""
    return Page(found[:size], more)
