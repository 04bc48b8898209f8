"""Thematic maps with folium: from our own files, escaped, as a document for a sandboxed frame.

folium writes inline scripts and does not escape what it is given. So names are escaped before they go in, and
the document allows exactly the scripts and styles that are in it, by their hashes.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import folium
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.safestring import mark_safe

from geoportal.geography.models import Zone

# light to dark indigo, each step at least 1.4 times the contrast of the one before; 0 has its own
STEPS = ("#dfe4f3", "#b4bfe2", "#8494cb", "#5266ac", "#28397d")
NOTHING = "#f6f3ec"
_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A class of the choropleth: counts from `low` to `high`, both included."""

    low: int
    high: int
    colour: str

    def __str__(self) -> str:
        low, high = (
            number_format(self.low, force_grouping=True),
            number_format(self.high, force_grouping=True),
        )
        return low if low == high else f"{low}–{high}"


def steps(counts: Iterable[int]) -> list[Step]:
    """At most five classes with about as many zones in each (quantiles of the counts above 0)."""
    ordered = sorted(count for count in counts if count > 0)
    if not ordered:
        return []
    edges = [ordered[(len(ordered) - 1) * n // len(STEPS)] for n in range(1, len(STEPS))] + [ordered[-1]]
    found: list[Step] = []
    low = 1
    for edge, colour in zip(edges, STEPS, strict=True):
        if edge >= low:
            found.append(Step(low, edge, colour))
            low = edge + 1
    return found


def colour_of(count: int, classes: Sequence[Step]) -> str:
    return next((step.colour for step in classes if step.low <= count <= step.high), NOTHING)


def choropleth(zones: Sequence[Zone], counts: dict[str, int], *, title: str, unit: str) -> HttpResponse:
    """A whole document: `zones` that have an area, coloured by `counts` (by zone code; absent is 0).

    `unit` stands behind the number in the label ("izin"). May be framed anywhere.
    """
    classes = steps(counts.values())
    features = [
        {
            "type": "Feature",
            "geometry": json.loads(zone.area.simplify(0.00005, preserve_topology=True).geojson),
            "properties": {
                "name": escape(zone.name),
                "count": escape(f"{number_format(counts.get(zone.code, 0), force_grouping=True)} {unit}"),
                "fill": colour_of(counts.get(zone.code, 0), classes),
            },
        }
        for zone in zones
        if zone.area
    ]
    chart = folium.Map(tiles=None, control_scale=True, prefer_canvas=False, zoom_snap=0.25)
    chart.default_js = [("leaflet", static("leaflet/leaflet.js"))]
    chart.default_css = [("leaflet_css", static("leaflet/leaflet.css"))]
    layer = folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        style_function=lambda feature: {
            "fillColor": feature["properties"]["fill"],
            "fillOpacity": 0.9,
            "color": "#28397d",
            "weight": 1,
        },
        highlight_function=lambda feature: {"weight": 3},
        tooltip=folium.GeoJsonTooltip(["name", "count"], labels=False) if features else None,
    )
    layer.add_to(chart)
    if features:
        chart.fit_bounds(layer.get_bounds(), padding=(8, 8))  # type: ignore[arg-type]  # never None with features
    return _document(chart, title)


def _document(chart: folium.Map, title: str) -> HttpResponse:
    figure: Any = chart.get_root()
    figure.render()
    head, body, script = (
        "\n".join(child.render() for child in part._children.values())
        for part in (figure.header, figure.html, figure.script)
    )
    # folium forbids zooming on phones
    head = re.sub(r'<meta name="viewport".*?/>', "", head, flags=re.DOTALL)
    text = render_to_string(
        "maps/thematic_frame.html",
        {"title": title, "head": mark_safe(head), "body": mark_safe(body), "script": mark_safe(script)},  # noqa: S308  folium's, escaped above
    )
    hashes = {"script": set[str](), "style": set[str]()}
    for kind, content in _INLINE.findall(text):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        hashes[kind].add(f"'sha256-{digest}'")
    response = HttpResponse(text)
    response.headers["Content-Security-Policy"] = (
        "sandbox allow-scripts; default-src 'none'; img-src 'self' data:; "
        f"script-src 'self' {' '.join(sorted(hashes['script']))}; "
        f"style-src 'self' {' '.join(sorted(hashes['style']))}; frame-ancestors *"
    )
    response.xframe_options_exempt = True
    return response
