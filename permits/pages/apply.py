"""/permohonan/: choosing a type and filling in the form, one matter a screen."""

import json
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geoportal import intake, limits
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.geography import geocoding
from geoportal.ids import new_id
from permits import applications, corrections, documents, places, questions, steps
from permits.completeness import DOCUMENTS, missing, rules
from permits.finding import find
from permits.models import EDITABLE, Application, Permit, PermitType, Purpose
from permits.models import ApplicationStatus as Status
from permits.pages import shown
from permits.pages.answers import asks_outside, keep_for, kept_for, key_of, wants_json
from permits.pages.forms import FileAnswer, StepForm, city_map, form_for
from permits.points import read_latlon
from permits.refusals import Refused

LONGEST = 100_000  # characters of one step
MOST_PINS = 10  # of one application in an hour: each costs a slow hash


def who(request: HttpRequest) -> User:
    return cast("User", request.user)


def own(request: HttpRequest, public_id: str) -> Application:
    """An application that the reader files, or filed at the counter for somebody; 404 for any other."""
    rows = Application.objects.select_related("version__type", "company", "former", "applicant")
    user = who(request)
    mine = rows.of(user).filter(public_id=public_id).first()
    if mine is None and user.has_role(Role.FRONT_OFFICE):
        mine = rows.filter(public_id=public_id, filed_by__isnull=False).first()
    if mine is None:
        raise Http404
    return mine


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    rows = Application.objects.of(who(request)).select_related("version__type").order_by("-id")[:100]
    return render(request, "permits/mine.html", {"rows": [shown.line(row) for row in rows]})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """By everyday words, or ?jenis=<code>; ?izin=<public id> begins from a permit that one has."""
    if request.method == "POST":
        return _begin(request)
    query = " ".join(request.GET.get("q", "")[:200].split())
    kinds = list(PermitType.objects.online().order_by("-official", "name"))
    code = request.GET.get("jenis", "")
    context = {
        "q": query,
        "wanted": bool(code),
        "chosen": next((kind for kind in kinds if kind.code == code), None),
        "kinds": find(query, kinds),
        "purposes": [(value, label) for value, label in Purpose.choices if value == Purpose.NEW],
        "former": _former(request, request.GET.get("izin", "")),
        "others": [pair for pair in Purpose.choices if pair[0] != Purpose.NEW],
    }
    return render(request, "permits/choose.html", context)


def _former(request: HttpRequest, public_id: str) -> Permit | None:
    """One of the reader's own permits, to renew, change, copy or close."""
    held = Permit.objects.filter(company__memberships__user=who(request)).select_related("type", "company")
    return held.filter(public_id=public_id[:12]).first() if public_id else None


def _begin(request: HttpRequest) -> HttpResponse:
    former = _former(request, request.POST.get("izin", ""))
    wanted = request.POST.get("tujuan", Purpose.NEW)
    purpose = Purpose(wanted) if wanted in Purpose else Purpose.NEW
    if former is None and purpose != Purpose.NEW:
        messages.error(request, _("Choose the permit that this is about from the page of your business."))
        return redirect("apply-choose")
    code = request.POST.get("jenis", "")[:30].replace("\0", "")
    kind = former.type if former else PermitType.objects.filter(code=code).first()
    try:
        if kind is None:
            raise Refused(_("This permit type cannot be applied for here yet. Ask at the counter."))
        made = applications.begin(kind, purpose, by=who(request), former=former)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("apply-choose")
    return redirect("apply-step", made.public_id, steps.steps(made)[0].slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, public_id: str, slug: str) -> HttpResponse:
    """One screen of the form. With "Accept: application/json" it only saves, as one types."""
    application = own(request, public_id)
    every = steps.steps(application)
    position = next((n for n, one in enumerate(every) if one.slug == slug), None)
    if position is None:
        raise Http404
    if application.status not in EDITABLE:
        return redirect("apply-own", public_id)
    here = every[position]
    if request.method != "POST":
        return _page(request, application, every, position, here.texts(application))
    texts = {
        name: ",".join(values)[:LONGEST]
        for name, values in request.POST.lists()
        if name not in _OURS and not name.startswith(_ANSWER)
    }
    texts |= {name: "" for name in request.POST.get("centang", "").split() if name not in texts}
    try:
        keep_answers(request, application)
        texts |= _files(request, application)
        saved = steps.save(application, here, texts, _base(request), by=who(request))
    except Refused as refusal:
        if wants_json(request):
            return JsonResponse({"refused": str(refusal)}, status=409)
        messages.error(request, str(refusal))
        if intake.named_sent(request, _FILE) and application.status in EDITABLE:
            steps.save(application, here, texts, _base(request), by=who(request))  # the words are kept
            return redirect("apply-step", public_id, slug)
        return redirect("apply-own", public_id)
    if wants_json(request):
        return JsonResponse({"stored": saved.stored, "conflicts": saved.conflicts})
    form = form_for(here, texts, application=application, by=who(request))
    if saved.conflicts or not form.is_valid() or "tambah" in request.POST:
        told = texts | ({} if form.errors else saved.stored) | saved.conflicts
        bound = "tambah" not in request.POST
        return _page(request, application, every, position, told, saved=saved, bound=bound)
    return _onwards(request, application, every, position)


