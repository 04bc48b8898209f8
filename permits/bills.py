"""Fees: this office's own bill (SKRD), or another agency's (SKPD) whose proof the front office checks.

The moves "bill" and "settle" of permits.workflow make the SKRD and record the payment.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from geoportal import intake
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits import definitions, uploads, workflow
from permits.letters import words
from permits.letters.content import Content, Field, Kind, Words, letterhead
from permits.letters.render import render
from permits.models import Application, Bill, BillKind
from permits.models import ApplicationStatus as Status
from permits.refusals import Refused
from permits.workflow import Actor, Forbidden

_BEFORE: Final = {Status.DRAFTING: Role.BACK_OFFICE, Status.REVIEW: Role.OFFICIAL}
MOST: Final = Decimal(10) ** 12


def record_elsewhere(
    application: Application, *, number: str, agency: str, amount: Decimal, by: User
) -> Bill:
    """What another agency charges (SKPD), before the draft is approved. Raises Refused.

    Written again, it corrects what was written; a type with a formula of its own is billed by this office.
    """
    number, agency = " ".join(number.split())[:100], " ".join(agency.split())[:150]
    if not number or not agency:
        raise Refused(_("Write the number of the SKPD and the agency that made it."))
    if not 0 < amount <= MOST:
        raise Refused(_("Write the amount in rupiah, as it stands on the SKPD."))
    try:
        with transaction.atomic():
            row = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
            role = _BEFORE.get(Status(row.status))
            if role is None or not by.has_role(role):
                raise Forbidden(_("An SKPD is recorded while the draft is written or verified."))
            if definitions.definition_of(row.version).fee is not None:
                raise Refused(_("This permit type has a formula: this office bills it (SKRD)."))
            told = {"number": number, "agency": agency, "amount": amount, "made_by": by}
            bill, _made = Bill.objects.update_or_create(
                application=row, defaults=told | {"kind": BillKind.SKPD, "made_on": timezone.localdate()}
            )
            row.fee = amount
            row.save(update_fields=["fee", "changed_at"])
    except IntegrityError as error:
        raise Refused(_("This SKPD is recorded for another application. Compare the number.")) from error
    application.refresh_from_db()
    return bill


def attach_proof(application: Application, file: intake.Received, *, name: str, by: User) -> None:
    """By the applicant, or by the front office for them. The front office then settles it."""
    _may_pay(application, by)
    upload = uploads.receive(file, by=by, name=name)
    with transaction.atomic():
        row = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
        _may_pay(row, by)
        Bill.objects.filter(application=row).update(proof=upload)


def _may_pay(application: Application, by: User) -> None:
    if not (workflow.may_act(application, Actor.APPLICANT, by) or by.has_role(Role.FRONT_OFFICE)):
        raise Forbidden(_("This application is somebody else's."))
    if application.status != Status.PAYMENT:
        raise Refused(_("Nothing is to be paid now."))


def letter(bill: Bill, site: str) -> bytes:
    """The SKRD as PDF. Its QR code leads to the progress of the application; the PIN is not in it."""
    application = bill.application
    kind = application.version.type
    day = words.day(bill.made_on)
    page = Content(
        letterhead(),
        Words(
            "Surat Ketetapan Retribusi Daerah (SKRD)",
            paragraphs=("Berdasarkan permohonan di bawah ini ditetapkan retribusi daerah:",),
            conditions=(
                settings.PAYMENT_TEXT,
                f"Sebutkan nomor {bill.number} saat membayar.",
                "Simpan bukti pembayaran, lalu unggah di halaman permohonan atau serahkan di loket.",
            ),
            closing="Surat izin ditandatangani setelah retribusi lunas.",
        ),
        number=bill.number,
        place_and_day=f"{settings.OFFICE_CITY}, {day}",
        fields=(
            Field("Nomor pendaftaran", str(application)),
            Field("Jenis izin", kind.name),
            Field("Pemohon", application.applicant_name, personal=True),
            Field("Pemegang izin", application.holder_name),
            Field("Ditetapkan pada", day),
        ),
        amount=words.rupiah(bill.amount),
        amount_words=words.rupiah_in_words(bill.amount),
    )
    address = f"{site}{reverse('track')}?nomor={application.registration_number}"
    return render(Kind.BILL, replace(page, seal_url=address, seal_code=str(application)))
