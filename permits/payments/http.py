"""A payment service over HTTP that gives out virtual accounts and calls back with a signature."""

import hashlib
import hmac
import json
import urllib.parse
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured

from permits import remote
from permits.payments import Instructions, Notice, Order, Paid, PaymentUnavailable

_SHORTEST: Final = 16  # characters of a secret


class HttpPayment:
    """POST url {"number", "amount", "about"} -> {"reference", "account"}; GET url/<reference> -> {"status"}.

    token     sent as "Authorization: Bearer …"; the bill's number is the Idempotency-Key
    secret    a callback carries the HMAC-SHA256 of its body by this secret, in hexadecimal
    words     the service's own words for paid and unpaid: {"SETTLED": "paid"}
    timeout   seconds to wait
    """

    configured = True

    def __init__(
        self,
        *,
        url: str,
        secret: str,
        token: str = "",
        words: Mapping[str, str] | None = None,
        timeout: float = 10.0,
    ) -> None:
        if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
            raise ImproperlyConfigured("HttpPayment: url must be an http or https address")
        if len(secret) < _SHORTEST:
            raise ImproperlyConfigured(f"HttpPayment: secret needs {_SHORTEST} characters or more")
        unknown = sorted(set((words or {}).values()) - set(Paid))
        if unknown:
            raise ImproperlyConfigured(f"HttpPayment: words: {', '.join(unknown)} is none of ours")
        self._url, self._secret = url.rstrip("/"), secret.encode()
        self._token, self._timeout = token, timeout
        self._words = {str(one): str(one) for one in Paid} | dict(words or {})

    def create(self, order: Order) -> Instructions:
        amount = int(order.amount) if order.amount == int(order.amount) else str(order.amount)
        told = self._ask("", {"number": order.number, "amount": amount, "about": order.about})
        reference, account = told.get("reference"), told.get("account")
        if not isinstance(reference, str) or not isinstance(account, str) or not reference or not account:
            raise PaymentUnavailable("the service gave no account")
        if len(reference) > 100 or len(account) > 60:
            raise PaymentUnavailable("the service's answer is too long")
        return Instructions(reference, account)

    def status(self, reference: str) -> Paid:
        try:
            return self._word(self._ask(f"/{urllib.parse.quote(reference, safe='')}", None))
        except _NotThere:
            return Paid.UNKNOWN

    def read(self, body: bytes, signature: str) -> Notice | None:
        ours = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(ours.encode(), signature.strip().lower().encode()):
            return None
        try:
            told = json.loads(body)
            amount = Decimal(str(told["amount"]))
            reference = told["reference"]
        except (ValueError, KeyError, TypeError, InvalidOperation):
            return None
        if not isinstance(reference, str) or not amount.is_finite():
            return None
        return Notice(reference, self._word(told), amount)

    def _word(self, told: Mapping[str, Any]) -> Paid:
        return Paid(self._words.get(str(told.get("status", "")), Paid.UNKNOWN))

    def _ask(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        headers = {"Idempotency-Key": body["number"]} if body is not None else None
        url = self._url + path
        try:
            told = remote.ask(
                url, who="the service", token=self._token, timeout=self._timeout, body=body, headers=headers
            )
        except remote.NoAnswer as error:
            raise (_NotThere if error.status == 404 else PaymentUnavailable)(str(error)) from error
        if not isinstance(told, dict):
            raise PaymentUnavailable("the service's answer is no JSON object")
        return told


class _NotThere(PaymentUnavailable):
    pass
