"""/lapangan/: what an inspector has before them. Pages that need no script, and what the field app sends."""

import base64
import binascii
import json
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from geoportal import intake
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.geography.directions import links
from permits import field, fieldnotes, geotag, photos, reports, uploads, visits
from permits.letters import store
from permits.models import Found, LocationKind, SignerRole, Verdict, Visit, VisitKind, VisitReport
from permits.pages.answers import private, site_of
from permits.pages.queue import staff_only
from permits.refusals import Refused

FORMATS = (1,)  # of reports that phones may still hold: none is ever taken off


def inspector(request: HttpRequest) -> User:
    return staff_only(request, lambda user: user.has_role(Role.INSPECTOR))


@never_cache
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    user = inspector(request)
    rows = field.cases(user)
    on = timezone.localdate()
    context = {
        "today": on,
        "now": [one for one in rows if one.visit.day and one.visit.day <= on],
        "later": [one for one in rows if one.visit.day and one.visit.day > on],
        "sent": field.newest_reports(user),
    }
    return render(request, "permits/field/today.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def visit(request: HttpRequest, public_id: str) -> HttpResponse:
    """The form in one page, for a phone with a signal and a browser without scripts."""
    user = inspector(request)
    found = get_object_or_404(visits.whole(Visit.objects.of(user)), public_id=public_id)
    problems: list[str] = []
    kept = request.POST.getlist("foto-ada")[: fieldnotes.MOST_PHOTOS]
    if request.method == "POST":
        try:
            report = _from_form(request, found, kept, user)
        except fieldnotes.Invalid as invalid:
            problems = invalid.problems
        except Refused as refusal:
            problems = [str(refusal)]
        else:
            _say(request, report)
            return redirect("field")
    site = visits.site_of(found)
    context = {
        "visit": found,
        "site": site,
        "holder": visits.holder_of(found),
        "kind": visits.type_of(found),
        "number": visits.number_of(found),
        "directions": links(site.point.x, site.point.y, visits.holder_of(found)) if site.point else None,
        "verdicts": Verdict.choices,
        "founds": Found.choices,
        "roles": SignerRole.choices,
        "monitors": found.kind == VisitKind.MONITORING,
        "parcel": visits.type_of(found).location_kind == LocationKind.PARCEL,
        "answers": [(item, request.POST.get(f"periksa-{item['key']}", "")) for item in found.checklist],
        "key": request.POST.get("kunci") or str(uuid4()),
        "problems": problems,
        "kept": kept,
        "posted": request.POST,
        "unsigned": request.POST.get("tanpa-tanda", ""),
    }
    return render(request, "permits/field/visit.html", context, status=422 if problems else 200)


def _from_form(request: HttpRequest, found: Visit, kept: list[str], user: User) -> VisitReport:
    """`kept`: keys of photographs that came with a form that was refused; new ones are added to it."""
    key = fieldnotes.key_of(request.POST.get("kunci", ""))
    if key is None:
        raise Refused(_("Load the page again and fill in the form there."))
    for file in intake.all_sent(request, "foto", most=fieldnotes.MOST_PHOTOS):
        with uploads.refused():
            data = intake.read(file, photos.MOST_BYTES)
        photo, _new = photos.receive(found, uuid5(key, sha256(data).hexdigest()), data, digest=None, by=user)
        if str(photo.key) not in kept:
            kept.append(str(photo.key))
    told = {
        "recorded_at": timezone.now().isoformat(),
        "verdict": request.POST.get("hasil", ""),
        "found": request.POST.get("ditemukan", ""),
        "answers": {
            item["key"]: {
                "value": request.POST.get(f"periksa-{item['key']}", ""),
                "note": request.POST.get(f"catatan-{item['key']}", ""),
            }
            for item in found.checklist
        },
        "findings": request.POST.get("temuan", ""),
        "conditions": request.POST.get("syarat", "").splitlines(),
        "corrected": request.POST.get("titik", ""),
        "outline": request.POST.get("batas", ""),
        "photos": [{"key": one, "caption": ""} for one in kept],
        "signer_name": request.POST.get("nama", ""),
        "signer_role": request.POST.get("sebagai", ""),
        "unsigned_reason": request.POST.get("tanpa-tanda", ""),
    }
    return reports.hand_in(found, key, told, sent_at=None, by=user, site=site_of(request))[0]


def _say(request: HttpRequest, report: VisitReport) -> None:
    if report.conflict:
        text = _("The report was received and kept for the office. It does not count: %s.")
        messages.warning(request, text % report.get_conflict_display())
    else:
        messages.success(request, _("The report was received: %s.") % report.number)


@never_cache
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Everything that the field app keeps for today and the days after, and the token to send with."""
    user = inspector(request)
    return private(
        json.dumps(
            {
                "user": str(user.pk),
                "name": user.called,
                "csrf": get_token(request),
                "now": timezone.now().isoformat(),
                "cases": [field.as_json(one) for one in field.cases(user)],
                "ended": field.ended(user),
            }
        ).encode(),
        kind="application/json",
    )


def _problem(status: int, text: str, **more: Any) -> HttpResponse:
    response = JsonResponse({"problem": text, **more}, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _digest(request: HttpRequest) -> bytes | None:
    """Of the header Content-Digest (RFC 9530); None where there is none to compare."""
    text = request.headers.get("Content-Digest", "")
    if not text.startswith("sha-256=:"):
        return None
    try:
        return base64.b64decode(text.removeprefix("sha-256=:").rstrip(":"), validate=True)
    except binascii.Error:
        return b""


@never_cache
@require_http_methods(["PUT"])
def photo(request: HttpRequest, public_id: str, key: UUID) -> HttpResponse:
    """201 for a new photograph, 200 for one that came before: the app may send as often as it must."""
    user = inspector(request)
    found = get_object_or_404(Visit, public_id=public_id)
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and int(length) > photos.MOST_BYTES:
        return _problem(413, photos.too_large())
    body = request.read(photos.MOST_BYTES + 1)
    try:
        row, new = photos.receive(found, key, body, digest=_digest(request), by=user)
    except photos.CutOff as refusal:
        return _problem(400, str(refusal))
    except Refused as refusal:
        return _problem(422, str(refusal))
    return JsonResponse({"sha256": row.upload.sha256}, status=201 if new else 200)


@never_cache
@require_http_methods(["PUT"])
def report(request: HttpRequest, public_id: str, key: UUID) -> HttpResponse:
    """201 or 200 when it is kept; 409 with the photographs that are still to come; 422 with what is wrong."""
    user = inspector(request)
    found = get_object_or_404(Visit, public_id=public_id)
    try:
        told = json.loads(request.body)
    except ValueError:
        return _problem(400, _("This report was damaged on its way. It is sent again."))
    if not isinstance(told, dict) or told.get("format") not in FORMATS:
        return _problem(422, _("This app is too old or too new for the office. Open it with a signal first."))
    sent_at = geotag.moment(told.get("sent_at"))
    try:
        row, new = reports.hand_in(found, key, told, sent_at=sent_at, by=user, site=site_of(request))
    except reports.PhotosMissing as missing:
        return _problem(409, str(missing), missing=[str(one) for one in missing.keys])
    except fieldnotes.Invalid as invalid:
        return _problem(422, " ".join(invalid.problems), problems=invalid.problems)
    except Refused as refusal:
        return _problem(422, str(refusal), problems=[str(refusal)])
    said = {
        "number": row.number,
        "conflict": str(row.get_conflict_display()) if row.conflict else "",
        "doubts": field.doubts(row),
    }
    return JsonResponse(said, status=201 if new else 200)


@never_cache
@require_safe
def minutes(request: HttpRequest, key: UUID) -> HttpResponse:
    """Berita Acara: to staff who may see the case, and to whoever applied if it counts."""
    found = get_object_or_404(VisitReport.objects.select_related("visit__application"), key=key)
    if not field.may_read(request.user, found):
        raise PermissionDenied
    return private(store.get(found.pdf), filename=f"{found.number}.pdf".replace("/", "-"))
