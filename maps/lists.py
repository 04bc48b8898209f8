"""Keyset paging with cursors that belong to one query."""

import hashlib
import json
import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import Point
from django.core import signing
from django.db.models import FloatField, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.translation import gettext as _

from maps.filters import BadFilter, Problem, in_circle, on_plane
from maps.models import Away, Nearness, Place

_SALT = "maps.lists"
# rows that the planner expects, from which on the nearest are sought by the index of points; of those with a
# status it expects one in seventy
MANY = 100
_LONGEST = 4000  # a name of 200 letters outside ASCII fits


@dataclass(frozen=True)
class Page:
    items: list[Any]
    next: str  # cursor of the page after this one; "" on the last


class LostCursor(ValueError):
    """A text that is no cursor of this list."""


def write_cursor(mark: str, *key: Any) -> str:
    """An opaque place in the list `mark`, after the row with this key (JSON values); safe in an address."""
    return urlsafe_b64encode(signing.dumps([mark, *key], salt=_SALT).encode()).decode().rstrip("=")


def read_cursor(mark: str, text: str) -> list[Any]:
    """The key that write_cursor() was given; signed, so its values are ours. Raises LostCursor."""
    try:
        found, *key = signing.loads(urlsafe_b64decode(text[:_LONGEST].encode() + b"==").decode(), salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise LostCursor from error
    if found != mark:
        raise LostCursor
    return list(key)


def _fingerprint(query: QueryDict) -> str:
    """Of everything that decides which rows come in which order, so not of the cursor and the limit."""
    parts = sorted(
        (key, value) for key in query for value in query.getlist(key) if key not in ("after", "limit")
    )
    return hashlib.blake2b(repr(parts).encode(), digest_size=6).hexdigest()


@dataclass(frozen=True)
class Window:
    """The rows of one page and one more, which tells whether there is another page."""

    rows: QuerySet[Any]
    key: tuple[str, ...]  # what they are ordered by
    limit: int
    mark: str

    def page(self, items: list[Any], keys: Callable[[Any], Sequence[Any]]) -> Page:
        """Of `items`, one for each of the rows, those of the page; `keys` gives the key of one."""
        if len(items) <= self.limit:
            return Page(items, "")
        return Page(items[: self.limit], write_cursor(self.mark, *keys(items[self.limit - 1])))


def window(
    rows: QuerySet[Any], query: QueryDict, *, by_id: str, limit: int, near: Point | None = None
) -> Window:
    """`limit` rows after the query's cursor (`after`), by id, or by distance from `near` (EPSG:4326) and id.

    Rows by distance carry `away` in metres; what has no point comes last, `away` infinite. Raises BadFilter
    for a cursor that was not written for this query.
    """
    key: tuple[str, ...] = (by_id,)
    if near is not None:
        rows = rows.annotate(away=Coalesce(Away("point", near), Value(math.inf, FloatField())))
        key = ("away", by_id)
    mark = _fingerprint(query)
    if cursor := query.get("after", ""):
        try:
            rows = rows.filter(_behind(key, read_cursor(mark, cursor)))
        except LostCursor:
            reason = _("not a cursor of this query; follow the next link of an answer")
            raise BadFilter([Problem("after", cursor[:80], reason)]) from None
    if near is not None and rows.model is Place:
        rows = _around(rows, near, limit + 1)
    return Window(rows.order_by(*key)[: limit + 1], key, limit, mark)


def _around(rows: QuerySet[Any], near: Point, enough: int) -> QuerySet[Any]:
    """Those of `rows` (with `away`) that can be among the `enough` nearest, where the planner expects many.

    Many are sought by the index of points; few are sooner sorted. What is nearest on the map's plane is so on
    the ellipsoid but for a little: so many of the former tell a distance within which as many of the latter
    are.
    """
    plan = json.loads(rows.order_by().explain(format="json"))
    if plan[0]["Plan"]["Plan Rows"] < MANY:
        return rows
    nearest = rows.exclude(point=None).order_by(Nearness("point", on_plane(near)))
    found = list(nearest.values_list("away", flat=True)[:enough])
    if len(found) < enough:
        return rows  # those without a point belong to them
    return in_circle(rows, near, max(found))  # type: ignore[arg-type]


def page(rows: QuerySet[Any], query: QueryDict, *, by_id: str, limit: int, near: Point | None = None) -> Page:
    """The rows of window() themselves."""
    found = window(rows, query, by_id=by_id, limit=limit, near=near)
    return found.page(list(found.rows), lambda row: [getattr(row, name) for name in found.key])


def _behind(key: Sequence[str], after: list[Any]) -> Q:
    if len(key) == 1:
        return Q(**{f"{key[0]}__gt": after[0]})
    return Q(**{f"{key[0]}__gt": after[0]}) | Q(**{key[0]: after[0], f"{key[1]}__gt": after[1]})
