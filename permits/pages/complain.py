"""/pengaduan/: a complaint without an account, its receipt, and what became of it by number and PIN."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from geoportal.ids import new_id
from permits import complaints, reveals
from permits.models import Complaint, ComplaintState, Topic
from permits.pages import voice
from permits.pages.answers import keep_for, kept_for
from permits.pages.follow import TrackForm, looked_up


class ComplaintForm(voice.VoiceForm):
    topic = forms.ChoiceField(
        label=_("What is your complaint about?"), choices=Topic.choices, widget=forms.RadioSelect
    )
    about = forms.CharField(
        label=_("Number of the application or permit"),
        max_length=100,
        required=False,
        help_text=_("If you know it; it stands on the receipt or on the letter."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    text = forms.CharField(
        label=_("What happened?"),
        help_text=_("When, where, and what you expect of us. Leave out NIK and other people's data."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    photos = voice.FilesField(
        label=_("Photographs or documents"), help_text=_("At most three: JPEG, PNG, HEIC or PDF, 10 MB each.")
    )
    sender = forms.CharField(
        label=_("Your name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["topic", "about", "text", "photos", "sender", "contact"]


class FollowForm(TrackForm):
    nomor = forms.CharField(
        label=_("Number of the complaint"),
        max_length=30,
        help_text=_("As on its receipt; for example ADU-2026-00012"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def complain(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return voice.page(request, "permits/complain.html", ComplaintForm(initial=_start(request)))
    form = ComplaintForm(request.POST, request.FILES)
    if form.is_trapped:
        return _receipt(f"ADU-{new_id(6)}", "000000")
    made = voice.take(request, form, "complain", lambda key: _send(request, form, key))
    if made is None:
        return voice.page(request, "permits/complain.html", form)
    complaint, pin = made
    return _receipt(complaint.number, pin)


def _start(request: HttpRequest) -> dict[str, Any]:
    account = voice.account_of(request)
    mine = {"sender": account.get_full_name(), "contact": account.email or account.phone} if account else {}
    return mine | {"about": request.GET.get("nomor", "")[:100]}


def _send(request: HttpRequest, form: ComplaintForm, key: str) -> tuple[Complaint, str]:
    earlier = complaints.earlier(key)
    if earlier is not None:
        return earlier
    by, told = voice.account_of(request), form.cleaned_data
    words = complaints.Words(
        topic=Topic(told["topic"]),
        text=told["text"],
        about=told["about"],
        sender=told["sender"],
        contact=told["contact"],
        uploads=voice.received(told["photos"], by=by),
    )
    return complaints.complain(words, key=key, by=by)


def _receipt(number: str, pin: str) -> HttpResponse:
    return keep_for(reverse("complaint-receipt"), f"{number} {pin}")


@login_not_required
@never_cache
@require_safe
def receipt(request: HttpRequest) -> HttpResponse:
    """Number and PIN, while the browser that sent the complaint still knows them."""
    kept = kept_for(request, reverse("complaint-receipt"))
    if kept is None:
        return redirect("complaint-follow")
    number, pin = kept.split()
    return render(request, "permits/complained.html", {"number": number, "pin": pin, "days": complaints.DAYS})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        number = request.GET.get("nomor", "")[:30]
        form = FollowForm(initial={"nomor": number})
        return render(request, "permits/complaint_follow.html", {"form": form})
    form = FollowForm(request.POST)
    found, status = looked_up(request, form, "complaint", _find)
    context = {
        "form": form,
        "complaint": found,
        "open": found and found.state == ComplaintState.OPEN,
        "looked": reveals.told(found) if found else [],
    }
    response = render(request, "permits/complaint_follow.html", context, status=status)
    if form.retry_after:
        response.headers["Retry-After"] = str(form.retry_after)
    return response


def _find(number: str) -> Complaint | None:
    return Complaint.objects.filter(number=number.upper()).first()
