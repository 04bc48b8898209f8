"""Business forms as the national system and other offices write them. Not known means treated as a person."""

import re
from functools import lru_cache
from typing import Final

from companies.models import LegalForm
from permits.imports.values import tidy

# In this order: "PT Perorangan", a company of one natural person who mostly lives where it works, is treated
# as that person; a Perumda is a Perseroan too.
PATTERNS: Final = (
    (
        LegalForm.SOLE_PROPRIETOR,
        r"perorang|orang perseorang|perseorangan|\bud\b|usaha dagang|sole prop|individual",
    ),
    (
        LegalForm.STATE,
        r"\bperum\b|\bperumda\b|perusahaan umum|\bperseroda\b|perusahaan daerah|\bbumn\b|\bbumd\b|persero\)",
    ),
    (LegalForm.PT, r"perseroan terbatas|\bpt\b|\bllc\b|\binc\b|\bltd\b|corporation|limited company"),
    (LegalForm.CV, r"komanditer|\bcv\b|commanditaire"),
    (LegalForm.FIRMA, r"\bfirma\b|\bfa\b|onder firma"),
    (LegalForm.KOPERASI, r"koperasi|cooperative"),
    (LegalForm.YAYASAN, r"yayasan|foundation"),
    (LegalForm.ASSOCIATION, r"perkumpulan|asosiasi|association|persyarikatan"),
    (
        LegalForm.GOVERNMENT,
        r"badan layanan umum|\bblud?\b|instansi pemerintah|pemerintah (kota|daerah|kabupaten)",
    ),
)
_COMPILED: Final = [(form, re.compile(pattern)) for form, pattern in PATTERNS]


@lru_cache(maxsize=500)
def read_legal_form(text: str) -> LegalForm:
    plain = tidy(text).casefold()
    return next((form for form, pattern in _COMPILED if pattern.search(plain)), LegalForm.UNKNOWN)


_IN_NAMES: Final = re.compile(r"^(pt|cv|ud|koperasi|yayasan|firma|perum|perumda)\b")


def form_of_name(name: str) -> LegalForm:
    """Of a name that begins with its form, as names here do: "PT Contoh", "CV. Contoh"."""
    found = _IN_NAMES.match(tidy(name).casefold())
    return read_legal_form(found[1]) if found else LegalForm.UNKNOWN
