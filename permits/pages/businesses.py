"""/usaha/: the businesses of the signed-in person, what is public of them, and their permits."""

from typing import Literal

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from companies.consent import set_consent
from permits.models import Permit, PermitAct
from permits.pages.apply import who
from permits.steps import companies_of

MOST = 20  # permits listed of one business
_KINDS: tuple[Literal["location", "contact"], ...] = ("location", "contact")


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    permits = Permit.objects.filter(published=True, replaced_by=None).select_related("type")
    decided = PermitAct.objects.filter(document__isnull=False).order_by("-id")
    permits = permits.prefetch_related(Prefetch("acts", decided, to_attr="decided"))
    listed = Prefetch("permits", permits.order_by("-issued_on", "-id")[:MOST], to_attr="listed")
    rows = companies_of(who(request)).prefetch_related(listed)
    return render(request, "permits/businesses.html", {"rows": rows})


@require_POST
def consent(request: HttpRequest, slug: str) -> HttpResponse:
    """Given or withdrawn at once; what is asked twice is recorded once."""
    company = get_object_or_404(companies_of(who(request)), slug=slug)
    what = next((kind for kind in _KINDS if kind == request.POST.get("apa")), None)
    given = {"ya": True, "tidak": False}.get(request.POST.get("boleh", ""))
    if what is None or given is None:
        messages.error(request, _("Choose what may be shown, and whether it may."))
    elif given != getattr(company, f"consent_{what}"):
        set_consent(company, what=what, given=given, basis=_("the page “My businesses”"), by=who(request))
        messages.success(
            request,
            _("It may be shown now. The public page follows within a minute.")
            if given
            else _("It is withdrawn. The public page follows within a minute."),
        )
    return redirect("businesses")
