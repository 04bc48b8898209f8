from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from permits.definitions import (
    Definition,
    DefinitionError,
    LetterText,
    Question,
    QuestionKind,
    definition_of,
    fee_of,
)
from permits.models import Purpose, TypeVersion

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
WHOLE: dict[str, Any] = {
    "questions": [
        {
            "key": "jenis",
            "kind": "choice",
            "label": "Jenis",
            "options": [["tetap", "Tetap"], ["sementara", "S"]],
        },
        {"key": "luas", "kind": "number", "label": "Luas", "minimum": 0.5, "maximum": 1000},
        {"key": "menyala", "kind": "yes_no", "label": "Menyala?", "required": False},
        {
            "key": "lama",
            "kind": "number",
            "label": "Berapa hari",
            "shown_if": {"key": "jenis", "equals": ["sementara"]},
        },
        {
            "key": "titik",
            "kind": "group",
            "label": "Titik",
            "maximum": 5,
            "questions": [{"key": "tempat", "kind": "point", "label": "Tempat"}],
        },
        {"key": "nik", "kind": "text", "label": "NIK", "personal": True, "format": "nik", "step": "Pemohon"},
    ],
    "documents": [
        {"key": "ktp", "label": "KTP", "keeps_months": 12},
        {"key": "lama", "label": "Izin lama", "purposes": ["renewal", "change"]},
        {"key": "alat", "label": "Bukti", "shown_if": {"key": "menyala", "equals": ["yes"]}},
    ],
    "service_days": 5,
    "fee": 'if(jenis = "tetap", 100000, 2000 * lama) * max(1, luas)',
    "validity_months": 12,
    "needs_inspection": True,
    "number_template": "503/{seq:03}/{code}/{year}",
    "letter": {
        "title": "Izin {jenis}",
        "paragraphs": ["Diberikan kepada {holder} seluas {luas} m²."],
        "bilingual": {"title": "Permit {jenis}", "closing": "Issued on {issued_on}."},
    },
    "procedure": ["Isi formulir."],
}


def problems(data: Any) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        Definition.parse(data)
    return caught.value.problems


def test_what_is_written_back_reads_the_same() -> None:
    definition = Definition.parse(WHOLE)
    assert Definition.parse(definition.dump()) == definition
    assert definition.questions[1].minimum is not None
    assert definition.needs_inspection
    assert definition.documents[1].purposes == (Purpose.RENEWAL, Purpose.CHANGE)


def test_nothing_at_all_is_a_definition() -> None:
    assert Definition.parse({}) == Definition()
    assert Definition().dump() == {}


def test_every_problem_is_told_with_its_place() -> None:
    found = problems(
        {
            "questions": [
                {"key": "Luas", "kind": "number", "label": "Luas"},
                {"key": "a", "kind": "picture", "label": ""},
                {"key": "a", "kind": "choice", "label": "A"},
                {"key": "b", "kind": "text", "label": "B", "shown_if": {"key": "luas", "equals": ["1"]}},
                {"key": "c", "kind": "date", "label": "C", "minimum": 3, "maximum": 2, "format": "nik"},
                {"key": "d", "kind": "group", "label": "D"},
            ],
            "documents": [{"key": "x", "label": "X", "purposes": ["sale"], "keeps_months": 0}],
            "service_days": -1,
            "needs_inspection": "maybe",
            "number_template": "{code}",
            "letter": {"title": "{nobody}", "closing": "a { b"},
            "colour": "red",
        }
    )
    places = [problem.split(":")[0] for problem in found]
    assert set(places) == {
        "colour", "questions.0.key", "questions.1.kind", "questions.1.label", "questions.2.key",
        "questions.2.options", "questions.3.shown_if.key", "questions.4.maximum", "questions.4.minimum",
        "questions.4.format", "questions.5.questions", "documents.0.purposes", "documents.0.keeps_months",
        "service_days", "needs_inspection", "number_template", "letter.title", "letter.closing",
    }  # fmt: skip


def test_a_condition_looks_only_back_and_only_at_answers_that_exist() -> None:
    later = {"key": "b", "kind": "yes_no", "label": "B"}
    first = {"key": "a", "kind": "text", "label": "A", "shown_if": {"key": "b", "equals": ["yes"]}}
    assert problems({"questions": [first, later]})
    Definition.parse({"questions": [later, first]})
    wrong = first | {"shown_if": {"key": "b", "equals": ["maybe"]}}
    assert "yes, no" in problems({"questions": [later, wrong]})[0]


def test_a_letter_names_a_place_but_no_file() -> None:
    place = {"key": "peta", "kind": "point", "label": "Peta"}
    Definition.parse({"questions": [place], "letter": {"title": "Di {peta}"}})
    assert problems({"questions": [place | {"kind": "file"}], "letter": {"title": "Di {peta}"}})


def test_the_letter_is_filled_in_both_languages() -> None:
    letter = Definition.parse(WHOLE).letter
    assert letter is not None
    filled = letter.filled({"jenis": "tetap", "holder": "{luas}"})
    assert filled.title == "Izin tetap"
    assert filled.paragraphs == ("Diberikan kepada {luas} seluas … m².",)  # a name is not filled in again
    assert filled.bilingual == LetterText("Permit tetap", closing="Issued on ….")


def test_documents_follow_purpose_and_answers() -> None:
    definition = Definition.parse(WHOLE)
    keys = [rule.key for rule in definition.documents_for(Purpose.RENEWAL, {"menyala": True})]
    assert keys == ["ktp", "lama", "alat"]
    assert [rule.key for rule in definition.documents_for(Purpose.NEW, {"menyala": False})] == ["ktp"]


def test_a_version_is_read_as_it_stands_now() -> None:
    version = TypeVersion(definition={"service_days": 3})
    assert definition_of(version).service_days == 3
    version.definition = {"service_days": 4}
    assert definition_of(version).service_days == 4


def test_the_fee_is_of_the_definition() -> None:
    definition = Definition.parse(WHOLE)
    assert fee_of(definition, {"jenis": "tetap", "luas": 0.5}) == 100_000
    assert fee_of(definition, {"jenis": "sementara", "luas": 2.5, "lama": 3}) == 15_000
    assert fee_of(definition, {"jenis": "sementara", "luas": 2.5}) is None
    assert fee_of(Definition(), {}) is None


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*WHOLE, "key", "kind", "label", "options", "shown_if", "equals", "title", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


def reads_the_same_or_tells(data: Any) -> None:
    try:
        definition = Definition.parse(data)
    except DefinitionError as refused:
        told = refused.problems
    else:
        told = ["fine"]
        assert Definition.parse(definition.dump()) == definition
    assert told


@UNHURRIED
@given(_json)
def test_anything_is_a_definition_or_a_list_of_problems(data: Any) -> None:
    reads_the_same_or_tells(data)


@UNHURRIED
@given(st.sampled_from(sorted(WHOLE)), _json)
def test_one_part_replaced_by_anything(key: str, data: Any) -> None:
    reads_the_same_or_tells(WHOLE | {key: data})


_question = st.builds(
    Question,
    key=st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True),
    kind=st.sampled_from([QuestionKind.TEXT, QuestionKind.NUMBER, QuestionKind.DATE, QuestionKind.FILE]),
    label=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).map(
        lambda text: "x" + text
    ),
    required=st.booleans(),
    personal=st.booleans(),
)


@UNHURRIED
@given(st.lists(_question, max_size=5, unique_by=lambda question: question.key))
def test_whatever_can_be_built_survives_writing(questions: list[Question]) -> None:
    definition = Definition(questions=tuple(questions))
    assert Definition.parse(definition.dump()) == definition
