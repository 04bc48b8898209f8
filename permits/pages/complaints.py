"""/petugas/pengaduan/: complaints that wait for an answer, by their clock."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from geoportal.accounts.models import User
from geoportal.masking import DOTS, mask, mask_within
from permits import clock, complaints, desks, reveals
from permits.access import cases_of
from permits.models import Complaint, ComplaintState
from permits.pages.queue import staff_only
from permits.refusals import Refused


def _reader(request: HttpRequest) -> User:
    return staff_only(request, complaints.may_read)


@never_cache
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Open ones, the most urgent first; ?lihat=semua: all, the newest first; ?q= by number."""
    _reader(request)
    number = "".join(request.GET.get("q", "").replace("\0", "").split())[:20]
    every = request.GET.get("lihat") == "semua" or bool(number)
    rows = Complaint.objects.order_by("-id") if every else Complaint.objects.open().in_order()
    if number:
        rows = rows.filter(number__icontains=number)
    page = Paginator(rows, desks.PAGE).get_page(request.GET.get("hal"))
    today = timezone.localdate()
    context = {
        "page": page,
        "every": every,
        "q": number,
        "today": today,
        "soon": clock.working_day_after(today),
    }
    return render(request, "permits/complaints.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, public_id: str) -> HttpResponse:
    user = _reader(request)
    rows = Complaint.objects.select_related("application", "forwarded_to", "permit", "replied_by", "account")
    found = get_object_or_404(rows, public_id=public_id[:12])
    if request.method == "POST":
        try:
            if told := _write(request, found, user):
                messages.success(request, told)
            return redirect("complaint-desk", public_id)
        except Refused as refusal:
            messages.error(request, str(refusal))
            found = get_object_or_404(rows, public_id=public_id[:12])
    today = timezone.localdate()
    revealed = reveals.shows(found, user)
    cases = [key for key in (found.application_id, found.forwarded_to_id) if key]
    context = {
        "complaint": found,
        "opens": set(cases_of(user).filter(pk__in=cases).values_list("pk", flat=True)) if cases else (),
        "uploads": list(found.uploads.all()),
        "revealed": revealed,
        "reasons": reveals.WHY_TOLD,
        "sender": found.sender if revealed else DOTS if found.sender else "",
        "contact": found.contact if revealed else mask(found.contact),
        "text": found.text if revealed else mask_within(found.text),
        "open": found.state == ComplaintState.OPEN,
        "overdue": found.due_on < today,
        "soon": found.due_on <= clock.working_day_after(today),
        # nothing typed is lost when somebody else was faster
        "typed": request.POST.get("jawaban", ""),
        "number": request.POST.get("nomor", found.about if found.application_id else ""),
    }
    return render(request, "permits/complaint.html", context, status=409 if request.method == "POST" else 200)


def _write(request: HttpRequest, complaint: Complaint, user: User) -> str:
    deed = request.POST.get("tindakan", "")
    if deed == "tampilkan":
        reveals.reveal(complaint, request.POST.get("alasan", ""), by=user)
        return ""
    if deed == "teruskan":
        case = complaints.forward(complaint, request.POST.get("nomor", ""), by=user)
        return _("It was put before the case %s, as a note to its desks.") % case.registration_number
    if deed not in ("jawab", "tutup"):
        raise Refused(_("Choose what to do with it: answer, close, or put before a case."))
    complaints.reply(complaint, request.POST.get("jawaban", ""), answered=deed == "jawab", by=user)
    return _("The complaint was answered.") if deed == "jawab" else _("The complaint was closed.")
