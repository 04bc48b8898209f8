"""What every adapter of the PAYMENT slot promises, and what the one over HTTP does besides."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured

from permits.payments import Notice, Order, Paid, Payment, PaymentUnavailable
from permits.payments.http import HttpPayment
from permits.payments.manual import Manual
from tests.contracts.payment_server import Server, running

SECRET = "rahasia-uji-1234567890"
ORDER = Order("SKRD-00001/2026", Decimal("250000.00"), "UJI-USAHA")


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as made:
        yield made


@pytest.fixture(params=["manual", "http"])
def adapter(request: pytest.FixtureRequest, server: Server) -> Payment:
    return Manual() if request.param == "manual" else HttpPayment(url=server.url, secret=SECRET)


def signed(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_who_is_configured_gives_an_account_and_the_other_says_that_it_cannot(adapter: Payment) -> None:
    if not adapter.configured:
        with pytest.raises(PaymentUnavailable):
            adapter.create(ORDER)
        return
    first = adapter.create(ORDER)
    assert first.account
    assert adapter.create(ORDER) == first
    assert adapter.status(first.reference) == Paid.UNPAID


def test_a_payment_that_nobody_knows_is_unknown(adapter: Payment) -> None:
    assert adapter.status("TIDAK-ADA") == Paid.UNKNOWN


@pytest.mark.parametrize("signature", ["", "salah", "é" * 64, "0" * 64])
def test_no_callback_without_its_signature(adapter: Payment, signature: str) -> None:
    assert adapter.read(b'{"reference": "R/1", "status": "paid", "amount": 1}', signature) is None


def test_a_signed_callback_is_read_only_by_who_has_the_secret(adapter: Payment) -> None:
    body = json.dumps({"reference": "R/1", "status": "paid", "amount": "250000.00"}).encode()
    wanted = Notice("R/1", Paid.PAID, Decimal(250_000)) if adapter.configured else None
    assert adapter.read(body, signed(body)) == wanted
    assert adapter.read(body, signed(body, "rahasia-lain-1234567890")) is None
    assert adapter.read(body + b" ", signed(body)) is None


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'"x"', b'{"reference": 1, "amount": 1}', b'{"reference": "R", "amount": "NaN"}', b"\xff"],
)
def test_a_signed_callback_that_says_nothing_is_none(server: Server, body: bytes) -> None:
    assert HttpPayment(url=server.url, secret=SECRET).read(body, signed(body)) is None


def test_what_is_asked_and_in_which_words(server: Server) -> None:
    server.token = "kunci"
    asked = HttpPayment(url=server.url, secret=SECRET, token="kunci", words={"SETTLED": "paid"})
    made = asked.create(ORDER)
    assert server.asked == [{"number": "SKRD-00001/2026", "amount": 250_000, "about": "UJI-USAHA"}]
    server.said[made.reference] = "SETTLED"
    assert asked.status(made.reference) == Paid.PAID
    server.said[made.reference] = "PERHAPS"
    assert asked.status(made.reference) == Paid.UNKNOWN
    with pytest.raises(PaymentUnavailable, match="401"):
        HttpPayment(url=server.url, secret=SECRET).create(ORDER)


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_a_service_that_is_down_gives_no_account(server: Server, status: int) -> None:
    server.status = status
    with pytest.raises(PaymentUnavailable, match=str(status)):
        HttpPayment(url=server.url, secret=SECRET).create(ORDER)


@pytest.mark.parametrize(
    "body", [b"<html>", b"[1]", b"{}", b'{"reference": "", "account": "1"}', b"\xff\xfe"]
)
def test_an_answer_that_cannot_be_read_is_no_account(server: Server, body: bytes) -> None:
    server.status, server.body = 200, body
    with pytest.raises(PaymentUnavailable):
        HttpPayment(url=server.url, secret=SECRET).create(ORDER)


def test_no_answer_and_nobody_there(server: Server) -> None:
    server.hangs_up = True
    with pytest.raises(PaymentUnavailable):
        HttpPayment(url=server.url, secret=SECRET).status("R/1")
    url = server.url
    server.server_close()
    with pytest.raises(PaymentUnavailable):
        HttpPayment(url=url, secret=SECRET).create(ORDER)


@pytest.mark.parametrize(
    "options",
    [
        {"url": "pay.example", "secret": SECRET},
        {"url": "https://pay.example", "secret": "pendek"},
        {"url": "https://pay.example", "secret": SECRET, "words": {"A": "b"}},
    ],
)
def test_what_cannot_work_is_said_at_start(options: dict[str, object]) -> None:
    with pytest.raises(ImproperlyConfigured):
        HttpPayment(**options)  # type: ignore[arg-type]
