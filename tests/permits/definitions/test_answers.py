import json
from datetime import date
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from permits.definitions import Cleaned, Definition, QuestionKind, clean
from permits.definitions.identifiers import nik_problem

SQUARE = [[109.67, -6.89], [109.68, -6.89], [109.68, -6.88], [109.67, -6.88]]


def ask(kind: str, answer: Any, **more: Any) -> Cleaned:
    options = {"options": [["a", "A"], ["b", "B"]]} if kind == "choice" else {}
    question = {"key": "q", "kind": kind, "label": "Q", **options, **more}
    return clean(Definition.parse({"questions": [question]}), {"q": answer})


def value(kind: str, answer: Any, **more: Any) -> Any:
    found = ask(kind, answer, **more)
    assert found.errors == {}
    return found.values["q"]


def error(kind: str, answer: Any, **more: Any) -> str:
    found = ask(kind, answer, **more)
    assert found.values == {}
    return found.errors["q"]


@pytest.mark.parametrize(
    ("kind", "answer", "expected"),
    [
        ("text", "  Toko \n Contoh ", "Toko Contoh"),
        ("long_text", " a\r\nb ", "a\nb"),
        ("number", "1.250.000", 1_250_000),
        ("number", "1.250,5", 1250.5),
        ("number", "12,5", 12.5),
        ("number", "12.5", 12.5),
        ("number", " 7 ", 7),
        ("number", 0, 0),
        ("date", "2026-8-7", "2026-08-07"),
        ("date", "07/08/2026", "2026-08-07"),
        ("date", date(2024, 2, 29), "2024-02-29"),
        ("choice", "a", "a"),
        ("yes_no", "ya", True),
        ("yes_no", "no", False),
        ("company", "contoh-jaya", "contoh-jaya"),
        ("commodity", ["batik", "batik", "", "sarung"], ["batik", "sarung"]),
        ("commodity", "batik", ["batik"]),
        ("file", "23456789ABCD", "23456789ABCD"),
        ("point", '{"type": "Point", "coordinates": [109.67, -6.89]}', [109.67, -6.89]),
        ("polygon", {"type": "Polygon", "coordinates": [SQUARE]}, [[*SQUARE, SQUARE[0]]]),
    ],
)
def test_good_answers(kind: str, answer: Any, expected: Any) -> None:
    found = value(kind, answer)
    assert (found["coordinates"] if kind in ("point", "polygon") else found) == expected


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("text", ["x"]), ("text", "a\0b"), ("text", "\ud800"), ("text", "x" * 501),
        pytest.param("text", 10**5000, id="text-5000-digits"),
        ("number", "dua"), ("number", "1e5"), ("number", float("nan")), ("number", True), ("number", "1.2.3"),
        ("number", 10**16), ("date", "besok"), ("date", "2026-13-01"), ("date", "0026-01-01"),
        ("choice", "c"), ("yes_no", "mungkin"), ("yes_no", 2), ("company", "../x"), ("commodity", [{}]),
        ("file", "a b"), ("point", "sana"), ("point", {"type": "Point", "coordinates": [1]}),
        ("point", {"type": "Point", "coordinates": [-6.89, 109.67]}), ("point", "[" * 40_000),
        ("point", {"type": "Point", "coordinates": [float("nan"), 0]}),
        ("polygon", {"type": "Polygon", "coordinates": [SQUARE[:2]]}),
        ("polygon", {"type": "Polygon", "coordinates": [[SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]]]}),
        ("polygon", {"type": "Polygon", "coordinates": [SQUARE, SQUARE]}),
        ("polygon", {"type": "Polygon", "coordinates": [SQUARE * 200]}),
    ],
)  # fmt: skip
def test_refused_answers_are_refused_in_words(kind: str, answer: Any) -> None:
    assert len(error(kind, answer)) > 10


def test_31_february_is_refused_in_words() -> None:
    with translation.override("en"):
        assert error("date", "31-02-2026") == "31 February 2026 does not exist: that month has 28 days."
        assert "29 days" in error("date", "2028-02-30")


@pytest.mark.parametrize("kind", [k.value for k in QuestionKind if k is not QuestionKind.GROUP])
def test_nothing_is_an_error_only_where_an_answer_is_needed(kind: str) -> None:
    assert error(kind, "")
    assert ask(kind, None, required=False) == Cleaned()
    definition = Definition.parse({"questions": [{"key": "q", "kind": "text", "label": "Q"}]})
    assert clean(definition, {}, complete=False) == Cleaned()


def test_bounds() -> None:
    assert error("number", "4", minimum=5)
    assert error("number", "7", maximum=6)
    assert error("text", "ab", minimum=3)
    assert error("text", "abcd", maximum=3)
    assert value("number", "5", minimum=5, maximum=5) == 5


@pytest.mark.parametrize("nik", ["3375014107900001", "3375.0131.1290.0001", "3375 0129 0200 0003"])
def test_a_nik_that_can_be(nik: str) -> None:
    assert len(value("text", nik, format="nik")) == 16


@pytest.mark.parametrize(
    "nik",
    [
        "337501410790000", "33750141079000012", "3375013202900001", "3375017202900001", "3375013002900001",
        "3375014013900001", "3375010013900001", "3375010101900000", "0075010101900001", "33750101019000a1",
        "3375012902010003", "٣٣٧٥٠١٠١٠١٩٠٠٠٠١",
    ],
)  # fmt: skip
def test_a_nik_that_cannot_be(nik: str) -> None:
    said = error("text", nik, format="nik")
    assert said
    assert nik not in said


