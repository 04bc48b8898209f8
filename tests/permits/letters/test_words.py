from datetime import date
from decimal import Decimal

import pytest

from permits.letters.words import day, day_in_words, in_words, rupiah, rupiah_in_words


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "nol"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (19, "sembilan belas"),
        (20, "dua puluh"),
        (100, "seratus"),
        (101, "seratus satu"),
        (999, "sembilan ratus sembilan puluh sembilan"),
        (1000, "seribu"),
        (1999, "seribu sembilan ratus sembilan puluh sembilan"),
        (2000, "dua ribu"),
        (11000, "sebelas ribu"),
        (100000, "seratus ribu"),
        (101000, "seratus satu ribu"),
        (1000000, "satu juta"),
        (2000001, "dua juta satu"),
        (10**9, "satu miliar"),
        (10**12, "satu triliun"),
        (-5, "minus lima"),
    ],
)
def test_numbers(n: int, words: str) -> None:
    assert in_words(n) == words


def test_no_two_numbers_share_their_words() -> None:
    assert len({in_words(n) for n in range(20000)}) == 20000


def test_a_number_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no name"):
        in_words(10**18)


def test_money() -> None:
    assert rupiah(1250000) == "Rp1.250.000,00"
    assert rupiah(Decimal("0.5")) == "Rp0,50"
    assert rupiah_in_words(Decimal("1500.25")) == "seribu lima ratus rupiah dua puluh lima sen"
    assert rupiah_in_words(Decimal("0.999")) == "satu rupiah"


def test_days() -> None:
    assert day(date(2026, 11, 24)) == "24 November 2026"
    assert day_in_words(date(2026, 11, 24)) == (
        "Selasa, tanggal dua puluh empat bulan November tahun dua ribu dua puluh enam"
    )
