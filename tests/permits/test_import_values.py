"""What cells hold, in every style that was seen."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permits.imports.values import (
    Box,
    Spot,
    Unreadable,
    checked,
    coordinate,
    day,
    nib,
    number,
    phone,
    spot,
)

CITY = Box(109.63, -6.96, 109.73, -6.84)
MONTHS = ["Januari", "Februari", "Maret", "April", "Mei", "Juni"]
MONTHS += ["Juli", "Agustus", "September", "Oktober", "November", "Desember"]


@pytest.mark.parametrize(
    "text", ["8 Juli 2024", "08/07/2024", "2024-07-08", "8-7-2024", "Senin, 8 Juli 2024", "08 JUL 2024",
             "2024-07-08T10:11:12", " 8  Juli  2024 "]
)  # fmt: skip
def test_dates_in_every_style(text: str) -> None:
    assert day(text) == date(2024, 7, 8)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)))
def test_every_date_is_read_back(value: date) -> None:
    assert day(f"{value.day} {MONTHS[value.month - 1]} {value.year}") == value
    assert day(value.strftime("%d/%m/%Y")) == value
    assert day(value.isoformat()) == value


@pytest.mark.parametrize("text", ["31 Februari 2024", "31/02/2024", "8 Jull 2024", "07/2024", "kemarin"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        day(text)


def test_a_given_format_is_the_only_one() -> None:
    assert day("07/08/2024", ["%m/%d/%Y"]) == date(2024, 7, 8)
    with pytest.raises(Unreadable):
        day("2024-07-08", ["%m/%d/%Y"])


@given(st.text())
def test_no_text_breaks_a_reader(text: str) -> None:
    for read in (day, number, nib, coordinate):
        with suppress(Unreadable):
            read(text)
    assert phone(text) == "" or phone(text).startswith("+")
    assert spot(text, text, CITY).lon is None or CITY.holds(*_point(spot(text, text, CITY)))


def _point(found: Spot) -> tuple[float, float]:
    assert found.lon is not None
    assert found.lat is not None
    return found.lon, found.lat


@pytest.mark.parametrize(
    ("text", "value"),
    [("10.000.000", "10000000"), ("11.146,09", "11146.09"), ("10.000", "10000"), ("7", "7"), ("1,5", "1.5"),
     ("1,234.56", "1234.56"), ("12.5", "12.5"), ("Rp 2.500.000", "2500000"), ("-3,25", "-3.25")],
)  # fmt: skip
def test_numbers(text: str, value: str) -> None:
    assert number(text) == Decimal(value)


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_every_indonesian_number_is_read_back(value: Decimal) -> None:
    text = f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
    assert number(text) == value


@pytest.mark.parametrize("text", ["1.2.3", "10.00.000", "1,2,3", "satu", "1.000,00,1"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        number(text)


def test_nib() -> None:
    assert nib(" 9120 0012 34567 ") == "9120001234567"
    assert nib("'0220001234567") == "0220001234567"
    assert nib("220001234567") == "0220001234567"  # a spreadsheet ate the zero
    for wrong in ("9,12E+12", "12345", "91200012345678", ""):
        with pytest.raises(Unreadable):
            nib(wrong)


@pytest.mark.parametrize(
    "text", ["085393362486", "+6285393362486", "6285393362486", "85393362486", "853-9336-2486",
             "0853 9336 2486", "+62 (853) 9336-2486"]
)  # fmt: skip
def test_telephone_numbers_in_every_style(text: str) -> None:
    assert phone(text) == "+6285393362486"


@pytest.mark.parametrize("text", ["", "-", "0", "123", "tidak ada", "0000000000"])
def test_what_is_no_telephone_number_is_left_out(text: str) -> None:
    assert phone(text) == ""


def test_coordinates() -> None:
    assert spot("109.675", "-6.889", CITY) == Spot(109.675, -6.889)
    assert spot("109,675", "-6,889", CITY) == Spot(109.675, -6.889)
    assert spot("-6.889", "109.675", CITY) == Spot(109.675, -6.889, mended=True)
    assert spot("", "-6.889", CITY).why_not == "blank"
    assert spot("0", "0.0", CITY).why_not == "zero"
    assert spot("106.8", "-6.2", CITY).why_not == "outside"
    assert spot("109.6.75", "-6.889", CITY).why_not == "unreadable"


@given(st.floats(109.63, 109.73), st.floats(-6.96, -6.84))
def test_swapped_coordinates_are_mended_to_the_same_point(lon: float, lat: float) -> None:
    assert checked(lat, lon, CITY) == Spot(lon, lat, mended=True)
    assert checked(lon, lat, CITY) == Spot(lon, lat)
