"""The PAYMENT slot: how a bill of this office can be paid without an officer."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from geoportal.plugins import plugin


class Paid(StrEnum):
    PAID = "paid"
    UNPAID = "unpaid"
    UNKNOWN = "unknown"  # the service knows no such payment, or says something that we do not know


class PaymentUnavailable(Exception):
    """The service cannot be asked now; ask again later."""


@dataclass(frozen=True)
class Order:
    """`number` is the bill's: asking twice for one bill is asking once."""

    number: str
    amount: Decimal
    about: str = ""  # never a name


@dataclass(frozen=True)
class Instructions:
    """`reference` is the service's own name for the payment; `account` what the payer types."""

    reference: str
    account: str


@dataclass(frozen=True)
class Notice:
    """What a callback says; believed only as far as its signature was checked."""

    reference: str
    paid: Paid
    amount: Decimal


class Payment(Protocol):
    configured: bool  # False: an officer records payments, and the page says so

    def create(self, order: Order) -> Instructions:
        """Raises PaymentUnavailable."""

    def status(self, reference: str) -> Paid:
        """Raises PaymentUnavailable."""

    def read(self, body: bytes, signature: str) -> Notice | None:
        """What a callback says; None where its signature is not the service's or it cannot be read."""


def payment() -> Payment:
    found: Payment = plugin("PAYMENT")
    return found
