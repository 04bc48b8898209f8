"""Amounts and dates in Indonesian words, as letters of the government write them.

A letter is Indonesian whatever language the clerk reads, so nothing here asks gettext.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

_ONES = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_STEPS = ((10**15, "kuadriliun"), (10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"))
_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip


def in_words(n: int) -> str:
    """1500 -> "seribu lima ratus". Below 10^18; negative numbers begin with "minus"."""
    if n < 0:
        return f"minus {in_words(-n)}"
    if n >= 10**18:
        raise ValueError("A number this large has no name here.")
    return _below(n)


def _below(n: int) -> str:
    if n < 10:
        return _ONES[n]
    if n < 20:
        return "sepuluh" if n == 10 else "sebelas" if n == 11 else f"{_ONES[n - 10]} belas"
    if n < 100:
        return _joined(f"{_ONES[n // 10]} puluh", n % 10)
    if n < 1000:
        return _joined("seratus" if n < 200 else f"{_ONES[n // 100]} ratus", n % 100)
    if n < 10**6:
        return _joined("seribu" if n < 2000 else f"{_below(n // 1000)} ribu", n % 1000)
    size, name = next(step for step in _STEPS if n >= step[0])
    return _joined(f"{_below(n // size)} {name}", n % size)


def _joined(head: str, rest: int) -> str:
    return f"{head} {_below(rest)}" if rest else head


def rupiah(amount: Decimal | int) -> str:
    """Rp1.250.000,00; halves of a sen are rounded up."""
    exact = Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)
    whole, _, sen = f"{exact:,.2f}".partition(".")
    return f"Rp{whole.replace(',', '.')},{sen}"


def rupiah_in_words(amount: Decimal | int) -> str:
    """ "satu juta dua ratus lima puluh ribu rupiah", with sen where there are any."""
    sen = int((Decimal(amount) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    words = f"{in_words(sen // 100)} rupiah"
    return f"{words} {in_words(sen % 100)} sen" if sen % 100 else words


def day(when: date) -> str:
    """24 November 2026"""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def day_with_name(when: date) -> str:
    """Selasa, 24 November 2026"""
    return f"{_DAYS[when.weekday()]}, {day(when)}"


def day_in_words(when: date) -> str:
    """For a Berita Acara: "Selasa, tanggal dua puluh empat bulan November tahun dua ribu dua puluh enam"."""
    return (
        f"{_DAYS[when.weekday()]}, tanggal {in_words(when.day)} bulan {_MONTHS[when.month - 1]} "
        f"tahun {in_words(when.year)}"
    )
