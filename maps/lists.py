"""Keyset paging with cursors that belong to one query."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db.models import PointField
from django.contrib.gis.geos import Point
from django.core import signing
from django.db.models import F, FloatField, Func, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.translation import gettext as _

from maps.filters import BadFilter, Problem

_NOWHERE = 1e9  # metres: what has no point comes last by distance


@dataclass(frozen=True)
class Page:
    items: list[Any]
    next: str  # cursor of the page after this one; "" on the last


def _fingerprint(query: QueryDict) -> str:
    """Of everything that decides which rows come in which order, so not of the cursor and the limit."""
    parts = sorted(
        (key, value) for key in query for value in query.getlist(key) if key not in ("after", "limit")
    )
    return hashlib.blake2b(repr(parts).encode(), digest_size=6).hexdigest()


def page(rows: QuerySet[Any], query: QueryDict, *, by_id: str, limit: int, near: Point | None = None) -> Page:
    """`limit` rows after the query's cursor (`after`), by id, or by distance (`away`, EPSG:3857) and id.

    `near` in the SRID of the rows' point. Raises BadFilter for a cursor of another query.
    """
    key = [by_id]
    if near is not None:
        here = Value(near, PointField(srid=near.srid or 4326))
        away = Func(F("point"), here, function="ST_Distance", output_field=FloatField())
        rows = rows.annotate(away=Coalesce(away, Value(_NOWHERE, FloatField())))
        key = ["away", by_id]
    if cursor := query.get("after", ""):
        try:
            mark, *after = signing.loads(str(cursor)[:500], salt="cursor")
            if mark != _fingerprint(query) or len(after) != len(key):
                raise signing.BadSignature
        except (signing.BadSignature, ValueError, TypeError):
            reason = _("not a cursor of this query; follow the next link of an answer")
            raise BadFilter([Problem("after", str(cursor)[:80], reason)]) from None
        rows = rows.filter(_behind(key, after))
    found = list(rows.order_by(*key)[: limit + 1])
    if len(found) <= limit:
        return Page(found, "")
    last = [getattr(found[limit - 1], name) for name in key]
    return Page(found[:limit], signing.dumps([_fingerprint(query), *last], salt="cursor"))


def _behind(key: list[str], after: list[Any]) -> Q:
    if len(key) == 1:
        return Q(**{f"{key[0]}__gt": after[0]})
    return Q(**{f"{key[0]}__gt": after[0]}) | Q(**{key[0]: after[0], f"{key[1]}__gt": after[1]})
