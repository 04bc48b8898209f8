"""Numbers of letters: no two alike, and no gap that the register of void numbers does not explain."""

import re
import string
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from geoportal.accounts.models import User
from permits.models import Issuing, NumberCounter, Permit, VoidNumber

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_WIDTH = re.compile(r"(0?[1-9]\d?)?")
FIELDS = ("seq", "code", "day", "month", "month_roman", "year")
MOST = 100  # characters of a number
_TRIES = 10_000

_UPSERT = """
    INSERT INTO permits_numbercounter AS counter (scope, period, last) VALUES (%s, %s, 1)
    ON CONFLICT (scope, period) DO UPDATE SET last = counter.last + 1
    RETURNING last
"""


def check_template(template: str) -> None:
    """Raises ValueError, in words, unless `template` is like "{seq:04}/{code}/{month_roman}/{year}"."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        raise ValueError(_("The number template has a brace without its partner.")) from error
    names = [name for _text, name, _spec, _how in parts if name is not None]
    for name in names:
        if name not in FIELDS:
            raise ValueError(
                _("The number template knows no {%(name)s}; it knows: %(known)s.")
                % {"name": name, "known": ", ".join(FIELDS)}
            )
    if "seq" not in names:
        raise ValueError(_("The number template needs {seq}, or all numbers would be the same."))
    if any(how or not _WIDTH.fullmatch(spec or "") for _text, name, spec, how in parts if name is not None):
        raise ValueError(_("In a number template only a width may follow a colon, as in {seq:04}."))


def format_number(template: str, seq: int, *, on: date, code: str = "") -> str:
    values: dict[str, Any] = {
        "seq": seq,
        "code": code,
        "day": on.day,
        "month": on.month,
        "month_roman": _ROMAN[on.month - 1],
        "year": on.year,
    }
    return template.format_map(values)[:MOST]


def allocate(template: str, *, on: date, scope: str, code: str = "") -> str:
    """The next number, in the caller's transaction: rolled back, it is given again.

    The counter's row stays locked until then, so numbers of one scope are given one after the other. It
    begins anew each year if the template names the year. A number that a permit from before carries already
    is passed over and written into the register of void numbers.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A number is taken in the transaction that uses it.")
    check_template(template)
    for _try in range(_TRIES):
        with connection.cursor() as cursor:
            cursor.execute(_UPSERT, [scope, _period(template, on)])
            number = format_number(template, cursor.fetchone()[0], on=on, code=code)
        if not _carried(number):
            return number
        if not VoidNumber.objects.filter(number=number).exists():
            void(number, reason=_("A letter from before this counter carries it."), by=None)
    raise RuntimeError(f"{_TRIES} numbers in a row of {scope} are taken: set the counter by hand.")


def void(number: str, *, reason: str, by: User | None) -> VoidNumber:
    """Writes down that no letter will carry `number`. Raises ValueError without a reason."""
    if not reason.strip():
        raise ValueError(_("Say why the number cannot be used: auditors read it."))
    return VoidNumber.objects.create(number=number, reason=reason.strip()[:300], by=by)


def unexplained(template: str, *, on: date, scope: str, code: str = "") -> list[int]:
    """Serial numbers of `on`'s period that neither a letter nor the register of void numbers explains.

    Numbers that name the month or the day are matched in any of them.
    """
    counter = NumberCounter.objects.filter(scope=scope, period=_period(template, on)).first()
    if counter is None:
        return []
    pattern = _pattern(template, on.year, code)
    known = [
        *Issuing.objects.filter(number__regex=pattern).values_list("number", flat=True),
        *VoidNumber.objects.filter(number__regex=pattern).values_list("number", flat=True),
    ]
    compiled = re.compile(pattern)
    seen = {int(found[1]) for found in map(compiled.match, known) if found}
    return [seq for seq in range(1, counter.last + 1) if seq not in seen]


def _period(template: str, on: date) -> str:
    return str(on.year) if "{year" in template else ""


def _pattern(template: str, year: int, code: str) -> str:
    words = {"seq": "([0-9]+)", "code": re.escape(code), "year": str(year)}
    words |= {"day": "[0-9]+", "month": "[0-9]+", "month_roman": "[IVX]+"}
    parts = string.Formatter().parse(template)
    return (
        "^" + "".join(re.escape(text) + (words[name] if name else "") for text, name, _s, _h in parts) + "$"
    )


def _carried(number: str) -> bool:
    return (
        Issuing.objects.filter(number=number).exists()
        or Permit.objects.filter(number=number).exists()
        or VoidNumber.objects.filter(number=number).exists()
    )
