"""What is to be paid: the applicant's page, the desk's page, and the bill as PDF."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from geoportal.accounts.models import User
from permits import bills
from permits.letters.words import rupiah
from permits.models import Application, Bill, BillKind
from permits.models import ApplicationStatus as Status
from permits.pages.answers import private, refusals_told, site_of
from permits.pages.apply import own, who
from permits.pages.case import case_of
from permits.refusals import Refused


def _context(application: Application) -> dict[str, object]:
    bill = Bill.objects.filter(application=application).select_related("proof").first()
    return {
        "application": application,
        "bill": bill,
        "amount": rupiah(bill.amount) if bill else "",
        "pages": range(1, bill.proof.pages + 1) if bill and bill.proof else [],
        "how": settings.PAYMENT_TEXT,
        "pays": application.status == Status.PAYMENT,
    }


def _attach(request: HttpRequest, application: Application, by: User) -> None:
    with refusals_told(request):
        file = request.FILES.get("berkas")
        if file is None:
            raise Refused(_("Choose a file, or take a photograph, first."))
        bills.attach_proof(application, file, name=file.name or "", by=by)
        messages.success(request, _("The proof of payment was received. The front office checks it."))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bill(request: HttpRequest, public_id: str) -> HttpResponse:
    application = own(request, public_id)
    if request.method == "POST":
        _attach(request, application, who(request))
        return redirect("apply-bill", public_id)
    return render(request, "permits/bill.html", _context(application))


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
