"""Answers with a file that somebody sent. Who may see it was asked before.

With ACCEL_PREFIX the web server in front sends the file, from a location that only we can name
(X-Accel-Redirect; docs/operating.id.md has its lines). Without it, and from a bucket, it passes through us:
no address of a file itself is ever given away.
"""

import logging
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage, storages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from geoportal.intake import keeping

log = logging.getLogger(__name__)


def page(request: HttpRequest, folder: str, n: int) -> HttpResponse:
    """The picture of page `n`."""
    return _answer(request, f"{folder}/{n}.jpg", "image/jpeg")


def original(request: HttpRequest, folder: str, filename: str) -> HttpResponse:
    """For download only: no browser opens it within this site."""
    response = _answer(request, f"{folder}/original", "application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _answer(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    try:
        response = _accelerated(name) if settings.ACCEL_PREFIX else HttpResponse(keeping.read(name))
    except FileNotFoundError:
        raise Http404 from None
    except OSError:
        log.exception("the storage does not answer")
        answer = render(request, "503.html", status=503)
        answer["Retry-After"] = "60"
        return answer
    response["Content-Type"] = kind
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _accelerated(name: str) -> HttpResponse:
    if not isinstance(storages["default"], FileSystemStorage):
        return HttpResponse(keeping.read(name))
    if not default_storage.exists(name):
        raise FileNotFoundError(name)
    return HttpResponse(headers={"X-Accel-Redirect": settings.ACCEL_PREFIX + quote(name)})
