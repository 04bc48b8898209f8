"""What readings of a position are worth."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoportal.geography.distance import metres
from permits import geotag

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def reading(lat: float = -6.889, lon: float = 109.675, accuracy: float = 5.0) -> geotag.Reading:
    return geotag.Reading(lat, lon, accuracy, NOW)


def test_no_reading_gives_no_position() -> None:
    assert geotag.average([]) is None


def test_the_more_accurate_reading_weighs_more_and_bad_ones_do_not_count() -> None:
    fix = geotag.average(
        [reading(accuracy=5), reading(lat=-6.8891, accuracy=50), reading(lat=-7, accuracy=2000)]
    )
    assert fix is not None
    assert fix.count == 2
    assert fix.good
    assert metres((fix.lon, fix.lat), (109.675, -6.889)) < 1


def test_two_kilometres_are_said_and_give_no_point() -> None:
    fix = geotag.average([reading(accuracy=2000)])
    assert fix is not None
    assert fix.accuracy == 2000
    assert not fix.good


def test_readings_far_apart_are_less_accurate_than_each_says() -> None:
    fix = geotag.average([reading(accuracy=3), reading(lat=-6.8895, accuracy=3)])
    assert fix is not None
    assert fix.accuracy > 20


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-0.001, 0.001), st.floats(-0.001, 0.001), st.floats(1, 90)), min_size=1))
def test_the_mean_lies_among_its_readings_and_claims_no_more_than_the_best(raw: list[Any]) -> None:
    readings = [reading(-6.889 + a, 109.675 + b, accuracy) for a, b, accuracy in raw]
    fix = geotag.average(readings)
    assert fix is not None
    assert min(one.lat for one in readings) - 1e-9 <= fix.lat <= max(one.lat for one in readings) + 1e-9
    assert min(one.lon for one in readings) - 1e-9 <= fix.lon <= max(one.lon for one in readings) + 1e-9
    assert fix.accuracy >= min(one.accuracy for one in readings)


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "x",
        [None, 3, {}],
        [{"lat": 91, "lon": 0, "accuracy": 1, "at": NOW.isoformat()}],
        [{"lat": True, "lon": 0, "accuracy": 1, "at": NOW.isoformat()}],
        [{"lat": 1, "lon": 2, "accuracy": float("nan"), "at": NOW.isoformat()}],
        [{"lat": 1, "lon": 2, "accuracy": -1, "at": NOW.isoformat()}],
        [{"lat": 1, "lon": 2, "accuracy": 1, "at": "kemarin"}],
        [{"lat": 1, "lon": 2, "accuracy": 1, "at": "2026-11-24T10:00:00"}],
    ],
)
def test_what_is_no_reading_is_dropped(raw: Any) -> None:
    assert geotag.read(raw) == []


def test_at_most_a_hundred_readings_are_taken() -> None:
    one = {"lat": 1, "lon": 2, "accuracy": 0, "at": (NOW - timedelta(hours=1)).isoformat()}
    found = geotag.read([one] * 150)
    assert len(found) == 100
    assert found[0].accuracy == 1
