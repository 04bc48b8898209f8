"""/akun/data/: one's own data to take away or to have erased; /petugas/hapus-data/: who asked for it."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from geoportal import limits
from permits import erasure, owndata, retention
from permits.models import ErasureRequest, ErasureState
from permits.pages.answers import refusals_told
from permits.pages.apply import who
from permits.pages.queue import staff_only
from permits.refusals import Refused

DOWNLOADS, SECONDS = 10, 3600


@never_cache
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    user = who(request)
    asked = user.erasure_requests.order_by("-id").first()
    context = {
        "asked": asked,
        "open": asked is not None and asked.state == ErasureState.OPEN,
        "in_the_way": erasure.in_the_way(user),
        "rules": retention.read(retention.default())[0],
        "staff": user.works_here,
    }
    return render(request, "permits/own_data.html", context)


@never_cache
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def download(request: HttpRequest) -> HttpResponseBase:
    """By POST, so that no link or prefetch makes an archive; only after the password was given just now."""
    user = who(request)
    try:
        with limits.misses("own-data", str(user.pk), most=DOWNLOADS, seconds=SECONDS):
            pass
    except limits.TooMany as error:
        messages.error(
            request, _("Too many downloads. Try again in %d minutes.") % -(-error.retry_after // 60)
        )
        return redirect("own-data")
    name = f"data-sakpore-{timezone.localdate():%Y-%m-%d}.zip"
    with override("id"):
        answer = FileResponse(owndata.archive(user), as_attachment=True, filename=name)
    answer["Cache-Control"] = "private, no-store"
    return answer


@never_cache
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Asks for it, or with "batal" takes the request back."""
    user = who(request)
    with refusals_told(request):
        if "batal" in request.POST:
            erasure.take_back(by=user)
            messages.success(request, _("Your request was taken back. Nothing was erased."))
        elif "paham" not in request.POST:
            raise Refused(_("Tick that you have read what is erased and what stays."))
        else:
            erasure.ask(by=user)
            messages.success(
                request, _("Your request was received. The office decides it within 3 x 24 hours.")
            )
    return redirect("own-data")


@never_cache
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    staff_only(request, erasure.may_execute)
    return render(request, "permits/erasures.html", {"rows": list(erasure.waiting())})


@never_cache
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    user = staff_only(request, erasure.may_execute)
    row = get_object_or_404(ErasureRequest, pk=pk)
    with refusals_told(request):
        if request.POST.get("langkah") == "hapus":
            erasure.execute(row, by=user)
            messages.success(request, _("The account was closed and its data erased."))
        else:
            erasure.refuse(row, note=request.POST.get("catatan", ""), by=user)
            messages.success(request, _("The request was answered."))
    return redirect("erasures")