_ANSWER = "jawab-"


def keep_answers(request: HttpRequest, application: Application) -> None:
    """What was written about requests for correction, beside the fields or in their list. Raises Refused."""
    for name, value in request.POST.items():
        item = key_of(name.removeprefix(_ANSWER)) if name.startswith(_ANSWER) else None
        if item is not None and str(value).strip():
            corrections.answer(application, item, text=str(value), by=who(request))


_OURS = frozenset({"csrfmiddlewaretoken", "dasar", "centang", "tambah", "lanjut", "tanpa"})


def _files(request: HttpRequest, application: Application) -> dict[str, str]:
    """The ids of files that answer questions, by the names of these; "" for those that were taken out."""
    found = dict.fromkeys(request.POST.getlist("tanpa"), "")
    for name, file in intake.named_sent(request, _FILE).items():
        sent = documents.answer(application, file, name=file.name or "", by=who(request))
        found[name] = sent.public_id
    return found


_FILE = "berkas:"


def _base(request: HttpRequest) -> dict[str, str] | None:
    """What this tab was shown; None where it does not say."""
    try:
        told = json.loads(request.POST.get("dasar", "")[:LONGEST])
    except ValueError:
        return None
    return {str(k): str(v) for k, v in told.items()} if isinstance(told, dict) else None


def _onwards(
    request: HttpRequest, application: Application, every: list[steps.Step], position: int
) -> HttpResponse:
    if application.status == Status.RETURNED:
        return redirect("apply-own", application.public_id)
    if position + 1 < len(every):
        return redirect("apply-step", application.public_id, every[position + 1].slug)
    if rules(application):
        return redirect("apply-step", application.public_id, DOCUMENTS)
    return redirect("apply-summary", application.public_id)


def _page(
    request: HttpRequest,
    application: Application,
    every: list[steps.Step],
    position: int,
    texts: dict[str, str],
    *,
    saved: steps.Saved | None = None,
    bound: bool = False,
) -> HttpResponse:
    here = every[position]
    form = form_for(here, texts, application=application, by=who(request))
    if not bound:
        form.errors.clear()
    base = saved.stored if saved else here.texts(application)
    asked = shown.beside(application)
    context = {
        "application": application,
        "step": here,
        "form": form,
        "number": position + 1,
        "count": len(every) + 1,
        "percent": round(100 * (position + 1) / (len(every) + 1)),
        "back": every[position - 1].slug if position else "",
        "base": base,
        "base_text": json.dumps(base),
        "conflicts": bool(saved and saved.conflicts),
        "fields": [(field, asked.get(f"{here.concerns}.{field.name}", [])) for field in form],
        "asked": asked.get(f"{here.concerns}.", []),  # about the whole step
        "ticks": " ".join(n for n, field in form.fields.items() if isinstance(field, forms.BooleanField)),
    }
    if isinstance(here, steps.PlaceStep):
        context |= _places(application)
    elif isinstance(here, steps.QuestionStep):
        context |= _answered(application, here, form)
    status = 409 if context["conflicts"] else 422 if bound and form.errors else 200
    return render(request, "permits/step.html", context, status=status)


