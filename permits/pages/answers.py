"""What all pages do alike: tell a refusal, send a private file, read a key from a form."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from geoportal import limits
from permits.refusals import Refused

MOST_ASKED, ASKED_SECONDS = 20, 900  # questions of one person to an outside service
PIN_COOKIE, PIN_SECONDS = "__Secure-pin" if settings.HTTPS else "pin", 3600


@contextmanager
def refusals_told(request: HttpRequest) -> Iterator[None]:
    """A verb that refuses ends the block, and the next page says why."""
    try:
        yield
    except Refused as refusal:
        messages.error(request, str(refusal))


def asks_outside(request: HttpRequest, service: str) -> None:
    """Before a button asks a `service` of others, which may cost money or shut us out. Raises Refused."""
    try:
        with limits.misses(
            f"outside.{service}", str(request.user.pk), most=MOST_ASKED, seconds=ASKED_SECONDS
        ):
            pass
    except limits.TooMany as error:
        minutes = -(-error.retry_after // 60)
        raise Refused(
            _("This was asked too often. Nothing was done; try again in %(n)d minutes.") % {"n": minutes}
        ) from error


def private(
    data: bytes, *, kind: str = "application/pdf", filename: str = "", attach: bool = False
) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    if filename:
        how = "attachment" if attach else "inline"
        response["Content-Disposition"] = f'{how}; filename="{filename}"'
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def site_of(request: HttpRequest) -> str:
    """Where QR codes lead: where the office says that this site lives, else where it was asked."""
    return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"


def key_of(text: str) -> int | None:
    """A row's key as a form sends it; None for what cannot be one."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


def keep_for(where: str, text: str) -> HttpResponse:
    """To a receipt's page. What it alone may show goes in a cookie of it: of a PIN we keep only a hash."""
    response = HttpResponseRedirect(where)
    response.status_code = 303
    if text:
        how = {"httponly": True, "secure": settings.HTTPS, "samesite": "Strict"}
        response.set_signed_cookie(PIN_COOKIE, text, salt=where, max_age=PIN_SECONDS, path=where, **how)
    return response


def kept_for(request: HttpRequest, where: str) -> str | None:
    """What keep_for gave, while the browser still knows it."""
    kept: str | None = request.get_signed_cookie(PIN_COOKIE, None, salt=where, max_age=PIN_SECONDS)
    return kept
