"""/tiles/: the HTTP side of maps.tiles. ETags stand for a version, so an unchanged tile costs no SQL."""

import hashlib
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.cache import patch_vary_headers

from geoportal.caching import PUBLIC_SECONDS
from geoportal.problems import problem
from maps import filters, search, tiles
from maps.api.compression import compress
from maps.api.cors import open_to_all
from maps.api.errors import bad_filter, only

MVT = "application/vnd.mapbox-vector-tile"


def _answer(
    request: HttpRequest, z: int, x: int, y: int, version: str, render: Callable[[], bytes]
) -> HttpResponse:
    """The tile, empty (200) where there is nothing, or 304. A tag of now was given for a good request."""
    if not tiles.in_range(z, x, y):
        return problem(400, "No such tile", f"z must be 0 to {tiles.MAX_ZOOM}, x and y 0 to 2^z - 1.")
    tag = hashlib.blake2b(f"{request.get_full_path()} {version}".encode(), digest_size=9).hexdigest()
    etag = f'"{tag}"'
    # nginx and others make it weak when they compress
    known = {part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")}
    response: HttpResponse
    if etag in known:
        response = HttpResponseNotModified()
    else:
        try:
            body = render()
        except filters.BadFilter as error:
            return bad_filter(error)
        response = HttpResponse(body, content_type=MVT)
        compress(request, response)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


@login_not_required
@open_to_all
def permit_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    # what a text means depends on the lists of commodities, villages and types
    version = f"p{tiles.version()}{search.vocabulary().digest if request.GET.get('q') else ''}"
    return _answer(request, z, x, y, version, lambda: tiles.permits(z, x, y, filters.require(request.GET)))


@login_not_required
@open_to_all
def zone_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    try:
        only(request.GET)
    except filters.BadFilter as error:
        return bad_filter(error)
    return _answer(request, z, x, y, f"z{tiles.zone_version()}", lambda: tiles.zones(z, x, y))


def _tile_json(request: HttpRequest, layer: str, query: str) -> HttpResponse:
    response = JsonResponse(tiles.tile_json(request, layer, query=query))
    response.headers["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}"
    return response


@login_not_required
@open_to_all
def permit_tile_json(request: HttpRequest) -> HttpResponse:
    try:
        filters.require(request.GET)
    except filters.BadFilter as error:
        return bad_filter(error)
    return _tile_json(request, "permits", request.GET.urlencode())


@login_not_required
@open_to_all
def zone_tile_json(request: HttpRequest) -> HttpResponse:
    try:
        only(request.GET)
    except filters.BadFilter as error:
        return bad_filter(error)
    return _tile_json(request, "zones", "")
