"""Figures over all permits, kept by each worker until a permit changes: counting a million takes seconds."""

import hashlib
from collections.abc import Callable
from typing import TypeVar, cast

from django.core.cache import caches
from django.http import QueryDict

from maps import tiles
from maps.pages.keeping import CACHE

LONGEST = 600  # seconds: names of commodities and types change without a public row
Answer = TypeVar("Answer")


def remembered(what: str, query: QueryDict, make: Callable[[], Answer]) -> Answer:
    """What `make` answers to `query`, made anew when a public row has changed, and now and then."""
    asked = hashlib.blake2b(repr(sorted(query.lists())).encode(), digest_size=12).hexdigest()
    return cast("Answer", caches[CACHE].get_or_set(f"{what}:{asked}:{tiles.version()}", make, LONGEST))
