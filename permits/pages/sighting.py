"""/lapor/: "Tidak menemukan izin? Laporkan". A place, what is there, a photograph; no name and no account."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from geoportal.geography.forms import LatLonField
from geoportal.ids import new_id
from permits import places, sightings
from permits.models import Sighting
from permits.pages import voice
from permits.pages.answers import keep_for, kept_for
from permits.pages.forms import city_map
from permits.points import read_latlon


class SightingForm(voice.VoiceForm):
    point = LatLonField(
        label=gettext_lazy("Point on the map"),
        required=False,
        help_text=gettext_lazy(
            "Tap the map, or write latitude, longitude; for example -6.888900, 109.675300"
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-point": "1"}),
    )
    where = forms.CharField(
        label=gettext_lazy("Address or landmark"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("If you have no point: how one gets there."),
    )
    text = forms.CharField(
        label=gettext_lazy("What is there?"),
        help_text=gettext_lazy("The kind of business or building, what its sign says, since when."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    photos = voice.FilesField(
        label=gettext_lazy("Photographs"),
        help_text=gettext_lazy("At most three, without people's faces if you can."),
    )
    field_order = ["point", "where", "text", "photos", "contact"]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not self.errors.get("point") and not told.get("point") and not told.get("where", "").strip():
            raise ValidationError(_("Say where it is: tap the map, or write the address."))
        point = told.get("point")
        if point is not None and not places.name(point).inside:
            self.add_error("point", _("This point lies outside the city. This office can only look within."))
        return told


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sighting(request: HttpRequest) -> HttpResponse:
    """?lat= &lon= as the map links here."""
    if request.method != "POST":
        return _page(request, SightingForm(initial=_start(request)))
    form = SightingForm(request.POST, request.FILES)
    if form.is_trapped:
        return keep_for(reverse("sighting-sent"), f"LAP-{new_id(6)}")
    made = voice.take(request, form, "sighting", lambda key: _send(form, key))
    if made is None:
        return _page(request, form)
    return keep_for(reverse("sighting-sent"), made.number)


def _start(request: HttpRequest) -> dict[str, Any]:
    given = f"{request.GET.get('lat', '')[:20]},{request.GET.get('lon', '')[:20]}"
    return {"point": read_latlon(given)}


def _page(request: HttpRequest, form: SightingForm) -> HttpResponse:
    return voice.page(request, "permits/sighting.html", form, **city_map())


def _send(form: SightingForm, key: str) -> Sighting:
    found = sightings.earlier(key)
    if found is not None:
        return found
    told = form.cleaned_data
    words = sightings.Words(
        text=told["text"],
        point=told["point"],
        where=told["where"],
        contact=told["contact"],
        uploads=voice.received(told["photos"], by=None),
    )
    return sightings.report(words, key=key)


@login_not_required
@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    number = kept_for(request, reverse("sighting-sent"))
    if number is None:
        return redirect("sighting")
    return render(request, "permits/sighted.html", {"number": number})
