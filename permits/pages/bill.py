"""What is to be paid: the applicant's page, the desk's page, and the bill as PDF."""

import logging

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geoportal import intake
from geoportal.accounts.models import User
from permits import bills, online
from permits.letters.words import rupiah
from permits.models import Application, Bill, BillKind
from permits.models import ApplicationStatus as Status
from permits.pages.answers import asks_outside, private, refusals_told, site_of
from permits.pages.apply import own, who
from permits.pages.case import case_of
from permits.payments import Paid, payment
from permits.refusals import Refused

_LONGEST_NOTICE = 100_000  # bytes
log = logging.getLogger(__name__)


def _context(application: Application) -> dict[str, object]:
    bill = Bill.objects.filter(application=application).select_related("proof").first()
    return {
        "application": application,
        "bill": bill,
        "amount": rupiah(bill.amount) if bill else "",
        "pages": range(1, bill.proof.pages + 1) if bill and bill.proof else [],
        "how": settings.PAYMENT_TEXT,
        "online": payment().configured and bill is not None and bill.kind == BillKind.SKRD,
        "pays": application.status == Status.PAYMENT,
    }


def _attach(request: HttpRequest, application: Application, by: User) -> None:
    with refusals_told(request):
        file = intake.sent(request, "berkas")
        if file is None:
            raise Refused(_("Choose a file, or take a photograph, first."))
        bills.attach_proof(application, file, name=file.name or "", by=by)
        messages.success(request, _("The proof of payment was received. The front office checks it."))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bill(request: HttpRequest, public_id: str) -> HttpResponse:
    application = own(request, public_id)
    if request.method == "POST":
        if "rekening" in request.POST or "periksa" in request.POST:
            _online(request, application)
        else:
            _attach(request, application, who(request))
        return redirect("apply-bill", public_id)
    return render(request, "permits/bill.html", _context(application))


def _online(request: HttpRequest, application: Application) -> None:
    with refusals_told(request):
        asks_outside(request, "payment")
        if "rekening" in request.POST:
            online.ask_account(application, by=who(request))
        elif online.look(application, by=who(request)):
            messages.success(request, _("It is paid. The letter goes to the head of office to be signed."))
        else:
            messages.info(request, _("The payment has not arrived yet. It can take some minutes."))


@csrf_exempt  # a service calls it, and proves itself by its signature
@login_not_required
@require_POST
def notice(request: HttpRequest) -> HttpResponse:
    """The payment service says what became of a payment; told twice, the second changes nothing."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > _LONGEST_NOTICE:
        return JsonResponse({"problem": "too long"}, status=413)
    told = payment().read(request.body, request.headers.get("X-Signature", ""))
    if told is None:
        return JsonResponse({"problem": "not signed by the payment service"}, status=400)
    if told.paid != Paid.PAID:
        return JsonResponse({"settled": False})
    try:
        known = online.settle(told.reference, told.amount)
    except online.WrongAmount:
        log.warning("a payment's amount is not the bill's: %s", told.reference[:100])
        return JsonResponse({"problem": "the amount is not the bill's"}, status=409)
    return JsonResponse({"settled": known}, status=200 if known else 404)


@never_cache
@require_safe
def letter(request: HttpRequest, public_id: str) -> HttpResponse:
    """Only our own bill; another agency's SKPD is its letter."""
    staff = who(request).works_here
    application = case_of(request, public_id)[0] if staff else own(request, public_id)
    found = Bill.objects.filter(application=application, kind=BillKind.SKRD).first()
    if found is None:
        raise Http404
    found.application = application
    return private(bills.letter(found, site_of(request)), filename=f"skrd-{application}.pdf")


class ElsewhereForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("Number of the SKPD"), max_length=100)
    agency = forms.CharField(label=gettext_lazy("Agency that bills"), max_length=150)
    amount = forms.DecimalField(
        label=gettext_lazy("Amount in rupiah"),
        max_digits=15,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    use_required_attribute = False


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest, public_id: str) -> HttpResponse:
    application, user = case_of(request, public_id)
    if request.method == "POST" and "unggah" in request.POST:
        _attach(request, application, user)
        return redirect("case-bill", public_id)
    form = ElsewhereForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            bills.record_elsewhere(application, **form.cleaned_data, by=user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The SKPD was recorded."))
            return redirect("case-bill", public_id)
    drafted = application.status in (Status.DRAFTING, Status.REVIEW)
    context = _context(application) | {"form": form if drafted or form.errors else None}
    return render(request, "permits/bill_desk.html", context, status=422 if form.errors else 200)
