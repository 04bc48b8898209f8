"""/tiles/: the HTTP side of maps.tiles. ETags stand for a version, so an unchanged tile costs no SQL."""

import hashlib
import zlib
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from geoportal.caching import PUBLIC_SECONDS
from geoportal.problems import problem
from maps import filters, tiles
from maps.api.cors import open_to_all
from maps.api.errors import bad_filter

MVT = "application/vnd.mapbox-vector-tile"


def _answer(
    request: HttpRequest, z: int, x: int, y: int, version: str, render: Callable[[], bytes]
) -> HttpResponse:
    if not tiles.in_range(z, x, y):
        return problem(
            400,
            "No such tile",
            f"z must be 0 to {tiles.MAX_ZOOM}, x and y 0 to 2^z - 1.",
        )
    tag = hashlib.blake2b(f"{request.get_full_path()} {version}".encode(), digest_size=9).hexdigest()
    etag = f'"{tag}"'
    # nginx and others make it weak when they compress
    known = {part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")}
    response: HttpResponse
    if etag in known:
        response = HttpResponseNotModified()
    else:
        body = render()
        response = HttpResponse(body, content_type=MVT)
        if len(body) > 200 and "gzip" in request.headers.get("Accept-Encoding", ""):
            packer = zlib.compressobj(1, zlib.DEFLATED, 31)
            response.content = packer.compress(body) + packer.flush()
            response.headers["Content-Encoding"] = "gzip"
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


@login_not_required
@require_safe
@open_to_all
def permit_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    try:
        chosen = filters.require(request.GET) if request.GET else filters.Filter()
    except filters.BadFilter as error:
        return bad_filter(error)
    return _answer(request, z, x, y, f"p{tiles.version()}", lambda: tiles.permits(z, x, y, chosen))


@login_not_required
@require_safe
@open_to_all
def zone_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    return _answer(request, z, x, y, f"z{tiles.zone_version()}", lambda: tiles.zones(z, x, y))


@login_not_required
@require_safe
@open_to_all
def permit_tile_json(request: HttpRequest) -> HttpResponse:
    try:
        filters.require(request.GET)
    except filters.BadFilter as error:
        return bad_filter(error)
    return JsonResponse(tiles.tile_json(request, "permits", query=request.GET.urlencode()))


@login_not_required
@require_safe
@open_to_all
def zone_tile_json(request: HttpRequest) -> HttpResponse:
    return JsonResponse(tiles.tile_json(request, "zones", query=""))
