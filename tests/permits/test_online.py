"""A bill paid through the PAYMENT slot: an account, a callback, and settled exactly once."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from geoportal.models import Message
from geoportal.plugins import plugin
from permits import online
from permits.models import Application, Bill
from permits.models import ApplicationStatus as Status
from permits.refusals import Refused
from permits.workflow import Forbidden
from tests import factories
from tests.contracts.payment_server import Server, running
from tests.permits.test_bills import elsewhere, priced, walk

pytestmark = pytest.mark.django_db
SECRET = "rahasia-uji-1234567890"
NOTICE = "/pembayaran/notifikasi/"


@pytest.fixture
def service(settings: Any) -> Iterator[Server]:
    with running() as server:
        settings.PLUGINS = settings.PLUGINS | {
            "PAYMENT": {
                "BACKEND": "permits.payments.http.HttpPayment",
                "OPTIONS": {"url": server.url, "secret": SECRET},
            }
        }
        plugin.cache_clear()
        yield server
        plugin.cache_clear()


@pytest.fixture
def billed() -> Application:
    return walk(priced(), "bill")


def owner_of(made: Application) -> Any:
    assert made.applicant is not None
    return made.applicant


def tell(client: Client, secret: str = SECRET, **told: Any) -> Any:
    body = json.dumps(told).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return client.post(NOTICE, body, content_type="application/json", headers={"X-Signature": signature})


def test_from_the_account_to_the_head(client: Client, service: Server, billed: Application) -> None:
    client.force_login(owner_of(billed))
    url = f"/permohonan/{billed.public_id}/tagihan/"
    assert "rekening" in client.get(url).content.decode()
    for _press in range(2):
        client.post(url, {"rekening": "1"})
    bill = Bill.objects.get()
    assert bill.account in client.get(url).content.decode()
    assert len(service.orders) == len(service.asked) == 1
    client.post(url, {"periksa": "1"})
    billed.refresh_from_db()
    assert billed.status == Status.PAYMENT
    client.logout()
    told: dict[str, Any] = {"reference": bill.reference, "status": "paid", "amount": 250_000}
    assert [tell(client, **told).json() for _again in range(2)] == [{"settled": True}] * 2
    billed.refresh_from_db()
    assert billed.status == Status.SIGNING
    assert billed.fee_settled_at is not None
    assert [e.move for e in billed.events.all()].count("settle_online") == 1
    assert Message.objects.filter(kind="application.settle_online").count() == 1
    bill.refresh_from_db()
    assert (bill.checked_by, bill.proof_number) == (None, bill.reference)


def test_what_is_not_signed_or_not_the_amount_settles_nothing(
    client: Client, service: Server, billed: Application
) -> None:
    bill = online.ask_account(billed, by=owner_of(billed))
    told: dict[str, Any] = {"reference": bill.reference, "status": "paid", "amount": 250_000}
    assert tell(client, "rahasia-lain-1234567890", **told).status_code == 400
    assert client.post(NOTICE, b"{}", content_type="application/json").status_code == 400
    assert tell(client, **told | {"amount": 25}).status_code == 409
    assert tell(client, **told | {"reference": "R/99"}).status_code == 404
    assert tell(client, **told | {"reference": ""}).status_code == 404
    assert tell(client, **told | {"status": "unpaid"}).json() == {"settled": False}
    assert client.get(NOTICE).status_code == 405
    billed.refresh_from_db()
    assert billed.status == Status.PAYMENT


def test_an_officer_and_the_service_settle_it_once(service: Server, billed: Application) -> None:
    bill = online.ask_account(billed, by=owner_of(billed))
    walk(billed, "settle")
    assert online.settle(bill.reference, bill.amount)
    billed.refresh_from_db()
    assert [e.move for e in billed.events.all()].count("settle_online") == 0
    bill.refresh_from_db()
    assert bill.checked_by is not None


def test_a_callback_that_never_came_is_made_good_the_next_day(service: Server, billed: Application) -> None:
    bill = online.ask_account(billed, by=owner_of(billed))
    assert online.check_payments(timezone.localdate()) == 0
    service.said[bill.reference] = "paid"
    assert online.check_payments(timezone.localdate()) == 1
    assert online.check_payments(timezone.localdate()) == 0
    billed.refresh_from_db()
    assert billed.status == Status.SIGNING


def test_a_service_that_is_down_is_said_and_nothing_is_lost(
    client: Client, service: Server, billed: Application
) -> None:
    service.status = 503
    client.force_login(owner_of(billed))
    url = f"/permohonan/{billed.public_id}/tagihan/"
    page = client.post(url, {"rekening": "1"}, follow=True).content.decode()
    assert "tidak menjawab" in page
    service.status = 0
    bill = online.ask_account(billed, by=owner_of(billed))
    service.hangs_up = True
    assert online.check_payments(timezone.localdate()) == 0
    assert bill.account in client.get(url).content.decode()


def test_others_and_other_bills_get_no_account(service: Server, billed: Application) -> None:
    with pytest.raises(Forbidden):
        online.ask_account(billed, by=factories.applicant())
    other = elsewhere(factories.at("review", kind=factories.permit_type("UJI-LAIN"))).application
    walk(other, "bill")
    with pytest.raises(Refused):
        online.ask_account(other, by=owner_of(other))
    walk(billed, "settle")
    with pytest.raises(Refused):
        online.ask_account(billed, by=owner_of(billed))
    assert not service.asked


def test_without_a_service_the_page_says_who_records_it(client: Client, billed: Application) -> None:
    client.force_login(owner_of(billed))
    url = f"/permohonan/{billed.public_id}/tagihan/"
    page = client.get(url).content.decode()
    assert "Petugas mencatat pembayaran" in page
    assert 'name="rekening"' not in page
    client.post(url, {"rekening": "1"})
    assert Bill.objects.get().account == ""
    assert tell(client, reference="", status="paid", amount=1).status_code == 400
