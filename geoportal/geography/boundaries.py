"""Reads polygons from a GeoJSON, Shapefile or GeoPackage of any origin, through GDAL.

Only regular local files that begin as these three formats do are handed to GDAL: its other drivers and its
virtual paths can open network addresses.
"""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import shapely
from django.contrib.gis.gdal import CoordTransform, DataSource, GDALException, SpatialReference
from django.contrib.gis.gdal.feature import Feature as GdalFeature
from django.contrib.gis.gdal.layer import Layer
from django.contrib.gis.geos import GEOSException
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from geoportal.geography.shapes import WGS84, polygons, to_metres
from geoportal.reporting import Refused

GEOJSON, SHAPEFILE, GEOPACKAGE = "GeoJSON", "ESRI Shapefile", "GPKG"
SHAPEFILE_MAGIC: Final = bytes.fromhex("0000270a")
GEOPACKAGE_MAGIC: Final = b"SQLite format 3\0"
CREDIT_MEMBERS: Final = ("credit", "attribution", "licence", "license")
SMALLEST: Final = 1.0  # square metres; nothing smaller is an administrative area


class Unusable(Exception):
    """A feature that is no area; `args` are reason and remedy."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: `shape` in EPSG:4326, or what is wrong with it."""

    number: int  # its position in the file, from 1
    values: dict[str, str]
    shape: BaseGeometry | None
    reason: str = ""
    remedy: str = ""
    repaired: str = ""  # what was wrong with the polygon before it was repaired


@dataclass
class Boundaries:
    fields: list[str] = field(default_factory=list)
    features: list[Feature] = field(default_factory=list)
    credit: str = ""  # as the file itself says
    assumed_degrees: bool = False  # it names no coordinate system, its numbers look like degrees


def read_boundaries(file: Path, *, layer: str | None = None, srid: int | None = None) -> Boundaries:
    """All features of one layer; `srid` overrides what the file says. Raises Refused for an unusable file."""
    kind = _kind(file)
    found = Boundaries(credit=_geojson_credit(file) if kind == GEOJSON else "")
    with _quiet() as said:
        try:
            source = DataSource(file)
            if source.driver.name != kind:
                raise Refused(
                    _("The file is not a GeoJSON, Shapefile or GeoPackage."), _("Convert it to GeoJSON.")
                )
            chosen = _layer(source, layer)
            found.fields = list(chosen.fields)
            transform = _transform(chosen, srid, found)
            found.features = [
                _feature(number, item, found.fields, transform) for number, item in enumerate(chosen, start=1)
            ]
        except (GDALException, GEOSException, UnicodeDecodeError) as error:
            why = said[0] if said else str(error)
            raise Refused(
                _("The file cannot be read: %s.") % why.strip().rstrip("."),
                _("It is damaged, or a part is missing (a Shapefile is .shp, .shx, .dbf and .prj together)."),
            ) from error
    if not found.features:
        raise Refused(_("The layer has no features."), _("Name another one with --layer, or another file."))
    return found


def _kind(file: Path) -> str:
    formats = _("Give a GeoJSON (.geojson), Shapefile (.shp) or GeoPackage (.gpkg); unpack archives first.")
    if not file.is_file():
        raise Refused(_("This is no regular file."), formats)
    with file.open("rb") as stream:
        head = stream.read(64)
    if not head:
        raise Refused(_("The file is empty."), formats)
    if head.startswith(SHAPEFILE_MAGIC):
        return SHAPEFILE
    if head.startswith(GEOPACKAGE_MAGIC):
        return GEOPACKAGE
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return GEOJSON
    raise Refused(_("The file is not a GeoJSON, Shapefile or GeoPackage."), formats)


