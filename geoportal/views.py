"""Health: whether this process runs, and whether it can serve. And what browsers and robots ask for."""

from datetime import UTC, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe


@login_not_required
@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and has every migration; 503 with the reason otherwise."""
    try:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return JsonResponse({"ready": False, "reason": "the database does not answer"}, status=503)
    if missing:
        return JsonResponse({"ready": False, "reason": f"{missing} migrations are not applied"}, status=503)
    return JsonResponse({"ready": True})


@login_not_required
@require_safe
@cache_control(public=True, max_age=86_400)
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it on pages that name no icon: the administration, the API's pages, a framed map."""
    response = redirect(static("geoportal/favicon.svg"))
    # a framed map asks from an origin of its own
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


#: Good for so long: a copy that somebody kept must not outlive whom it names (RFC 9116: at most a year).
_CONTACT_DAYS: Final = 180
_ROBOTS: Final = """User-agent: *
Disallow: /api/v1/
Disallow: /ogc/
Disallow: /tiles/
Disallow: /bahasa/
"""


@login_not_required
@require_safe
@cache_control(public=True, max_age=86_400)
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a fault of security (RFC 9116)."""
    site = settings.SITE_URL or f"{request.scheme}://{request.get_host()}"
    mail = f"mailto:{settings.OFFICE_EMAIL}" if settings.OFFICE_EMAIL else f"{site}/pengaduan/"
    ends = datetime.combine(datetime.now(UTC) + timedelta(days=_CONTACT_DAYS), time.min, UTC)
    lines = {
        "Contact": settings.SECURITY_CONTACT or mail,
        "Expires": ends.isoformat().replace("+00:00", "Z"),
        "Preferred-Languages": "id, en",
        "Canonical": site + request.path,
    }
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
@cache_control(public=True, max_age=86_400)
def robots(request: HttpRequest) -> HttpResponse:
    """Only what would cost much and show nothing. What must not be found says so itself (X-Robots-Tag)."""
    return HttpResponse(_ROBOTS, content_type="text/plain; charset=utf-8")
