"""/petugas/gabung/: two records of one business become one."""

from typing import cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from companies.merging import MERGERS, CannotMerge, merge
from companies.models import Company
from geoportal.accounts.models import User
from geoportal.accounts.rights import holds


class CompanyField(forms.CharField):
    """A company by its address on the site, whole or only the last part of it."""

    def clean(self, value: str) -> Company:
        text: str = super().clean(value)
        slug = text.strip().rstrip("/").rpartition("/")[2][:90].replace("\0", "")
        found = Company.objects.filter(slug=slug).first()
        if found is None:
            raise forms.ValidationError(_("No company has this address. Copy it from its page."))
        return found


class MergeForm(forms.Form):
    kept = CompanyField(
        label=gettext_lazy("The company that is kept"),
        help_text=gettext_lazy("The address of its page, for example /perusahaan/contoh-jaya/"),
        max_length=300,
    )
    duplicate = CompanyField(
        label=gettext_lazy("The duplicate"),
        help_text=gettext_lazy(
            "Its permits, members, requests and applications move, and its page leads to the other."
        ),
        max_length=300,
    )
    reason = forms.CharField(label=gettext_lazy("Why they are one business"), max_length=300)
    sure = forms.BooleanField(label=gettext_lazy("I have compared the two. This cannot be undone."))
    use_required_attribute = False


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def gather(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    if not holds(user, MERGERS):
        raise PermissionDenied
    form = MergeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            merge(kept=data["kept"], duplicate=data["duplicate"], by=user, reason=data["reason"])
        except CannotMerge as refusal:
            form.add_error(None, str(refusal))
        else:
            told = _("%(duplicate)s is part of %(kept)s now.")
            names = {"duplicate": data["duplicate"].name, "kept": data["kept"].name}
            messages.success(request, told % names)
            return redirect("companies-merge")
    return render(request, "companies/merge.html", {"form": form}, status=422 if form.errors else 200)
