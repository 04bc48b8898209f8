"""Passwords that are tried first: a common word, or one of this office, with figures before or behind it.

Django's own list holds whole passwords; nearly all of its 20,000 are shorter than ours may be, and none
knows the city. ASVS 5.0 6.2.4 and 6.2.11.
"""

import re
from functools import cache
from typing import Final

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from geoportal.accounts.models import User

_LOCAL: Final = """
sakpore perizinan izin petugas kepala admin administrator operator rahasia sandi katasandi katakunci
kunci indonesia merdeka pancasila garuda nusantara bismillah alhamdulillah assalamualaikum allahuakbar
sayang sayangku cinta cintaku akucintakamu semangat selamat selamatpagi terimakasih batik jakarta bandung
semarang surabaya jogja contoh pemohon
"""
_LEET: Final = str.maketrans("@4301!$57", "aaeoiisst")
_FEWEST: Final = 5  # different characters


class GuessableValidator:
    def validate(self, password: str, user: User | None = None) -> None:
        if len(set(password.casefold())) < _FEWEST:
            raise ValidationError(
                _("This password repeats itself. Take four words that do not belong together.")
            )
        if _core(password) in _words():
            raise ValidationError(
                _("This is a known word with something added: such are tried first. Take several words.")
            )

    def get_help_text(self) -> str:
        return _("Several words that do not belong together are easy to remember and hard to guess.")


def _core(password: str) -> str:
    """Without what stands before and behind it, in plain letters, a repeated word once."""
    inner = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password).casefold().translate(_LEET)
    letters = re.sub(r"[^a-z]", "", inner)
    repeated = re.fullmatch(r"(.{3,}?)\1+", letters)
    return repeated[1] if repeated else letters


@cache
def _words() -> frozenset[str]:
    office = f"{settings.OFFICE_NAME} {settings.OFFICE_CITY}".casefold()
    parts = re.findall(r"[a-z]{3,}", office)
    whole = {re.sub(r"[^a-z]", "", text.casefold()) for text in (settings.OFFICE_NAME, settings.OFFICE_CITY)}
    common = {word for word in CommonPasswordValidator().passwords if word.isalpha()}
    return frozenset({"", *_LOCAL.split()} | set(parts) | whole | common)