def test_a_birth_year_that_is_not_yet_is_of_the_last_century() -> None:
    # 29 February 00: there was one in 2000, and none in 1900
    assert nik_problem("3375012902000001", today=date(2026, 1, 1)) == ""
    assert nik_problem("3375012902000001", today=date(1999, 1, 1)) != ""


def test_npwp_with_a_wrong_check_digit_is_kept_with_a_warning() -> None:
    good = ask("text", "01.300.066.6-091.000", format="npwp")
    assert (good.values, good.errors, good.warnings) == ({"q": "013000666091000"}, {}, {})
    doubtful = ask("text", "01.300.066.7-091.000", format="npwp")
    assert doubtful.values == {"q": "013000667091000"}
    assert doubtful.errors == {}
    assert doubtful.warnings["q"]
    assert error("text", "123", format="npwp")
    assert not ask("text", "3375014107900001", format="npwp").warnings


def test_nib_telephone_and_mail() -> None:
    assert value("text", "9120 0012 3456 7", format="nib") == "9120001234567"
    assert error("text", "912000123456", format="nib")
    assert value("text", "0812-3456-7890", format="phone") == "+6281234567890"
    assert error("text", "call me", format="phone")
    assert value("text", "nama@contoh.id", format="email") == "nama@contoh.id"
    assert error("text", "nama@", format="email")


def test_a_place_outside_the_city_is_a_warning() -> None:
    data = {"questions": [{"key": k, "kind": k, "label": k} for k in ("point", "polygon")]}
    answers = {
        "point": {"type": "Point", "coordinates": [109.6, -6.5]},
        "polygon": {"type": "Polygon", "coordinates": [SQUARE]},
    }
    found = clean(Definition.parse(data), answers, inside=lambda lon, lat: lat < -6.8)
    assert set(found.values) == {"point", "polygon"}
    assert set(found.warnings) == {"point"}


CHAIN: dict[str, Any] = {
    "questions": [
        {"key": "a", "kind": "yes_no", "label": "A"},
        {"key": "b", "kind": "choice", "label": "B", "options": [["x", "X"], ["y", "Y"]],
         "shown_if": {"key": "a", "equals": ["yes"]}},
        {"key": "c", "kind": "text", "label": "C", "shown_if": {"key": "b", "equals": ["x"]}},
    ]
}  # fmt: skip


def test_what_is_hidden_hides_what_hangs_on_it_and_is_not_asked() -> None:
    definition = Definition.parse(CHAIN)
    assert clean(definition, {"a": "yes", "b": "x", "c": "1"}).values == {"a": True, "b": "x", "c": "1"}
    assert clean(definition, {"a": "no", "b": "x", "c": "1"}) == Cleaned({"a": False})
    assert set(clean(definition, {"a": "yes", "b": "x"}).errors) == {"c"}


GROUP: dict[str, Any] = {
    "questions": [
        {"key": "besar", "kind": "yes_no", "label": "Besar"},
        {"key": "papan", "kind": "group", "label": "Papan", "minimum": 1, "maximum": 3, "questions": [
            {"key": "lebar", "kind": "number", "label": "Lebar"},
            {"key": "catatan", "kind": "text", "label": "C", "shown_if": {"key": "besar", "equals": ["yes"]}},
        ]},
    ]
}  # fmt: skip


def test_a_repeated_group_tells_the_row_of_an_error() -> None:
    definition = Definition.parse(GROUP)
    rows = [{"lebar": "2", "catatan": "x"}, {"lebar": ""}, {"lebar": "dua", "catatan": "y"}]
    found = clean(definition, {"besar": True, "papan": rows})
    assert set(found.errors) == {"papan.1.lebar"}
    found = clean(definition, {"besar": False, "papan": [{"lebar": "2", "catatan": "x"}, {"lebar": ""}]})
    assert found == Cleaned({"besar": False, "papan": [{"lebar": 2}]})
    assert set(clean(definition, {"besar": True, "papan": []}).errors) == {"papan"}
    assert set(clean(definition, {"besar": True, "papan": [{"lebar": 1}] * 4}).errors) == {"papan"}
    assert set(clean(definition, {"besar": True, "papan": "x"}).errors) == {"papan"}


EVERYTHING = Definition.parse(
    {
        "questions": [
            *CHAIN["questions"],
            *[
                {"key": f"k_{k.value}", "kind": k.value, "label": k.value, "required": False}
                for k in QuestionKind
                if k not in (QuestionKind.GROUP, QuestionKind.CHOICE)
            ],
            *[
                {"key": f"f_{f}", "kind": "text", "label": f, "format": f, "required": False}
                for f in ("nik", "npwp", "nib", "phone", "email")
            ],
            GROUP["questions"][1] | {"questions": [{"key": "n", "kind": "number", "label": "N"}]},
        ]
    }
)
_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
    | st.sampled_from(["31-02-2026", "yes", "1.000", "Point", "3375014107900001"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["type", "coordinates", "n", "lebar"]), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([q.key for q in EVERYTHING.questions]), _anything), st.booleans())
def test_any_answers_become_json_that_stays_as_it_is(answers: dict[str, Any], complete: bool) -> None:
    found = clean(EVERYTHING, answers, complete=complete, inside=lambda lon, lat: False)
    stored = json.loads(json.dumps(found.values, allow_nan=False))
    assert all([*found.errors.values(), *found.warnings.values()])
    again = clean(EVERYTHING, stored, complete=False)
    assert again.errors == {}
    assert again.values == stored
