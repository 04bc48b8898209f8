"""/petugas/izin/: an issued permit, and what the head of office may decide about it."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from geoportal.accounts.roles import Role
from permits import life
from permits.models import Act, Permit
from permits.pages.queue import staff_only
from permits.refusals import Refused

_BUTTONS = {
    Act.SUSPEND: gettext_lazy("Suspend"),
    Act.REVOKE: gettext_lazy("Revoke"),
    Act.REINSTATE: gettext_lazy("Put back in force"),
}


class DecisionForm(forms.Form):
    act = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    letter = forms.CharField(
        label=gettext_lazy("Number and date of the letter"),
        max_length=200,
        help_text=gettext_lazy("For example: 503/12/SP/2026, 24 November 2026"),
    )
    use_required_attribute = False

    def __init__(self, permit: Permit, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        choices = [(act.value, _BUTTONS[act]) for act in life.possible(permit)]
        self.fields["act"].choices = choices  # type: ignore[attr-defined]


@never_cache
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """By its number, as it stands on the letter."""
    staff_only(request)
    number = " ".join(request.GET.get("nomor", "").replace("\0", "")[:100].split())
    found = Permit.objects.filter(number=number).first() if number else None
    if found is not None:
        return redirect("permit-life", found.public_id)
    return render(request, "permits/life_find.html", {"number": number})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def permit(request: HttpRequest, public_id: str) -> HttpResponse:
    user = staff_only(request)
    found = get_object_or_404(Permit.objects.select_related("type", "company"), public_id=public_id)
    form = DecisionForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        act, told = Act(form.cleaned_data["act"]), form.cleaned_data
        try:
            life.decide(found, act, reason=told["reason"], letter=told["letter"], by=user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Done: %s.") % act.label)
            return redirect("permit-life", public_id)
    decides = user.has_role(Role.HEAD) and form.fields["act"].choices  # type: ignore[attr-defined]
    context = {
        "permit": found,
        "status": life.status_of(found),
        "acts": list(found.acts.select_related("by").order_by("-id")),
        "form": form if decides or form.errors else None,
    }
    return render(request, "permits/life.html", context, status=422 if form.errors else 200)