def _places(application: Application) -> dict[str, Any]:
    named = [(site.ordinal, places.name(site.point)) for site in application.sites.all() if site.point]
    return {"places": named, **city_map()}


def _answered(application: Application, here: steps.QuestionStep, form: StepForm) -> dict[str, Any]:
    """What the pages of places and files add to a screen of questions."""
    found: dict[str, Any] = {}
    drawn = [field.widget.attrs for field in form.fields.values()]
    if any("data-point" in attrs or "data-outline" in attrs for attrs in drawn):
        found |= city_map()
        answers = application.all_answers
        shapes = [q for q in here.screen.questions if isinstance(answers.get(q.key), dict)]
        found["far"] = [q.label for q in shapes if questions.outside(answers[q.key])]
    if any(isinstance(field, FileAnswer) for field in form.fields.values()):
        given = documents.given(application).get(documents.ANSWER, [])
        found["files"] = {one.upload.public_id: one.upload for one in given}
    return found


@login_not_required  # the report of a place asks it too
@never_cache
@require_safe
def village(request: HttpRequest) -> HttpResponse:
    """The village of ?titik=lat,lon, named back while one taps."""
    point = read_latlon(request.GET.get("titik", "")[:60])
    if point is None:
        return JsonResponse({"name": "", "inside": False}, status=400)
    named = places.name(point)
    return JsonResponse({"name": named.name, "inside": named.inside})


@never_cache
@require_safe
def address(request: HttpRequest) -> HttpResponse:
    """Points for the words in ?q=, by whatever geocoder is configured."""
    words = geocoding.words(request.GET.get("q", ""))
    try:
        if words:
            asks_outside(request, "geocoder")
        found = geocoding.geocoder().search(words, limit=5) if words else []
    except (geocoding.GeocoderUnavailable, Refused) as error:
        return JsonResponse({"found": [], "problem": str(error)})
    return JsonResponse({"found": [{"label": f.label, "lat": f.lat, "lon": f.lon} for f in found]})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def summary(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everything to check once more; POST sends it."""
    application = own(request, public_id)
    if request.method == "POST":
        return _send(request, application)
    if application.status != Status.DRAFT:
        return redirect("apply-own", public_id)
    context = {
        "application": application,
        "groups": shown.groups(application),
        "gaps": missing(application),
        "papers": documents.given(application),
        "key": new_id(applications.KEY_LENGTH),
    }
    return render(request, "permits/summary.html", context)


def _send(request: HttpRequest, application: Application) -> HttpResponse:
    try:
        pin = applications.submit(application, key=request.POST.get("kunci", "")[:80], by=who(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("apply-summary", application.public_id)
    return with_pin(application, pin)


def with_pin(application: Application, pin: str) -> HttpResponse:
    return keep_for(reverse("apply-receipt", args=[application.public_id]), pin)


@never_cache
@require_safe
def receipt(request: HttpRequest, public_id: str) -> HttpResponse:
    application = own(request, public_id)
    if application.registration_number is None:
        return redirect("apply-summary", public_id)
    pin = receipt_pin(request, application)
    return render(request, "permits/receipt.html", {"application": application, "pin": pin})


def receipt_pin(request: HttpRequest, application: Application) -> str | None:
    """The PIN, while the browser that sent the application still knows it."""
    return kept_for(request, reverse("apply-receipt", args=[application.public_id]))


@require_POST
def pin(request: HttpRequest, public_id: str) -> HttpResponse:
    application = own(request, public_id)
    try:
        with limits.misses("new-pin", public_id, most=MOST_PINS, seconds=3600):
            return with_pin(application, applications.new_pin(application, by=who(request)))
    except limits.TooMany:
        messages.error(request, _("Many new PINs were made. Use the newest one, or try again in an hour."))
        return redirect("apply-own", public_id)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("apply-own", public_id)
