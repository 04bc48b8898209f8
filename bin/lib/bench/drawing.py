"""Pictures of growth: SVG, both axes logarithmic, readable without colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from xml.sax.saxutils import escape

from bench.results import Curve, Picture
from bench.stats import significant

WIDTH, HEIGHT = 640, 360
FONT = 'font-family="sans-serif" font-size="13"'
LEFT, RIGHT, TOP, BOTTOM = 64, 170, 44, 48
COLOURS = ("#2b3a80", "#8a4b1f", "#b3423a", "#2f6b4f", "#5b5b66")
DASHES = ("", "6 4", "2 3", "10 4 2 4", "1 5")


def svg(picture: Picture) -> str:
    """x: permits; y: picture.unit."""
    points = [point for curve in picture.curves for point in curve.points]
    if not points:
        raise ValueError(f"picture {picture.name} has no point")
    x_from, x_to = _decades([x for x, _ in points])
    y_from, y_to = _decades([y for _, y in points])

    def place(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - x_from) / (x_to - x_from)
        up = (math.log10(y) - y_from) / (y_to - y_from)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" {FONT}>',
        f"<title>{escape(picture.title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="24" font-weight="bold">{escape(picture.title)}</text>',
    ]
    for decade in range(x_from, x_to + 1):
        x, _ = place(10.0**decade, 10.0**y_from)
        parts.append(_line((x, TOP), (x, HEIGHT - BOTTOM)))
        parts.append(
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{10**decade:,}</text>'
        )
    for decade in range(y_from, y_to + 1):
        _, y = place(10.0**x_from, 10.0**decade)
        parts.append(_line((LEFT, y), (WIDTH - RIGHT, y)))
        parts.append(
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{significant(10.0**decade, 1)}</text>'
        )
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">permits</text>')
    parts.append(f'<text x="8" y="{TOP - 6}">{escape(picture.unit)}</text>')
    ends = _apart([place(*curve.points[-1])[1] for curve in picture.curves])
    for number, (curve, label_y) in enumerate(zip(picture.curves, ends, strict=True)):
        parts.append(_curve(curve, [place(x, y) for x, y in curve.points], number, label_y))
    return "\n".join([*parts, "</svg>", ""])


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """The whole powers of ten around all values; at least one apart."""
    low = math.floor(math.log10(min(values)))
    return low, max(math.ceil(math.log10(max(values))), low + 1)


def _line(begin: tuple[float, float], end: tuple[float, float]) -> str:
    ends = f'x1="{begin[0]:.1f}" y1="{begin[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f'<line {ends} stroke="#d8d8de"/>'


def _curve(curve: Curve, places: Sequence[tuple[float, float]], number: int, label_y: float) -> str:
    colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in places)
    stroke = f'stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"'
    line = f'<polyline points="{path}" fill="none" {stroke}/>'
    name = f"{curve.name}: {significant(curve.points[-1][1])}"
    text = f'<text x="{WIDTH - RIGHT + 8}" y="{label_y + 4:.1f}" fill="{colour}">{escape(name)}</text>'
    return line + dots + text


def _apart(heights: Sequence[float], least: float = 16.0) -> list[float]:
    """Heights moved down as far as labels need to be readable."""
    moved = list(heights)
    order = sorted(range(len(moved)), key=lambda n: moved[n])
    for above, below in pairwise(order):
        moved[below] = max(moved[below], moved[above] + least)
    return moved
