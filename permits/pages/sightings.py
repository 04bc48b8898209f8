"""/petugas/laporan/: places that somebody told of; each becomes a visit, or is dismissed with a reason."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from geoportal.accounts.models import User
from geoportal.masking import mask, mask_within
from permits import desks, places, reveals, sightings
from permits.models import Outcome, Sighting, SightingState
from permits.pages.answers import key_of
from permits.pages.queue import staff_only
from permits.refusals import Refused


class FindingForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("Result"), choices=Outcome.choices, widget=forms.RadioSelect
    )
    visited_on = forms.DateField(
        label=gettext_lazy("Visited on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    number = forms.CharField(
        label=gettext_lazy("Number of the permit that was found"), max_length=100, required=False
    )
    findings = forms.CharField(
        label=gettext_lazy("Findings"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    use_required_attribute = False


def _reader(request: HttpRequest) -> User:
    return staff_only(request, sightings.may_read)


@never_cache
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Open ones, the oldest first; ?lihat=semua: all, the newest first."""
    user = _reader(request)
    every = request.GET.get("lihat") == "semua"
    rows = sightings.visible_to(user).select_related("spot_check__assigned_to")
    rows = rows.order_by("-id") if every else rows.open().order_by("id")
    context = {
        "page": Paginator(rows, desks.PAGE).get_page(request.GET.get("hal")),
        "every": every,
        "decides": sightings.may_decide(user),
    }
    return render(request, "permits/sightings.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, public_id: str) -> HttpResponse:
    user = _reader(request)
    found = _found(user, public_id)
    form = FindingForm(initial={"visited_on": timezone.localdate()})
    if request.method != "POST":
        return _page(request, found, user, form)
    if request.POST.get("tindakan") == "hasil":
        form = FindingForm(request.POST)
        if not form.is_valid():
            return _page(request, found, user, form, status=422)
    try:
        if told := _write(request, found, form, user):
            messages.success(request, told)
        return redirect("sighting-desk", public_id)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _page(request, _found(user, public_id), user, form, status=409)


def _found(user: User, public_id: str) -> Sighting:
    rows = sightings.visible_to(user).select_related(
        "spot_check__assigned_to",
        "spot_check__ordered_by",
        "spot_check__reported_by",
        "spot_check__permit",
        "dismissed_by",
    )
    return get_object_or_404(rows, public_id=public_id[:12])


def _page(
    request: HttpRequest, found: Sighting, user: User, form: FindingForm, *, status: int = 200
) -> HttpResponse:
    decides, revealed = sightings.may_decide(user), reveals.shows(found, user)
    context = {
        "sighting": found,
        "check": getattr(found, "spot_check", None),
        "uploads": list(found.uploads.all()),
        "revealed": revealed,
        "reasons": reveals.WHY_TOLD,
        "contact": found.contact if revealed else mask(found.contact),
        "text": found.text if revealed else mask_within(found.text),
        "where": found.where if revealed else mask_within(found.where),
        "place": places.name(found.point) if found.point else None,
        "near": desks.permits_at([found.point]) if found.point else [],
        "fresh": decides and found.state == SightingState.NEW,
        "dismissable": decides and found.state in (SightingState.NEW, SightingState.VISIT),
        "form": form if found.state == SightingState.VISIT or form.is_bound else None,
        "visitors": list(sightings.visitors()) if decides and found.state == SightingState.NEW else [],
        "errand": request.POST.get("pesan", ""),
        "reason": request.POST.get("alasan", "") if request.POST.get("tindakan") == "hentikan" else "",
    }
    return render(request, "permits/sighting_desk.html", context, status=status)


def _write(request: HttpRequest, found: Sighting, form: FindingForm, user: User) -> str:
    deed = request.POST.get("tindakan", "")
    if deed == "tampilkan":
        reveals.reveal(found, request.POST.get("alasan", ""), by=user)
        return ""
    if deed == "kunjungi":
        person = key_of(request.POST.get("kepada", ""))
        to = None if person is None else sightings.visitors().filter(pk=person).first()
        check = sightings.order_visit(found, to=to, errand=request.POST.get("pesan", ""), by=user)
        name = check.assigned_to.called
        return _("%s is to visit the place.") % name
    if deed == "hasil":
        told = form.cleaned_data
        finding = sightings.Finding(
            Outcome(told["outcome"]), told["visited_on"], told["findings"], told["number"]
        )
        sightings.record(found, finding, by=user)
        return _("The result of the visit was recorded.")
    if deed != "hentikan":
        raise Refused(_("Choose what to do with it: visit, record the result, or dismiss."))
    sightings.dismiss(found, request.POST.get("alasan", ""), by=user)
    return _("The report was dismissed.")
