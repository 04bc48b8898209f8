"""/petugas/antrean/: what waits for whom, the most urgent first."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from geoportal.accounts.models import User
from permits import applications, clock, desks
from permits.pages import plans
from permits.pages.answers import key_of, refusals_told
from permits.pages.apply import who
from permits.refusals import Refused

_ASKED = ("peran", "status", "jenis", "q", "petugas", "tampil")


def staff_only(request: HttpRequest, allowed: Callable[[User], bool] | None = None) -> User:
    """Who works here and, where it matters, is `allowed`."""
    user = who(request)
    if not user.works_here or (allowed is not None and not allowed(user)):
        raise PermissionDenied
    return user


@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    user = staff_only(request)
    roles = desks.roles_with_queue(user)
    wanted_role = request.GET.get("peran", "")
    role = next((one for one in roles if one.value == wanted_role), roles[0] if roles else None)
    statuses = desks.statuses_of(role) if role else []
    chosen = request.GET.get("status", "")
    wanted = desks.Wanted(
        statuses=[status for status in statuses if not chosen or status.value == chosen] or statuses,
        kind=request.GET.get("jenis", "")[:30],
        words=" ".join(request.GET.get("q", "").replace("\x00", "")[:100].split()),
        assigned=request.GET.get("petugas", ""),
    )
    rows, cursor = desks.page(desks.queue(wanted, user=user), request.GET.get("lanjut", "")[:200])
    counts = desks.counts()
    today = timezone.localdate()
    soon = clock.working_day_after(today)
    asked = {name: request.GET[name] for name in _ASKED if request.GET.get(name)}
    mapped = asked.get("tampil") == "peta"
    context: dict[str, Any] = {
        "roles": [
            (r.value, r.label, sum(counts.get(s.value, 0) for s in desks.statuses_of(r))) for r in roles
        ],
        "role": role,
        "statuses": [(status.value, status.label, counts.get(status, 0)) for status in statuses],
        "chosen": chosen,
        "kinds": desks.kinds(),
        "wanted": wanted,
        "rows": rows,
        "mapped": mapped,
        "plan": plans.queue(rows) if mapped and rows else None,
        "views": [(_views(asked, ""), not mapped, _("List")), (_views(asked, "peta"), mapped, _("Map"))],
        "today": today,
        "soon": soon,
        "staff": desks.staff(),
        "next": f"?{urlencode(asked | {'lanjut': cursor})}" if cursor else "",
        "first": f"?{urlencode(asked)}" if request.GET.get("lanjut") else "",
    }
    return render(request, "permits/queue.html", context)


def _views(asked: dict[str, str], name: str) -> str:
    return "?" + urlencode({key: value for key, value in (asked | {"tampil": name}).items() if value})


@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """Gives the ticked files to somebody; back to the list that was shown."""
    user = staff_only(request)
    keys = map(key_of, request.POST.getlist("berkas")[: desks.PAGE])
    name = request.POST.get("kepada", "")
    person = key_of(name)
    to = None if person is None else desks.staff().filter(pk=person).first()
    with refusals_told(request):
        if name and to is None:
            raise Refused(_("Choose somebody from the list."))
        n = applications.assign([key for key in keys if key is not None], to=to, by=user)
        messages.success(request, ngettext("%d file was assigned.", "%d files were assigned.", n) % n)
    back = request.POST.get("kembali", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("queue")
    return HttpResponseRedirect(back)
