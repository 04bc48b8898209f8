import zlib

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

LEAST = 200  # bytes below which a packet is a packet anyway


def compress(request: HttpRequest, response: HttpResponse) -> None:
    """Gzips a public answer where the reader takes it: level 1 costs a few per cent of a tile's time.

    For answers without secrets only: a compressed secret beside text of an attacker's choice can be guessed.
    """
    patch_vary_headers(response, ["Accept-Encoding"])
    body = response.content
    if len(body) < LEAST or response.has_header("Content-Encoding"):
        return
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
        response.content = packer.compress(body) + packer.flush()
        response.headers["Content-Encoding"] = "gzip"
