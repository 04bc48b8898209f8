"""Fees: our own bill, another agency's, and no signature before they are settled."""

from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits import applications, bills, workflow
from permits.models import Application, Bill, BillKind, VoidNumber
from permits.models import ApplicationStatus as Status
from permits.refusals import Refused
from permits.workflow import Forbidden
from tests import factories
from tests.permits.letters.test_render import text_of
from tests.permits.uploading.files import picture

pytestmark = pytest.mark.django_db
PRICED: dict[str, Any] = {
    "questions": [{"key": "luas", "label": "Luas", "kind": "number", "required": True}],
    "fee": "max(100000, luas * 25000)",
}


def walk(made: Application, *moves: str) -> Application:
    for name in moves:
        role = Role(workflow.MOVES[name].actor.value)
        workflow.apply(made, name, by=factories.staff(role), data={"note": "SSRD 1", "second_factor": True})
    return made


def priced() -> Application:
    """In review, with a fee of 250,000 by its type's own formula."""
    made = factories.draft(**PRICED)
    made.set_answers({"luas": 10}, frozenset())
    made.save(update_fields=["answers"])
    assert made.applicant is not None
    applications.submit(made, key=factories.KEY, by=made.applicant)
    return walk(made, "accept", "verify", "draft_permit", "submit_draft")


def elsewhere(made: Application | None = None, **told: Any) -> Bill:
    made = made or factories.at("review")
    values: dict[str, Any] = {"number": "SKPD/7", "agency": "Badan Uji", "amount": Decimal(75_000)} | told
    return bills.record_elsewhere(made, by=factories.staff(Role.OFFICIAL), **values)


def bill_of(made: Application) -> Bill:
    return Bill.objects.get(application=made)


def proof(made: Application, by: User | None = None) -> None:
    who = by or made.applicant
    assert who is not None
    bills.attach_proof(made, BytesIO(picture()), name="bukti.jpg", by=who)


def test_our_own_bill_is_priced_by_the_formula_and_numbered() -> None:
    made = walk(priced(), "bill")
    assert bill_of(made).kind == BillKind.SKRD
    assert bill_of(made).amount == 250_000
    assert made.status == Status.PAYMENT
    assert bill_of(made).number.startswith("SKRD-00001/")
    assert made.events.latest("ordinal").facts["bill"] == bill_of(made).number
    walk(made, "settle")
    assert bill_of(made).proof_number == "SSRD 1"
    assert bill_of(made).checked_by is not None
    assert made.status == Status.SIGNING


def test_a_refused_move_takes_no_number() -> None:
    made = priced()
    with pytest.raises(Refused):
        workflow.apply(made, "bill", by=factories.staff(Role.HEAD))
    assert not Bill.objects.exists()
    assert bill_of(walk(made, "bill")).number.startswith("SKRD-00001/")


def test_nothing_is_signed_before_it_is_settled() -> None:
    made = factories.at("signing")
    Application.objects.filter(pk=made.pk).update(fee=1)
    made.refresh_from_db()
    head = factories.staff(Role.HEAD)
    with pytest.raises(Refused, match="Retribusi"):
        workflow.apply(made, "sign", by=head, data={"second_factor": True})
    assert made.status == Status.SIGNING


def test_anothers_bill_waits_for_a_proof_that_the_front_office_checks() -> None:
    made = elsewhere().application
    made.refresh_from_db()
    walk(made, "bill")
    assert bill_of(made).kind == BillKind.SKPD
    with pytest.raises(Refused, match="bukti"):
        walk(made, "settle")
    proof(made)
    walk(made, "settle", "sign")
    assert made.status == Status.ISSUING


def test_written_again_it_corrects_what_was_written() -> None:
    made = elsewhere().application
    elsewhere(made, amount=Decimal(80_000))
    made.refresh_from_db()
    assert made.fee == Bill.objects.get().amount == 80_000


