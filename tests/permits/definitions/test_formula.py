from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from permits.definitions.formula import Formula, FormulaError, Type

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES: dict[str, Type] = {"a": "number", "b": "number", "jenis": "text", "ya": "number"}


def amount(text: str, **values: Any) -> Decimal | None:
    return Formula.parse(text, NAMES).amount(values)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 2 - 3", 5),
        ("12 / 2 / 3", 2),
        ("2.5 * 3", 8),  # half a rupiah is rounded up
        ("-(2 - 5)", 3),
        ("min(3, 1, 2) + max(3, 1)", 4),
        ("if(1 < 2, 10, 1 / 0)", 10),
        ("if(2 != 2, 1, if(2 >= 2, 5, 6))", 5),
    ],
)
def test_arithmetic(text: str, expected: int) -> None:
    assert amount(text) == expected


def test_answers_of_all_kinds() -> None:
    assert amount("a * 1000 + b", a=1.5, b=7) == 1507
    assert amount("0.1 * 3 * 10 * a", a=0.1) == 0
    assert amount("if(jenis = 'kecil', 5, 6)", jenis="kecil") == 5
    assert amount("10 + ya * 5", ya=True) == 15
    assert amount("10 + ya * 5", ya=False) == 10


def test_no_amount_while_an_answer_is_missing_or_where_none_can_be() -> None:
    assert amount("a + 1") is None
    assert amount("if(jenis = 'x', 1, 2)") is None
    assert amount("if(1 = 1, 4, a)") == 4  # what is not needed may be missing
    assert amount("1 / a", a=0) is None
    assert amount("0 - 5") is None
    assert amount("a * a", a=10**12) is None
    assert amount("a", a=float("nan")) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "1 +", "1 2", "(1", "1)", "c", "jenis", "jenis + 1", "jenis < 'x'", "1 = 'x'", "1 < 2",
        "if(1, 2, 3)", "if(1 < 2, 3)", "min('x')", "min()", "a.b", "__import__('os')", "a ** 2", "1e9",
        "a[0]",
        "lambda: 1",
        "9" * 400, "(" * 60 + "1" + ")" * 60, "-" * 400 + "1", "1 < 2 < 3", "A", "min", "'x", "a; b",
    ],
)  # fmt: skip
def test_what_is_no_formula_is_said_in_words(text: str) -> None:
    with pytest.raises(FormulaError, match=r"\w"):
        Formula.parse(text, NAMES)


@UNHURRIED
@given(st.text(alphabet="ab jenis019.+-*/(),<>=!'\"minmaxif", max_size=60))
def test_any_text_is_a_formula_or_an_error_in_words(text: str) -> None:
    try:
        formula = Formula.parse(text, NAMES)
    except FormulaError:
        return
    for answers in ({}, {"a": 3, "b": 0, "jenis": "x", "ya": True}, {"a": 1e15, "b": -1e-6}):
        found = formula.amount(answers)
        assert found is None or 0 <= found == found.to_integral_value()


@UNHURRIED
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_it_counts_as_python_does(a: int, b: int) -> None:
    assert amount("if(a > b, (a - b) * 3, min(a, b) + 2)", a=a, b=b) == (
        (a - b) * 3 if a > b else min(a, b) + 2
    )
