"""/petugas/pos/: the post room."""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits import delivery, postage
from permits.models import Delivery, DeliveryQuerySet
from permits.pages.answers import asks_outside, private, refusals_told
from permits.pages.queue import staff_only
from permits.post import PostUnavailable, post
from permits.refusals import Refused

SHOWN: Final = postage.MOST


def clerk(request: HttpRequest) -> User:
    return staff_only(request, lambda user: user.has_role(Role.BACK_OFFICE))


def _first(rows: DeliveryQuerySet) -> list[Delivery]:
    return list(rows.select_related("application__version__type").order_by("id")[:SHOWN])


@never_cache
@require_safe
def room(request: HttpRequest) -> HttpResponse:
    clerk(request)
    every = Delivery.objects
    context = {
        "to_post": _first(every.to_post()),
        "on_the_way": _first(every.on_the_way()),
        "came_back": _first(every.came_back()),
        "asks": post().configured,
    }
    return render(request, "permits/post_room.html", context)


@never_cache
@require_safe
def prints(request: HttpRequest) -> HttpResponse:
    """Labels, or the list for the batch, of the ticked letters."""
    clerk(request)
    ids = [one[:12] for one in request.GET.getlist("berkas")[:SHOWN]]
    rows = _first(Delivery.objects.by_post().filter(application__public_id__in=ids))
    if not rows:
        messages.error(request, _("Tick at least one letter first."))
        return redirect("post-room")
    if request.GET.get("cetak") == "daftar":
        pdf, name = postage.manifest(rows, timezone.localdate()), "daftar-kiriman.pdf"
    else:
        pdf, name = postage.labels(rows), "label-alamat.pdf"
    return private(pdf, filename=name)


def _ask(request: HttpRequest, row: Delivery) -> None:
    asks_outside(request, "post")
    try:
        if not delivery.ask_the_post(row):
            raise Refused(_("The post says nothing new about this letter."))
    except PostUnavailable as error:
        raise Refused(_("The post cannot be asked now. Try again later.")) from error


@require_POST
def move(request: HttpRequest, public_id: str) -> HttpResponse:
    user = clerk(request)
    row = get_object_or_404(Delivery, application__public_id=public_id)
    note = request.POST.get("catatan", "")[:200]
    moves: dict[str, Callable[[], None]] = {
        "kirim": lambda: delivery.send(row, tracking_number=request.POST.get("resi", "")[:60], by=user),
        "diterima": lambda: delivery.arrived(row, by=user, note=note),
        "kembali": lambda: delivery.came_back(row, by=user, note=note),
        "hilang": lambda: delivery.lost(row, by=user, note=note),
        "ulang": lambda: delivery.send_again(row, by=user),
        "tanya": lambda: _ask(request, row),
    }
    with refusals_told(request):
        wanted = moves.get(request.POST.get("langkah", ""))
        if wanted is None:
            raise Refused(_("There is no such move. Load the page again and choose from what it offers."))
        wanted()
        row.refresh_from_db()
        messages.success(request, _("Done: %s.") % row.get_state_display())
    return redirect("post-room")
