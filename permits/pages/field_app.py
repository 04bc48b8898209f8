"""The field app's shell and its service worker. Neither holds anything personal."""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from permits.models import Found, SignerRole, Verdict
from permits.pages.field import inspector
from permits.pages.visits import box

#: Everything that the shell asks for: kept together, of one version.
FILES: Final = (
    "geoportal/app.css",
    "geoportal/favicon.svg",
    "leaflet/leaflet.css",
    "leaflet/leaflet.js",
    "permits/field/field.css",
    "maps/map/tiles.js",
    "permits/field/app.js",
)
_SOURCES: Final = ("permits/templates/permits/field", "geoportal/templates", "permits/locale")


@never_cache
@require_safe
def app(request: HttpRequest) -> HttpResponse:
    inspector(request)
    context = {
        "words": words(),
        "verdicts": Verdict.choices,
        "founds": Found.choices,
        "roles": SignerRole.choices,
        "box": box(),
    }
    return render(request, "permits/field/app.html", context)


@cache
def version() -> str:
    """Another one as soon as any file, text or template of the shell is another."""
    digest = sha256(json.dumps([static(path) for path in FILES]).encode())
    for folder in _SOURCES:
        for path in sorted(Path(settings.BASE_DIR, folder).rglob("*.*")):
            if path.suffix in {".html", ".po", ".svg"}:
                digest.update(path.read_bytes())
    digest.update(_worker_source().encode())
    return digest.hexdigest()[:16]


@cache
def _worker_source() -> str:
    return (Path(__file__).parents[1] / "static/permits/field/worker.js").read_text("utf-8")


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """/lapangan/pekerja.js: beneath the folder that it may serve. Never from a cache: it says what is new."""
    head = {"VERSION": version(), "SHELL": reverse("field-app"), "FILES": [static(path) for path in FILES]}
    lines = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in head.items())
    response = HttpResponse(lines + _worker_source(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def words() -> dict[str, str]:
    """What app.js says."""
    return {
        "full": _(
            "The phone's storage is full, so the last change was not kept. Send what waits, or delete other "
            "files, then do it again."
        ),
        "begun": _("Begun"),
        "waiting": _("Finished, waits to be sent"),
        "stuck": _("Not accepted: open it and put it right"),
        "changed": _("The office ended this visit; a report is still kept for the office"),
        "queue": _("{n} reports wait to be sent."),
        "nothing": _("Nothing waits to be sent."),
        "kept": _("kept, but does not count:"),
        "doubts": _("to be doubted:"),
        "measuring": _("Measuring; hold the phone still under the open sky …"),
        "measured": _("Measured: {at}, accurate to {accuracy} m, from {n} readings."),
        "rough": _(
            "Accurate only to {accuracy} m: no point is drawn from it. Go outdoors and measure again, or tap "
            "the place on the map."
        ),
        "corrected": _("Corrected by hand: {at}."),
        "denied": _(
            "The phone does not tell this page where it is. Allow location for this site in its settings, or "
            "tap the place on the map."
        ),
        "nowhere": _("No position was found. Go outdoors and measure again, or tap the place on the map."),
        "video": _("{name} is a video. Take photographs only."),
        "large": _("{name} is larger than 25 MB. Take a smaller photograph."),
        "hollow": _("{name} is empty. Take the photograph again."),
        "needFound": _("Say whether the place was found."),
        "needFindings": _("Say what was found: the decision rests on it."),
        "needVerdict": _("Choose the verdict."),
        "needChecklist": _("Answer the whole checklist."),
        "needPhoto": _("Take at least one photograph of the place."),
        "needSignature": _("Let the owner or a witness sign, or write why nobody signed."),
        "needName": _("Write the name of whoever signed."),
        "offline": _("No signal. Everything is kept on this phone and sent by itself later."),
        "signin": _("You are signed out. Everything is kept on this phone; sign in to send it."),
        "signinLink": _("Sign in"),
        "sending": _("Sending: {holder} …"),
        "unclear": _("The office did not accept this. Open the report and try again, or tell the office."),
        "others": _(
            "Reports of another inspector are still on this phone. They see and send them by signing in."
        ),
        "noWorker": _("This browser cannot keep the app for places without a signal. Use Chrome, and https."),
        "update": _("A new version is ready. What you wrote stays."),
        "updateNow": _("Use it now"),
        "first": _("Open this app once with a signal, signed in as an inspector: then it works without."),
    }
