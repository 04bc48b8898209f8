"""A sensible order for the visits of a day: nearest neighbour from each beginning, then 2-opt."""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

from geoportal.geography.distance import metres
from geoportal.geography.routing import NoRoute, router

Spot = tuple[float, float]  # (lon, lat)
Cost = Callable[[Spot, Spot], float]
MOST_ROUTED = 12  # beyond it a day of routes takes longer than it is worth


def cost_by_road(spots: Sequence[Spot]) -> Cost:
    """Metres by road where a road network is loaded and knows the way, else in a straight line."""

    @cache
    def cost(a: Spot, b: Spot) -> float:
        if a == b:
            return 0.0
        if routed[0]:
            try:
                return router().route(a, b).length
            except NoRoute:
                routed[0] = False
        return metres(a, b)

    routed = [1 < len(spots) <= MOST_ROUTED]
    if routed[0]:
        cost(spots[0], spots[1])  # no network: known before anything is compared
        cost.cache_clear()
    return cost


def order(spots: Sequence[Spot], cost: Cost | None = None) -> list[int]:
    """Indexes of `spots` in the order of a short way that begins and ends anywhere."""
    if len(spots) < 3:
        return list(range(len(spots)))
    cost = cost or cost_by_road(spots)
    ways = (_improved(_nearest(spots, start, cost), spots, cost) for start in range(len(spots)))
    return min(ways, key=lambda way: length([spots[n] for n in way], cost))


def length(spots: Sequence[Spot], cost: Cost = metres) -> float:
    return sum(cost(a, b) for a, b in pairwise(spots))


def _nearest(spots: Sequence[Spot], start: int, cost: Cost) -> list[int]:
    way, left = [start], set(range(len(spots))) - {start}
    while left:
        here = spots[way[-1]]
        way.append(min(left, key=lambda n: (cost(here, spots[n]), n)))
        left.remove(way[-1])
    return way


def _improved(way: list[int], spots: Sequence[Spot], cost: Cost) -> list[int]:
    """Turns pieces of the way round as long as that makes it shorter."""
    best = length([spots[n] for n in way], cost)
    better = True
    while better:
        better = False
        for i in range(len(way) - 1):
            for j in range(i + 2, len(way) + 1):
                tried = [*way[:i], *reversed(way[i:j]), *way[j:]]
                found = length([spots[n] for n in tried], cost)
                if found < best - 0.01:
                    way, best, better = tried, found, True
    return way