def _geojson_credit(file: Path) -> str:
    """Reads the file as JSON: also the only way to say where one that breaks off does so."""
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Refused(
            _("The file is not valid JSON: %s.") % str(error)[:150],
            _("Most likely it broke off while it was copied; fetch it again."),
        ) from error
    if content.get("type") not in ("FeatureCollection", "Feature") or (
        content["type"] == "FeatureCollection" and not isinstance(content.get("features"), list)
    ):
        raise Refused(_("The file is JSON, but not a GeoJSON FeatureCollection."), _("Export it as GeoJSON."))
    said = [content[name] for name in CREDIT_MEMBERS if isinstance(content.get(name), str)]
    return "; ".join(dict.fromkeys(" ".join(text.split()) for text in said if text.strip()))[:300]


def _layer(source: DataSource, name: str | None) -> Layer:
    layers = [source[position] for position in range(source.layer_count)]
    names = [layer.name for layer in layers]
    for layer in layers:
        if layer.name == name or (name is None and len(layers) == 1):
            return layer
    raise Refused(
        _("The file has these layers: %s.") % ", ".join(names[:20]), _("Choose one with --layer NAME.")
    )


def _transform(layer: Layer, srid: int | None, found: Boundaries) -> CoordTransform | None:
    try:
        source: SpatialReference | None = SpatialReference(srid) if srid is not None else layer.srs
    except GDALException as error:
        raise Refused(_("EPSG:%d is no coordinate system.") % (srid or 0), _("Correct --srid.")) from error
    if source is not None:
        return CoordTransform(source, SpatialReference(WGS84))
    west, south, east, north = layer.extent.tuple
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Refused(
            _("The file names no coordinate system, and its numbers are not degrees."),
            _("Give it with --srid, for example --srid 32749 for UTM zone 49S."),
        )
    found.assumed_degrees = True
    return None


def _feature(
    number: int, item: GdalFeature, fields: Sequence[str], transform: CoordTransform | None
) -> Feature:
    values = {name: _text(item.get(name)) for name in fields}
    try:
        shape, repaired = _area(_shape(item, transform))
    except Unusable as wrong:
        return Feature(number, values, None, *wrong.args)
    return Feature(number, values, shape, repaired=repaired)


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # codes often come as numbers, in a Shapefile even as decimal ones
    return "" if value is None else " ".join(str(value).split())


def _shape(item: GdalFeature, transform: CoordTransform | None) -> BaseGeometry:
    try:
        geometry = item.geom
    except GDALException as error:
        raise Unusable(_("It has no geometry."), _("Draw it, or remove the feature.")) from error
    try:
        if transform is not None:
            geometry.transform(transform)
        return shapely.force_2d(shapely.from_wkb(bytes(geometry.wkb)))
    except (GDALException, shapely.errors.GEOSException) as error:
        raise Unusable(
            _("Its geometry cannot be read or reprojected."),
            _("Save it as plain polygons (no curves), and check the coordinate system (--srid)."),
        ) from error


def _area(shape: BaseGeometry) -> tuple[BaseGeometry, str]:
    """The valid area of `shape` (EPSG:4326), and what was wrong with it before."""
    if not isinstance(shape, (shapely.Polygon, shapely.MultiPolygon, shapely.GeometryCollection)):
        raise Unusable(_("It is no polygon but a %s.") % shape.geom_type, _("Give areas only."))
    west, south, east, north = shape.bounds if not shape.is_empty else (0, 0, 0, 0)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Unusable(_("Its coordinates are no degrees."), _("Name their coordinate system with --srid."))
    repaired = ""
    if not shape.is_valid:
        repaired = shapely.is_valid_reason(shape)
        shape = shapely.make_valid(shape, method="structure")
    whole = shapely.MultiPolygon(polygons(shape))
    if whole.is_empty or to_metres(whole).area < SMALLEST:
        raise Unusable(
            _("Nothing is left of it as an area (%s).") % (repaired or _("it is empty")), _("Draw it anew.")
        )
    return whole, repaired


@contextmanager
def _quiet() -> Iterator[list[str]]:
    """GDAL's complaints are collected, not printed: the command says them in its one line."""
    said: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    logger = logging.getLogger("django.contrib.gis")
    collector, propagate = Collector(), logger.propagate
    logger.addHandler(collector)
    logger.propagate = False
    try:
        yield said
    finally:
        logger.removeHandler(collector)
        logger.propagate = propagate
