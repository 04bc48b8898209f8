"""An application that was sent: its progress, corrections, withdrawal; and /lacak/ for who has no account."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.hashers import check_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geoportal import limits
from permits import corrections, field, reveals, signatures, survey, workflow
from permits.completeness import rules
from permits.models import DECIDED, FINAL, Application
from permits.models import ApplicationStatus as Status
from permits.pages import shown
from permits.pages.answers import refusals_told
from permits.pages.apply import keep_answers, own, who
from permits.workflow import PUBLIC

MISSES, SECONDS = 10, 900  # wrong guesses of one address, and for one number
_NOBODY = "argon2$argon2id$v=19$m=102400,t=2,p=8$Y29udG9oY29udG9o$7NqO0o3wT1w9n0b7l9y3Kg"


@never_cache
@require_safe
def overview(request: HttpRequest, public_id: str) -> HttpResponse:
    application = own(request, public_id)
    if application.status == Status.DRAFT:
        return redirect("apply-summary", public_id)
    moves = {one.name for one in workflow.allowed_moves(application, who(request))}
    groups = shown.groups(application)
    asked = corrections.asked(application) if application.status == Status.RETURNED else []
    context = progress_of(application) | {
        "groups": groups,
        "may_withdraw": "withdraw" in moves,
        "may_resubmit": "resubmit" in moves,
        "asked": shown.requests(asked, groups, rules(application) if asked else [], public_id),
        "seen": application.events_count,
        "letter": signatures.letter_of(application) if application.status in FINAL else None,
        "site_reports": [one for one in field.of_application(application) if not one.conflict],
        "visits": application.inspections.exclude(letter=None),
        "looked": reveals.told(application),
        "acts": application.permit.acts.exclude(document=None) if application.permit else [],
    }
    return render(request, "permits/own.html", context)


def progress_of(application: Application) -> dict[str, object]:
    events = list(application.events.order_by("ordinal"))
    return {
        "application": application,
        "kind": application.version.type,
        "status": PUBLIC[Status(application.status)],
        "sounds": shown.sounds(application.status),
        "moments": shown.progress(events),
        "late": shown.late(application),
        "survey": survey.token(application) if application.status in DECIDED else "",
    }


@require_POST
def answer(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answers to corrections, and with "kirim" the whole file again."""
    application = own(request, public_id)
    with refusals_told(request):
        keep_answers(request, application)
        if "kirim" in request.POST:
            workflow.apply(application, "resubmit", by=who(request))
            messages.success(request, _("Your corrections were sent. The front office looks at them next."))
        else:
            messages.success(request, _("Saved. Send the file again when everything is put right."))
    if "dokumen" in request.POST:
        return redirect("apply-papers", public_id)
    return redirect("apply-own", public_id)


@require_POST
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    application = own(request, public_id)
    with refusals_told(request):
        reason = {"note": request.POST.get("catatan", "")[:500]}
        workflow.apply(application, "withdraw", by=who(request), data=reason)
        messages.success(request, _("The application was withdrawn."))
    return redirect("apply-mine")


class TrackForm(forms.Form):
    nomor = forms.CharField(
        label=gettext_lazy("Registration number"),
        max_length=30,
        help_text=gettext_lazy("As on your receipt; for example 2026-000123"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    pin = forms.CharField(
        label="PIN",
        max_length=10,
        help_text=gettext_lazy("Six digits, on the receipt too."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    use_required_attribute = False
    retry_after = 0


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """By number and PIN, in the body of the request: neither may stand in an address that shows progress."""
    if request.method != "POST":
        number = request.GET.get("nomor", "")[:30]
        return render(request, "permits/track.html", {"form": TrackForm(initial={"nomor": number})})
    form = TrackForm(request.POST)
    found, status = looked_up(request, form, "track", _find)
    context = progress_of(found) if found else {"form": form}
    response = render(request, "permits/track.html", context, status=status)
    if form.retry_after:
        response.headers["Retry-After"] = str(form.retry_after)
    return response


class _WithPin(Protocol):
    pin_hash: str


_Row = TypeVar("_Row", bound=_WithPin)


def looked_up(
    request: HttpRequest, form: TrackForm, bucket: str, find: Callable[[str], _Row | None]
) -> tuple[_Row | None, int]:
    """The row whose number and PIN the form holds, and the page's status; None: the form says why."""
    if not form.is_valid():
        return None, 422
    number = "".join(str(form.cleaned_data["nomor"]).split())
    try:
        address = limits.client_address(request)
        with (
            limits.misses(bucket, address, most=MISSES, seconds=SECONDS) as by_address,
            limits.misses(f"{bucket}.number", number, most=MISSES, seconds=SECONDS) as by_number,
        ):
            found = _fitting(find(number), "".join(str(form.cleaned_data["pin"]).split()))
            if found is not None:
                by_address.forgive()
                by_number.forgive()
                return found, 200
    except limits.TooMany as error:
        minutes = -(-error.retry_after // 60)
        form.add_error(None, _("Too many attempts. Try again in %d minutes.") % minutes)
        form.retry_after = error.retry_after
        return None, 429
    form.add_error(None, _("Number and PIN do not fit together. Compare them with your receipt."))
    return None, 422


def _find(number: str) -> Application | None:
    return Application.objects.select_related("version__type").filter(registration_number=number).first()


def _fitting(found: _Row | None, pin: str) -> _Row | None:
    """Takes as long for a number that does not exist."""
    return found if check_password(pin, found.pin_hash if found else _NOBODY) else None
