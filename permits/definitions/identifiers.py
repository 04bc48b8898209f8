"""Numbers that identify people and businesses: what cannot be is refused, what is doubtful is a warning.

NIK: 16 digits with a birth date in them. NPWP: 15 or 16 digits; a wrong check digit only warns. NIB: 13
digits, and nothing is read into them. The texts returned here never quote the number.
"""

import calendar
import re
from datetime import date

from django.utils.translation import gettext as _
from stdnum.id import npwp

_SEPARATORS = re.compile(r"[\s.\-/]")


def digits_of(text: str) -> str:
    """Without the blanks, dots, hyphens and slashes that people write between digits."""
    return _SEPARATORS.sub("", text)


def _are_digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdecimal()


def nik_problem(nik: str, *, today: date) -> str:
    """ "" for a NIK that can be: region, birth date (day + 40 for women) and a serial number."""
    if not _are_digits(nik, 16):
        return _("A NIK has 16 digits. Copy it from the KTP.")
    day, month, year = int(nik[6:8]) % 40, int(nik[8:10]), int(nik[10:12])
    if int(nik[6:8]) > 71 or nik[12:] == "0000" or not 11 <= int(nik[:2]) <= 99 or nik[2:6] == "0000":
        return _("There is no such NIK. Compare it with the KTP, digit by digit.")
    century = 2000 if 2000 + year <= today.year else 1900
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(century + year, month)[1]:
        return _("The birth date in this NIK (digits 7 to 12) does not exist. Compare it with the KTP.")
    return ""


def npwp_problem(number: str) -> str:
    if not (_are_digits(number, 15) or _are_digits(number, 16)):
        return _("An NPWP has 15 or 16 digits. Copy it from the card.")
    return ""


def npwp_doubt(number: str) -> str:
    """A wrong check digit: said, never refused. The 16 digits of a person are their NIK and have none."""
    if len(number) == 15 and not npwp.is_valid(number):
        return _(
            "The check digit of this NPWP does not fit. Compare it with the card; it is kept as written."
        )
    return ""


def nib_problem(number: str) -> str:
    return "" if _are_digits(number, 13) else _("A NIB has 13 digits. Copy it from your NIB document.")
