"""How an applicant wants the letter, and handing it over at the counter."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from geoportal.accounts.roles import Role
from permits import delivery
from permits.models import DECIDED, Delivery, Way
from permits.pages.apply import own, who
from permits.pages.case import case_of
from permits.refusals import Refused


class DeliveryForm(forms.Form):
    way = forms.ChoiceField(
        label=gettext_lazy("How do you want the letter?"), choices=Way.choices, widget=forms.RadioSelect
    )
    recipient = forms.CharField(
        label=gettext_lazy("Name on the envelope"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Only for Pos Indonesia."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    address = forms.CharField(
        label=gettext_lazy("Postal address"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("Street and number; village, city and postal code. At most five lines."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "street-address"}),
    )
    use_required_attribute = False


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, public_id: str) -> HttpResponse:
    application = own(request, public_id)
    found = Delivery.objects.filter(application=application).first()
    first = {
        "way": found.way if found else Way.DOWNLOAD,
        "recipient": found.recipient if found else application.applicant_name,
        "address": found.address if found else "",
    }
    form = DeliveryForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            delivery.choose(
                application,
                way=Way(told["way"]),
                recipient=told["recipient"],
                address=told["address"],
                by=who(request),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Noted: %s.") % Way(told["way"]).label)
            return redirect("apply-delivery", public_id)
    context = {
        "application": application,
        "delivery": found,
        "form": form if found is None or found.state in delivery.OPEN else None,
        "events": list(found.events.order_by("-ordinal")) if found else [],
    }
    return render(request, "permits/delivery.html", context, status=422 if form.errors else 200)


class HandOverForm(forms.Form):
    pin = forms.CharField(
        label="PIN",
        max_length=10,
        required=False,
        help_text=gettext_lazy("Six digits, on the applicant's receipt."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Name of who receives the letter"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Without a PIN: as on the identity card that you were shown."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    use_required_attribute = False


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, public_id: str) -> HttpResponse:
    application, user = case_of(request, public_id)
    if not user.has_role(Role.FRONT_OFFICE):
        raise PermissionDenied
    form = HandOverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            delivery.hand_over(application, pin=told["pin"], name=told["name"], by=user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The letter was handed over."))
            return redirect("case", public_id)
    context = {"application": application, "form": form, "ready": application.status in DECIDED}
    return render(request, "permits/hand_over.html", context, status=422 if form.errors else 200)
