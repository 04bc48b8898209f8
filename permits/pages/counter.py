"""/petugas/permohonan/baru/: the front office files for somebody who walked in."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from geoportal.accounts.roles import Role
from permits import applications, consents, steps
from permits.applications import Consent
from permits.models import ConsentTo, Permit, PermitType, Purpose
from permits.pages.queue import staff_only
from permits.refusals import Refused


class CounterForm(forms.Form):
    kind = forms.ModelChoiceField(
        label=_("Permit type"),
        queryset=PermitType.objects.online().order_by("name"),
    )
    purpose = forms.ChoiceField(label=_("Purpose"), choices=Purpose.choices)
    number = forms.CharField(
        label=_("Number of the permit that it is about"),
        max_length=100,
        required=False,
        help_text=_("For a renewal, change, copy or closure."),
    )
    consent = forms.BooleanField(
        label=consents.WORDS[ConsentTo.ASSISTED],
        help_text=_("The time and your name are recorded."),
    )
    proxy = forms.CharField(
        label=_("Power of attorney (surat kuasa)"),
        max_length=300,
        required=False,
        help_text=_("If somebody else came: their name, and number and date of the surat kuasa."),
    )
    use_required_attribute = False

    def clean_number(self) -> Permit | None:
        number = str(self.cleaned_data["number"]).strip()
        if self.cleaned_data.get("purpose") == Purpose.NEW:
            return None
        found = Permit.objects.filter(number=number).select_related("type", "company").first()
        if found is None:
            raise forms.ValidationError(_("No permit has this number. Copy it from the letter."))
        return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest) -> HttpResponse:
    user = staff_only(request, lambda user: user.has_role(Role.FRONT_OFFICE))
    form = CounterForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "permits/counter.html", {"form": form}, status=422 if form.errors else 200)
    told = form.cleaned_data
    former: Permit | None = told["number"]
    try:
        made = applications.begin(
            former.type if former else told["kind"],
            Purpose(told["purpose"]),
            by=user,
            former=former,
            consent=Consent(told["consent"], told["proxy"]),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return render(request, "permits/counter.html", {"form": form}, status=422)
    return redirect("apply-step", made.public_id, steps.steps(made)[0].slug)
