"""Finished public pages, kept in the memory of each worker while what they tell is unchanged."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_page

from geoportal.caching import PUBLIC_SECONDS
from maps import tiles

CACHE = "pages"
T = TypeVar("T")
MANY = 20_000  # rows: to count more takes tenths of a second


def kept(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Between public_cache and gzip_page. For readers without a session; the key is the tiles' version, so
    that a withdrawn consent is out of it as fast as out of the map.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.COOKIES.get(settings.SESSION_COOKIE_NAME):
            return view(request, *args, **kwargs)
        keep = cache_page(PUBLIC_SECONDS, cache=CACHE, key_prefix=tiles.version())
        response = keep(view)(request, *args, **kwargs)
        for name in ("Cache-Control", "Expires"):  # public_cache says these
            response.headers.pop(name, None)
        return response

    return wrapped


def counted(what: str, count: Callable[[], tuple[int, T]]) -> tuple[int, T]:
    """How many, and what was found with them. To count very many takes long, so that is kept for as long as a
    public page may be; `what` names the rows.
    """
    keep, key = caches[CACHE], hashlib.blake2b(what.encode(), digest_size=16).hexdigest()
    known: tuple[int, T] | None = keep.get(key)
    if known is None:
        known = count()
        if known[0] > MANY:
            keep.set(key, known, PUBLIC_SECONDS)
    return known
