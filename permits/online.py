"""Bills paid through the PAYMENT slot: an account to pay to, and the payment settled exactly once."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from geoportal.accounts.models import User
from geoportal.daily import daily
from permits import workflow
from permits.models import Application, Bill, BillKind
from permits.models import ApplicationStatus as Status
from permits.payments import Order, Paid, PaymentUnavailable, payment
from permits.refusals import Refused
from permits.workflow import Actor, Forbidden


class WrongAmount(Refused):
    """Something was paid, and not what the bill says: a person must look."""


def ask_account(application: Application, *, by: User) -> Bill:
    """An account for our own bill. Pressed twice, the same one. Raises Refused."""
    bill = _payable(application, by)
    if bill.account:
        return bill
    order = Order(bill.number, bill.amount, str(application.version.type.code))
    try:
        told = payment().create(order)  # outside any transaction: the service may take its time
    except PaymentUnavailable as error:
        raise Refused(_silent()) from error
    with transaction.atomic():
        row = Bill.objects.select_for_update().get(pk=bill.pk)
        if not row.account:
            row.reference, row.account = told.reference, told.account
            row.save(update_fields=["reference", "account"])
    return row


def look(application: Application, *, by: User) -> bool:
    """Asks the service whether it was paid, and settles it. Raises Refused."""
    bill = _payable(application, by)
    return ask(bill)


def ask(bill: Bill) -> bool:
    """As the service says now: True where it is settled. Raises Refused where nobody can tell."""
    if not bill.reference:
        return False
    try:
        paid = payment().status(bill.reference) == Paid.PAID
    except PaymentUnavailable as error:
        raise Refused(_silent()) from error
    return paid and settle(bill.reference, bill.amount)


def settle(reference: str, amount: Decimal) -> bool:
    """The service says that this was paid. True where it is settled, now or before; False: no such bill.

    Raises WrongAmount. Told twice, or recorded by an officer before, it changes nothing.
    """
    found = Bill.objects.filter(reference=reference).first() if reference else None
    if found is None:
        return False
    if amount != found.amount:
        raise WrongAmount(_("What was paid is not the amount of the bill. The front office looks at it."))
    with transaction.atomic():
        row = Application.objects.select_for_update(of=("self",)).get(pk=found.application_id)
        if row.status == Status.PAYMENT:
            workflow.apply(row, "settle_online", by=None, data={"note": reference})
        return Bill.objects.filter(pk=found.pk, paid_at__isnull=False).exists()


def _payable(application: Application, by: User) -> Bill:
    if not workflow.may_act(application, Actor.APPLICANT, by):
        raise Forbidden(_("This application is somebody else's."))
    bill = Bill.objects.filter(application=application, kind=BillKind.SKRD, paid_at=None).first()
    if bill is None or application.status != Status.PAYMENT:
        raise Refused(_("Nothing is to be paid now."))
    return bill


def _silent() -> str:
    return _("The payment service does not answer now. Try again later, or pay as the bill says.")


@daily
def check_payments(on: date) -> int:
    """How many open bills were found paid: for callbacks that never came."""
    paid = 0
    waiting = Bill.objects.filter(paid_at=None, application__status=Status.PAYMENT).exclude(reference="")
    for bill in waiting.order_by("pk").iterator(chunk_size=500):
        try:
            paid += ask(bill)
        except Refused:
            break  # the service is down: tomorrow again
    return paid
