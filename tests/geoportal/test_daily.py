from datetime import date
from typing import Any

import pytest

from geoportal import daily


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    found: dict[str, Any] = {}
    monkeypatch.setattr(daily, "_tasks", found)
    monkeypatch.setattr(daily, "_done_on", None)
    return found


def test_once_a_day(tasks: dict[str, Any]) -> None:
    days: list[date] = []

    def count(on: date) -> int:
        days.append(on)
        return len(days)

    tasks["count"] = count
    assert daily.run_if_due() == {"count": 1}
    assert daily.run_if_due() == {}
    assert len(days) == 1


def test_one_that_fails_stops_no_other_and_is_tried_again(tasks: dict[str, Any]) -> None:
    def broken(on: date) -> int:
        raise ZeroDivisionError

    tasks |= {"broken": broken, "whole": lambda on: 3}
    assert daily.run_if_due() == {"broken": None, "whole": 3}
    tasks["broken"] = lambda on: 0
    assert daily.run_if_due() == {"broken": 0, "whole": 3}
    assert daily.run_if_due() == {}