@pytest.mark.parametrize(
    "told",
    [
        {"number": " "},
        {"agency": ""},
        {"amount": Decimal(0)},
        {"amount": Decimal(-5)},
        {"amount": Decimal(10) ** 13},
    ],
)
def test_a_bill_that_cannot_be(told: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        elsewhere(**told)
    assert not Bill.objects.exists()


def test_one_skpd_is_of_one_application() -> None:
    elsewhere()
    with pytest.raises(Refused, match="SKPD"):
        elsewhere()
    assert Bill.objects.count() == 1


def test_a_type_with_a_formula_is_billed_here_alone() -> None:
    with pytest.raises(Refused, match="SKRD"):
        elsewhere(priced())


def test_who_may_record_and_pay() -> None:
    made = factories.at("review")
    told: dict[str, Any] = {"number": "SKPD/1", "agency": "Badan Uji", "amount": Decimal(1000)}
    with pytest.raises(Forbidden):
        bills.record_elsewhere(made, by=factories.staff(Role.BACK_OFFICE), **told)
    elsewhere(made)
    made.refresh_from_db()
    with pytest.raises(Refused):
        proof(made)  # nothing is asked for yet
    walk(made, "bill")
    with pytest.raises(Forbidden):
        proof(made, factories.applicant())
    proof(made, factories.staff(Role.FRONT_OFFICE))
    assert bill_of(made).proof is not None


def test_the_bill_as_pdf_says_amount_number_and_no_pin(client: Client, tmp_path: Path) -> None:
    made = walk(priced(), "bill")
    assert made.applicant is not None
    client.force_login(made.applicant)
    answer = client.get(f"/permohonan/{made.public_id}/tagihan/surat/")
    assert answer.headers["Content-Type"] == "application/pdf"
    shown = text_of(answer.content, tmp_path)
    assert "Rp250.000,00" in shown
    assert "dua ratus lima puluh ribu rupiah" in shown
    assert bill_of(made).number in shown
    assert "PIN" not in shown
    client.force_login(factories.applicant())
    assert client.get(f"/permohonan/{made.public_id}/tagihan/surat/").status_code == 404


def test_the_applicants_page_takes_the_proof(client: Client) -> None:
    made = walk(priced(), "bill")
    assert made.applicant is not None
    client.force_login(made.applicant)
    url = f"/permohonan/{made.public_id}/tagihan/"
    assert "Rp250.000,00" in client.get(url).content.decode()
    assert client.post(url, {}, follow=True).status_code == 200
    bad = BytesIO(b"<script>")
    bad.name = "bukti.html"
    client.post(url, {"berkas": bad})
    assert Bill.objects.get().proof is None
    good = BytesIO(picture())
    good.name = "bukti.jpg"
    assert "/berkas/" in client.post(url, {"berkas": good}, follow=True).content.decode()
    assert url in client.get(f"/permohonan/{made.public_id}/").content.decode()


def test_the_desk_records_an_skpd(client: Client, django_assert_max_num_queries: Any) -> None:
    made = factories.at("review")
    client.force_login(factories.staff(Role.OFFICIAL))
    url = f"/petugas/permohonan/{made.public_id}/tagihan/"
    with django_assert_max_num_queries(12):
        assert client.get(url).status_code == 200
    assert client.post(url, {"number": "SKPD/9", "agency": "Badan Uji", "amount": "x"}).status_code == 422
    told = {"number": "SKPD/9", "agency": "Badan Uji", "amount": "150000"}
    assert client.post(url, told).status_code == 302
    assert Bill.objects.get().amount == 150_000
    assert client.get(f"/permohonan/{made.public_id}/tagihan/surat/").status_code == 404


def test_numbers_of_bills_have_no_gaps_that_nobody_explains() -> None:
    first, second = walk(priced(), "bill"), walk(priced(), "bill")
    found = sorted([bill_of(first).number, bill_of(second).number])
    assert [one[:10] for one in found] == ["SKRD-00001", "SKRD-00002"]
    assert not VoidNumber.objects.exists()
