"""The site as an app on a phone: manifest, service worker, the page for no signal, the Android package."""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

_ICONS: Final = (("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any"),
                 ("icon-maskable-512.png", "512x512", "maskable"))  # fmt: skip
_WORKER: Final = Path(__file__).parent / "static/geoportal/js/worker.js"
#: Kept when the worker is installed: what the page for no signal needs.
_FILES: Final = ("geoportal/app.css", "geoportal/favicon.svg")


def _icon(name: str, sizes: str, purpose: str) -> dict[str, str]:
    return {"src": static(f"geoportal/{name}"), "sizes": sizes, "type": "image/png", "purpose": purpose}


def _shortcut(name: str, url: str) -> dict[str, Any]:
    return {"name": name, "url": url, "icons": [_icon(*_ICONS[0])]}


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    body = {
        "id": "/",
        "name": "SAKPORE " + settings.OFFICE_CITY,
        "short_name": "SAKPORE",
        "description": _("Find licensed businesses, get directions, check a permit, follow an application."),
        "lang": "id",
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#fdfcf9",
        "theme_color": "#28367f",
        "categories": ["government", "business"],
        "icons": [_icon(*one) for one in _ICONS],
        "shortcuts": [
            _shortcut(_("Permit map"), "/peta/"),
            _shortcut(_("Check a permit"), "/validasi/"),
            _shortcut(_("Follow an application"), "/lacak/"),
        ],
    }
    return HttpResponse(json.dumps(body), content_type="application/manifest+json")


@cache
def _source() -> str:
    return _WORKER.read_text("utf-8")


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """/pekerja.js, for the whole site but /lapangan/, which has its own."""
    head: dict[str, Any] = {"OFFLINE": reverse("offline"), "FILES": [static(path) for path in _FILES]}
    head["VERSION"] = sha256((json.dumps(head) + _source()).encode()).hexdigest()[:16]
    lines = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in head.items())
    response = HttpResponse(lines + _source(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "offline.html")


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def asset_links(request: HttpRequest) -> HttpResponse:
    """Which Android package may show this site without an address bar; 404 until settings name one."""
    if not settings.ANDROID_PACKAGE or not settings.ANDROID_FINGERPRINTS:
        raise Http404
    target = {
        "namespace": "android_app",
        "package_name": settings.ANDROID_PACKAGE,
        "sha256_cert_fingerprints": settings.ANDROID_FINGERPRINTS,
    }
    relation = ["delegate_permission/common.handle_all_urls"]
    return JsonResponse([{"relation": relation, "target": target}], safe=False)
