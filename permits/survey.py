"""SKM, the survey of satisfaction (Permenpan 14/2017): nine elements, 1 to 4, once after a decision."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from permits.models import DECIDED, Application, Survey

#: In the order of the regulation.
ELEMENTS: Final = (
    gettext_lazy("Requirements"),
    gettext_lazy("Procedure"),
    gettext_lazy("Time"),
    gettext_lazy("Cost"),
    gettext_lazy("Result"),
    gettext_lazy("Skill of the staff"),
    gettext_lazy("Manner of the staff"),
    gettext_lazy("Handling of complaints"),
    gettext_lazy("Facilities"),
)
#: The least index of each class.
CLASSES: Final = (
    ("A", Decimal("88.31")),
    ("B", Decimal("76.61")),
    ("C", Decimal("65.00")),
    ("D", Decimal("25.00")),
)
_CENT: Final = Decimal("0.01")
YEAR: Final = timedelta(days=365)


class Wrong(ValueError):
    """The link or the answer cannot be taken; the text says why."""


def token(application: Application) -> str:
    """For a link that only this application's applicant gets."""
    return signing.Signer(salt="permits.survey", sep=".").sign(application.public_id)


def asked(text: str) -> Application:
    """Whose service the link is about. Raises Wrong."""
    try:
        public_id = signing.Signer(salt="permits.survey", sep=".").unsign(text)
    except signing.BadSignature as error:
        raise Wrong(_("This link is not whole. Open it again from the message.")) from error
    found = Application.objects.filter(public_id=public_id, status__in=DECIDED).select_related(
        "version__type"
    )
    application = found.first()
    if application is None:
        raise Wrong(_("This application is not decided yet."))
    if Survey.objects.filter(token_hash=_hash(text)).exists():
        raise Wrong(_("Thank you: your answer was received before."))
    return application


def answer(text: str, marks: Sequence[int]) -> None:
    """Once a link. Raises Wrong."""
    application = asked(text)
    try:
        with transaction.atomic():
            Survey.objects.create(
                token_hash=_hash(text),
                type=application.version.type,
                marks=list(marks),
                answered_on=timezone.localdate(),
            )
    except IntegrityError as error:
        raise Wrong(_("This answer was received before, or is not nine marks from 1 to 4.")) from error


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True)
class Index:
    """IKM. `elements` are means from 1 to 4."""

    value: Decimal
    letter: str
    answers: int
    elements: tuple[Decimal, ...]


def index(until: date) -> Index | None:
    """Of the year that ends then; None while nobody answered. Each element weighs exactly one ninth."""
    rows = list(
        Survey.objects.filter(answered_on__gt=until - YEAR, answered_on__lte=until).values_list(
            "marks", flat=True
        )
    )
    if not rows:
        return None
    sums = [sum(column) for column in zip(*rows, strict=True)]
    value = _round(Decimal(sum(sums) * 25) / (len(ELEMENTS) * len(rows)))
    means = tuple(_round(Decimal(one) / len(rows)) for one in sums)
    return Index(value, letter_of(value), len(rows), means)


def letter_of(value: Decimal) -> str:
    return next(letter for letter, least in CLASSES if value >= least)


def _round(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)
