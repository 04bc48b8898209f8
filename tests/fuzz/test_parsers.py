"""Parsers of what people type: never another failure than the one they document, and round trips hold."""

import json
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.gis.geos import Point, Polygon
from django.core.exceptions import ValidationError
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoportal.geography.forms import LatLonField
from geoportal.ids import is_id, normalise
from geoportal.phones import as_international
from maps import filters, search
from permits import definitions, fieldnotes, geotag, points, questions, seal
from permits.definitions import Definition, DefinitionError
from permits.imports import values
from permits.imports.letters import Unusable, old_target
from permits.models import Visit
from tests.fuzz.texts import json_like, typed

#: The same examples in every run; a finding becomes an example of its own.
steady = settings(
    max_examples=150, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
few = settings(steady, max_examples=40)
LON, LAT = st.floats(-180, 180), st.floats(-90, 90)


@steady
@given(typed)
def test_a_point_is_one_or_none(text: str) -> None:
    found = points.read_latlon(text)
    assert found is None or (abs(found.x) <= 180 and abs(found.y) <= 90)
    try:
        field = LatLonField(required=False).clean(text)
    except ValidationError:
        return
    assert field is None or (abs(field.x) <= 180 and abs(field.y) <= 90)


@steady
@given(LON, LAT)
def test_a_point_is_written_and_read_again(lon: float, lat: float) -> None:
    found = points.read_latlon(points.latlon(Point(lon, lat, srid=4326)))
    assert found is not None
    assert (found.x, found.y) == pytest.approx((lon, lat), abs=1e-6)


@steady
@given(typed | st.lists(st.tuples(LAT, LON), max_size=6).map(lambda c: "\n".join(f"{y}, {x}" for y, x in c)))
def test_an_outline_encloses_something_or_is_none(text: str) -> None:
    found = points.read_outline(text)
    assert found is None or (found.valid and found.area > 0)


@steady
@given(LON.filter(lambda x: abs(x) < 179), LAT.filter(lambda y: abs(y) < 89))
def test_an_outline_is_written_and_read_again(lon: float, lat: float) -> None:
    square = Polygon.from_bbox((lon, lat, lon + 0.01, lat + 0.01))
    found = points.read_outline(points.outline(square))
    assert found is not None
    assert found.equals_exact(square, 2e-6)


@steady
@given(typed)
def test_a_telephone_number_stays_what_it_became(text: str) -> None:
    found = as_international(text)
    assert found == "" or as_international(found) == found
    read = values.read_phone(text)
    assert read == "" or values.read_phone(read) == read


@steady
@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.sampled_from(["8 {} 2024", "iso", "local"]))
def test_a_date_is_read_however_the_office_writes_it(day: date, how: str) -> None:
    months = (
        "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()  # noqa: SIM905
    )
    written = {"iso": day.isoformat(), "local": f"{day.day:02}/{day.month:02}/{day.year}"}
    assert values.read_date(written.get(how, f"{day.day} {months[day.month - 1]} {day.year}")) == day


@steady
@given(typed)
def test_cells_are_understood_or_not(text: str) -> None:
    assert isinstance(values.read_date(text), date | None)
    assert isinstance(values.read_number(text), Decimal | None)
    nib, _padded = values.read_nib(text)
    assert nib == "" or (len(nib) == 13 and nib.isascii() and nib.isdecimal())
    assert values.tidy(values.tidy(text)) == values.tidy(text)
    assert values.tidy(text).isprintable()
    assert values.slug_base(text)
    assert not values.harmless(text).startswith(("=", "+", "-", "@", "\t"))
    assert len(values.read_email(text)) <= 254


@steady
@given(st.integers(-(10**12), 10**12), st.integers(0, 99))
def test_a_number_is_read_as_it_is_written_here(whole: int, cents: int) -> None:
    written = f"{whole:,}".replace(",", ".") + (f",{cents:02}" if cents else "")
    expected = Decimal(f"{whole}.{cents:02}") if cents else Decimal(whole)
    assert values.read_number(written) == expected


@steady
@given(typed)
def test_a_seal_is_read_however_it_is_typed(text: str) -> None:
    assert isinstance(seal.is_seal_id(normalise(text)), bool)
    found = seal.new_seal_id()
    assert normalise(seal.grouped(found).lower()) == found
    assert is_id(found, seal.LENGTH)


@steady
@given(typed)
def test_an_old_address_is_one_or_refused(text: str) -> None:
    with suppress(Unusable):
        assert isinstance(old_target(text), str)


