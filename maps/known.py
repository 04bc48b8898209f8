"""Few rows that public pages name over and over, kept in each process for as long as a public page may be."""

import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from companies.models import Commodity
from geoportal.caching import PUBLIC_SECONDS
from geoportal.geography.models import Zone
from permits.models import PermitType

T = TypeVar("T")
_kept: dict[str, tuple[float, Any]] = {}


def forget() -> None:
    """For tests: what a process remembers for seconds."""
    _kept.clear()


def once(what: str, load: Callable[[], T], seconds: float = PUBLIC_SECONDS) -> T:
    if what not in _kept or time.monotonic() - _kept[what][0] > seconds:
        _kept[what] = (time.monotonic(), load())
    return cast("T", _kept[what][1])


def commodities() -> dict[int, Commodity]:
    return once("commodities", Commodity.objects.in_bulk)


def types() -> dict[int, PermitType]:
    rows = PermitType.objects.defer("documents", "renewal_documents")
    return once("types", rows.in_bulk)


def villages() -> dict[str, Zone]:
    """Each with its district."""
    rows = Zone.objects.villages().select_related("parent").defer("area", "parent__area")
    return once("villages", rows.in_bulk)
