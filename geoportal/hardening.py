"""What every request passes and every answer carries, whichever view there is."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from geoportal import limits
from geoportal.problems import FOR_PROGRAMS, problem
from geoportal.public import PUBLIC_ROUTES

_View = Callable[[HttpRequest], HttpResponse]
_FORWARDED: Final = ("HTTP_FORWARDED", "HTTP_X_REAL_IP")
#: Most bytes of a body, by how the path begins; the first that fits. Files are limited again.
MOST_BYTES: Final = (
    ("/lapangan/", 260_000_000),  # a report without the app: ten photographs as phones take them
    ("/permohonan/", 110_000_000),  # ten documents
    ("/petugas/", 110_000_000),
    ("/admin/", 30_000_000),
    ("", 33_000_000),  # three files, of anybody
)


class ForwardedHeadersMiddleware:
    """What says who asked, and how, is only a trusted proxy's to write (settings.TRUSTED_PROXIES)."""

    def __init__(self, get_response: _View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not limits.is_trusted_proxy(request.META.get("REMOTE_ADDR", "")):
            for name in [key for key in request.META if key.startswith("HTTP_X_FORWARDED_")]:
                del request.META[name]
            for name in _FORWARDED:
                request.META.pop(name, None)
        return self.get_response(request)


class ResponseHeadersMiddleware:
    """Defaults for what a view did not say itself.

    A page that asks who is there is kept by nobody and found by no search engine. Other sites may not embed
    what is not open to them: open are the answers with CORS, and the map that is made to be framed.
    """

    def __init__(self, get_response: _View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        match = request.resolver_match
        if match is not None and match.route not in PUBLIC_ROUTES:
            headers.setdefault("Cache-Control", "private, no-store")
            headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        if response.cookies and "private" not in headers.get("Cache-Control", ""):
            headers["Cache-Control"] = "private, no-store"  # a cookie is one reader's
        framed = getattr(response, "xframe_options_exempt", False)
        whose = "cross-origin" if framed or "Access-Control-Allow-Origin" in headers else "same-origin"
        headers.setdefault("Cross-Origin-Resource-Policy", whose)
        return response


class BodySizeMiddleware:
    """413 for a body that no view here would take, before any of it is read: the check of a token reads all.

    A body of unknown length (chunked) is read as empty: Django reads no more than Content-Length says.
    """

    def __init__(self, get_response: _View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        most = next(most for path, most in MOST_BYTES if request.path.startswith(path))
        if length.isdecimal() and int(length) <= most:
            return self.get_response(request)
        megabytes = most // 1_000_000
        if request.path.startswith((*FOR_PROGRAMS, "/lapangan/")):
            response: HttpResponse = problem(413, "Too large", f"At most {megabytes} MB at a time.")
        else:
            response = render(request, "413.html", {"most": megabytes}, status=413)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Connection"] = "close"  # the rest of the body is not waited for
        return response