# --- Answers to a type's questions
DEFINITION: Definition = definitions.Definition.parse(
    {
        "questions": [
            {"key": "nama", "label": "Nama", "kind": "text"},
            {"key": "uraian", "label": "Uraian", "kind": "long_text"},
            {"key": "luas", "label": "Luas", "kind": "number"},
            {"key": "usaha", "label": "Usaha", "kind": "company"},
            {"key": "sejak", "label": "Sejak", "kind": "date"},
            {"key": "setuju", "label": "Setuju", "kind": "yes_no"},
            {"key": "letak", "label": "Letak", "kind": "point"},
            {"key": "batas", "label": "Batas", "kind": "polygon"},
            {"key": "barang", "label": "Barang", "kind": "commodity"},
            {
                "key": "orang",
                "label": "Orang",
                "kind": "group",
                "questions": [{"key": "nama", "label": "Nama", "kind": "text"}],
            },
        ]
    }
)
KEYS = [question.key for question in DEFINITION.questions]
NAMES = st.sampled_from(
    [
        *(f"q-{key}" for key in KEYS),
        "q-orang.0.nama",
        "q-orang.9.nama",
        "q-orang.²",
        "q-orang." + "9" * 5000,
        "q-",
    ]
)


@steady
@given(st.dictionaries(st.sampled_from(KEYS), json_like, max_size=6))
def test_answers_are_made_clean_and_stay_clean(answers: dict[str, Any]) -> None:
    found = definitions.clean(DEFINITION, answers, complete=False)
    again = definitions.clean(DEFINITION, found.values, complete=False)
    assert again.values == found.values
    assert not again.errors
    json.dumps(found.values, allow_nan=False)


@steady
@given(st.dictionaries(NAMES, typed, max_size=6))
def test_a_form_becomes_answers_and_the_form_again(texts: dict[str, str]) -> None:
    answers = questions.from_texts(DEFINITION.questions, texts)
    rows = questions.rows_of(DEFINITION.questions, texts)
    assert all(0 < n <= questions.ROWS for n in rows.values())
    clean = definitions.clean(DEFINITION, answers, complete=False).values
    shown = questions.to_texts(DEFINITION.questions, clean)
    stored = questions.from_texts(DEFINITION.questions, shown)
    assert definitions.clean(DEFINITION, stored, complete=False).values == clean


DEFINED = ("questions", "documents", "fee", "letter", "inspection", "number")
REPORTED = (
    "format", "recorded_at", "verdict", "answers", "findings", "conditions", "readings", "corrected",
    "outline", "photos", "signer_name", "signer_role", "signature", "unsigned_reason", "found",
)  # fmt: skip


def told(*names: str) -> st.SearchStrategy[Any]:
    """Anything, and above all something that has these names."""
    return json_like | st.fixed_dictionaries({}, optional=dict.fromkeys(names, json_like))


@steady
@given(told(*DEFINED))
def test_a_definition_is_one_or_says_what_is_wrong(data: Any) -> None:
    with suppress(DefinitionError):
        Definition.parse(data)


# --- What phones and programs send
@steady
@given(told(*REPORTED))
def test_a_report_from_the_field_is_one_or_says_what_is_wrong(data: Any) -> None:
    visit = Visit(kind="inspection", checklist=[{"key": "papan", "label": "Papan nama"}])
    with suppress(fieldnotes.Invalid):
        fieldnotes.read(data, visit)


@steady
@given(st.lists(told("lat", "lon", "accuracy", "at"), max_size=3))
def test_readings_of_a_position_are_those_that_can_be_read(data: Any) -> None:
    for reading in geotag.read(data):
        assert abs(reading.lon) <= 180
        assert abs(reading.lat) <= 90


PARAMETERS = st.sampled_from(
    ["q", "bbox", "near", "radius", "status", "source", "zone", "type", "commodity", "company", "limit",
     "after", "komoditas", "jenis", "kelurahan", "zoom", "x"]
)  # fmt: skip
BOXES = st.lists(st.floats(), min_size=2, max_size=6).map(lambda c: ",".join(map(str, c)))


@pytest.mark.django_db
@few
@given(st.dictionaries(PARAMETERS, typed | BOXES, max_size=5), st.booleans())
def test_a_filter_is_one_or_refused(asked: dict[str, str], page: bool) -> None:
    query = QueryDict(mutable=True)
    query.update(asked)
    filters.read(query, page=page)
    with suppress(filters.BadFilter):
        filters.require(query)


@pytest.mark.django_db
@few
@given(typed)
def test_words_are_understood_or_not(text: str) -> None:
    search.understand(text)
    search.nearest_words(text)
    search.company_matches(text)
