"""The few statistics that the report uses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` (0 to 1) of them do not exceed."""
    if not values:
        raise ValueError("no values were measured")
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1]


def median(values: Sequence[float]) -> float:
    """The middle value, or the mean of the two in the middle."""
    if not values:
        raise ValueError("no values were measured")
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


@dataclass(frozen=True)
class Ratio:
    """How many times more: the median over rounds, and the least and the most of one round."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{significant(self.median)} ({significant(self.low)} to {significant(self.high)})"


def paired(ours: Sequence[float], theirs: Sequence[float]) -> Ratio:
    """Ratio of two series measured in turn: each round is compared with itself, so that what slows the
    machine for a while slows both sides of a pair."""
    if len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} rounds on one side and {len(theirs)} on the other: they are not pairs")
    if any(value <= 0 for value in theirs):
        raise ValueError("a round without any result cannot be divided by")
    each = [a / b for a, b in zip(ours, theirs, strict=True)]
    return Ratio(median(each), min(each), max(each))


def significant(value: float, digits: int = 3) -> str:
    """Three digits that mean something, without exponent: 0.0123, 4.5, 678, 12,300."""
    if value == 0 or not math.isfinite(value):
        return f"{value:.0f}"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    places = digits - 1 - math.floor(math.log10(abs(rounded)))  # 9.999 becomes 10.0
    return f"{rounded:,.{max(places, 0)}f}"


def idle_moment(
    stamps: Sequence[float],
    *,
    load: float,
    requests: Sequence[tuple[float, float]],
    tasks: Sequence[tuple[float, float]],
    quiet: float = 100.0,
) -> float | None:
    """When a page was idle: the first idle moment of its main thread (`stamps`, ms) after `load` from which
    on for `quiet` ms no request was under way and no long task ran. None when that never came.

    `requests` and `tasks` are (begin, end) in ms.
    """
    busy = [*requests, *tasks]
    for stamp in sorted(stamps):
        if stamp >= load and not any(begin < stamp + quiet and end > stamp for begin, end in busy):
            return stamp
    return None
