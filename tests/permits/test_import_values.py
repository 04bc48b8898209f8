"""What cells hold, in every style that was seen."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permits.imports.places import Bounds, Coordinates, Spot
from permits.imports.values import (
    harmless,
    read_date,
    read_date_as,
    read_email,
    read_nib,
    read_number,
    read_phone,
    slug_base,
)

CITY = Coordinates(Bounds(109.63, -6.96, 109.73, -6.84))
MONTHS = ["Januari", "Februari", "Maret", "April", "Mei", "Juni"]
MONTHS += ["Juli", "Agustus", "September", "Oktober", "November", "Desember"]


@pytest.mark.parametrize(
    "text", ["8 Juli 2024", "08/07/2024", "2024-07-08", "8-7-2024", "Senin, 8 Juli 2024", "08 JUL 2024",
             "2024-07-08T10:11:12", " 8  Juli  2024 "]
)  # fmt: skip
def test_dates_in_every_style(text: str) -> None:
    assert read_date(text) == date(2024, 7, 8)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)))
def test_every_date_is_read_back(value: date) -> None:
    assert read_date(f"{value.day} {MONTHS[value.month - 1]} {value.year}") == value
    assert read_date(value.strftime("%d/%m/%Y")) == value
    assert read_date(value.isoformat()) == value


@pytest.mark.parametrize("text", ["31 Februari 2024", "31/02/2024", "8 Jull 2024", "07/2024", "kemarin"])
def test_what_is_no_date_is_refused(text: str) -> None:
    assert read_date(text) is None


def test_a_given_format_is_the_only_one() -> None:
    assert read_date_as("07/08/2024", ["%m/%d/%Y"]) == date(2024, 7, 8)
    assert read_date_as("2024-07-08", ["%m/%d/%Y"]) is None


@given(st.text())
def test_no_text_breaks_a_reader(text: str) -> None:
    read_date(text)
    read_number(text)
    assert len(read_nib(text)[0]) in (0, 13)
    assert read_phone(text) == "" or read_phone(text).startswith("+")
    assert read_email(text) == "" or "@" in text
    assert slug_base(text)
    found = CITY.read(text, text).spot
    assert found is None or CITY.bounds.holds(found)


@pytest.mark.parametrize(
    ("text", "value"),
    [("10.000.000", "10000000"), ("11.146,09", "11146.09"), ("10.000", "10000"), ("7", "7"), ("1,5", "1.5"),
     ("1,234.56", "1234.56"), ("12.5", "12.5"), ("Rp 2.500.000", "2500000"), ("-3,25", "-3.25")],
)  # fmt: skip
def test_numbers(text: str, value: str) -> None:
    assert read_number(text) == Decimal(value)


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_every_indonesian_number_is_read_back(value: Decimal) -> None:
    text = f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
    assert read_number(text) == value


@pytest.mark.parametrize("text", ["1.2.3", "10.00.000", "1,2,3", "satu", "1.000,00,1"])
def test_what_is_no_number_is_refused(text: str) -> None:
    assert read_number(text) is None


def test_nib() -> None:
    assert read_nib(" 9120 0012 34567 ") == ("9120001234567", False)
    assert read_nib("'0220001234567") == ("0220001234567", False)
    assert read_nib("220001234567") == ("0220001234567", True)  # a spreadsheet ate the zero
    for wrong in ("9,12E+12", "12345", "91200012345678", ""):
        assert read_nib(wrong) == ("", False)


def test_what_may_be_told_of_a_row() -> None:
    assert harmless("R-202407081011120001234") == "R-202407081011120001234"
    for personal in ("Budi Contoh", "contoh@example.com", "3375010101900001", "=1+1", "Contoh"):
        assert harmless(personal) == ""


@pytest.mark.parametrize(
    "text", ["085393362486", "+6285393362486", "6285393362486", "85393362486", "853-9336-2486",
             "0853 9336 2486", "+62 (853) 9336-2486"]
)  # fmt: skip
def test_telephone_numbers_in_every_style(text: str) -> None:
    assert read_phone(text) == "+6285393362486"


@pytest.mark.parametrize("text", ["", "-", "0", "123", "tidak ada", "0000000000"])
def test_what_is_no_telephone_number_is_left_out(text: str) -> None:
    assert read_phone(text) == ""


def test_coordinates() -> None:
    here = Spot(109.675, -6.889)
    assert CITY.read("109.675", "-6.889") == (here, False, False)
    assert CITY.read("109,675", "-6,889") == (here, False, False)
    assert CITY.read("-6.889", "109.675") == (here, False, True)
    assert CITY.read("", "") == CITY.read("0", "0.0") == (None, True, False)
    assert CITY.read("106.8", "-6.2") == (None, False, False)


@given(st.floats(109.63, 109.73), st.floats(-6.96, -6.84))
def test_swapped_coordinates_are_mended_to_the_same_point(lon: float, lat: float) -> None:
    assert CITY.read(repr(lat), repr(lon)) == (Spot(lon, lat), False, True)
    assert CITY.read(repr(lon), repr(lat)) == (Spot(lon, lat), False, False)
