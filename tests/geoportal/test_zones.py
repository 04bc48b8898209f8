"""Zones from the table, cells around label points, boundaries from files of other people."""

import ctypes
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.contrib.gis.gdal.libgdal import lgdal
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.core.management import CommandError, call_command
from django.db import connection

from geoportal.geography.cells import cells, hull
from geoportal.geography.coverage import gaps, overlaps
from geoportal.geography.matching import dotted
from geoportal.geography.models import Zone
from geoportal.geography.shapes import from_geos, from_point, to_metres
from maps.models import Place
from tests import factories

pytestmark = pytest.mark.django_db

WEST, EAST = "99.01.01.0001", "99.01.01.0002"
SQUARE = [[109.67, -6.894], [109.68, -6.894], [109.68, -6.884], [109.67, -6.884], [109.67, -6.894]]
Write = Callable[..., Path]


def load(*arguments: object, **options: object) -> tuple[str, str]:
    """Output and complaints of one run."""
    out, err = StringIO(), StringIO()
    call_command("load_zones", *[str(a) for a in arguments], stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def refusal(*arguments: object) -> str:
    before = versions()
    with pytest.raises(CommandError) as refused:
        load(*arguments)
    assert versions() == before
    assert "\n" not in str(refused.value)
    return str(refused.value)


def versions() -> list[tuple[str, str]]:
    """The rows of the table with the transaction that wrote them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, xmin::text || ' ' || ctid::text FROM geography_zone ORDER BY code")
        return list(cursor.fetchall())


def shifted(
    east: float = 0.0, north: float = 0.0, ring: list[list[float]] | None = None
) -> list[list[float]]:
    return [[x + east, y + north] for x, y in ring or SQUARE]


def feature(kode: str | None, *rings: list[list[float]], **properties: object) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": rings} if rings else None
    return {"type": "Feature", "properties": {"kode": kode, **properties}, "geometry": geometry}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(*features: dict[str, Any], name: str = "batas.geojson", **members: object) -> Path:
        file = tmp_path / name
        file.write_text(json.dumps({"type": "FeatureCollection", **members, "features": list(features)}))
        return file

    return write


def translate(source: Path, target: Path, *options: str) -> Path:
    """What ogr2ogr does, by the GDAL that is loaded anyway."""
    lgdal.GDALOpenEx.restype = lgdal.GDALVectorTranslate.restype = ctypes.c_void_p
    lgdal.GDALVectorTranslateOptionsNew.restype = ctypes.c_void_p
    words = [option.encode() for option in options]
    argv = (ctypes.c_char_p * (len(words) + 1))(*words, None)
    chosen = ctypes.c_void_p(lgdal.GDALVectorTranslateOptionsNew(argv, None))
    opened = (ctypes.c_void_p * 1)(lgdal.GDALOpenEx(bytes(source), 4, None, None, None))
    written = lgdal.GDALVectorTranslate(bytes(target), None, 1, opened, chosen, None)
    assert written, "GDAL wrote nothing"
    lgdal.GDALClose(ctypes.c_void_p(written))
    lgdal.GDALClose(ctypes.c_void_p(opened[0]))
    return target


# --- Cells


def test_cells_share_out_the_hull_without_overlap_each_around_its_own_point(zones: None) -> None:
    villages = list(Zone.objects.villages())
    assert len(villages) == 27
    areas = {zone.code: to_metres(from_geos(zone.area)) for zone in villages if zone.area}
    outline = hull({zone.code: to_metres(from_point(zone.label_point)) for zone in villages})
    whole = shapely.union_all(list(areas.values()))
    assert whole.symmetric_difference(outline).area < outline.area * 1e-6
    assert sum(area.area for area in areas.values()) == pytest.approx(outline.area, rel=1e-6)
    assert overlaps(areas) == []
    assert gaps(areas) == []
    assert all(zone.area and zone.approximate and zone.area.contains(zone.label_point) for zone in villages)


def test_districts_and_city_are_unions_of_their_villages(zones: None) -> None:
    for zone in Zone.objects.exclude(level="village"):
        below = [to_metres(from_geos(v.area)) for v in Zone.objects.beneath(zone.code) if v.area]
        assert zone.area is not None
        assert to_metres(from_geos(zone.area)).area == pytest.approx(sum(b.area for b in below), rel=1e-6)
        assert zone.approximate


def test_lonely_village_gets_the_whole_region() -> None:
    place = {"a": shapely.Point(0, 0)}
    assert cells(place, hull(place))["a"].area == pytest.approx(3.14 * 750**2, rel=0.01)


def test_two_villages_at_one_point_are_named() -> None:
    points = {"a": shapely.Point(0, 0), "b": shapely.Point(0, 0), "c": shapely.Point(9, 0)}
    with pytest.raises(ValueError, match="'a', 'b'"):
        cells(points, hull(points))


def test_a_second_run_writes_nothing(zones: None) -> None:
    before = versions()
    load()
    assert versions() == before


# --- The table


def test_a_row_that_cannot_be_is_rejected_with_its_line(tmp_path: Path) -> None:
    table = tmp_path / "zones.csv"
    table.write_text(
        "code;level;name;parent;postal_code;lat;lon\n"
        "99.01.01.0001;village;Uji;99.01.01;;-6.9;109.67\n"
        "99.01;city;Kota Uji;;;-6.9;109.7\n"
        "99.01.01;district;Kecamatan Uji;99.01;;-6.9;109.7\n"
        "99.01.01.0002;village;Uji Nol;99.01.01;;0;0\n"
        "99.01.02.0001;village;Uji Yatim;99.01.02;;-6.9;109.71\n"
        "99.01.01.0003;desa;Uji Kata;99.01.01;;-6.9;109.72\n"
        "99.01.01.0001;village;Uji Lagi;99.01.01;;-6.9;109.73\n"
    )
    load(table)
    assert list(Zone.objects.values_list("code", flat=True)) == ["99.01", "99.01.01", "99.01.01.0001"]
    rejected = (tmp_path / "zones.rejected.csv").read_text()
    assert sorted(row.split(";")[7] for row in rejected.splitlines()[1:]) == ["5", "6", "7", "8"]


@pytest.mark.parametrize("content", ["", "name;x\nA;1\n", "code,level,name,parent,postal_code,lat,lon\n"])
def test_table_without_rows_or_columns_is_refused(tmp_path: Path, content: str) -> None:
    table = tmp_path / "zones.csv"
    table.write_text(content)
    refusal(table)


# --- Boundaries


def test_boundary_replaces_the_cell_and_stays(write: Write) -> None:
    factories.village()
    factories.village(EAST, "Uji Timur", west=109.68)
    file = write(feature(WEST, SQUARE, nama="Kelurahan Uji"), credit="Contoh, lisensi uji")
    load(file)
    west, east = Zone.objects.get(pk=WEST), Zone.objects.get(pk=EAST)
    assert (west.approximate, west.credit) == (False, "Contoh, lisensi uji")
    assert west.area
    assert west.area.equals(shape(SQUARE))
    assert east.approximate
    assert east.area
    assert not east.area.buffer(-1e-6).intersects(west.area)
    district = Zone.objects.get(pk="99.01.01")
    assert district.approximate
    assert district.area
    assert district.area.contains(west.label_point)

    before = versions()
    load(file)
    assert versions() == before
    load()  # the table knows nothing of these villages, and takes nothing from them
    assert not Zone.objects.get(pk=WEST).approximate
    load(reset=True)
    assert Zone.objects.get(pk=WEST).approximate


def shape(ring: list[list[float]]) -> MultiPolygon:
    return MultiPolygon(Polygon(ring), srid=4326)


def test_district_is_certain_once_all_its_villages_are(write: Write) -> None:
    factories.village()
    factories.village(EAST, west=109.68)
    load(write(feature(WEST, SQUARE), feature(EAST, shifted(0.01)), licence="Uji"))
    for zone in Zone.objects.filter(pk__in=("99.01.01", "99.01")):
        assert (zone.approximate, zone.credit) == (False, "Uji")
        assert zone.area
        assert len(zone.area) == 1


def test_cells_keep_inside_a_district_whose_boundary_is_known(write: Write) -> None:
    factories.village()
    factories.village(EAST, west=109.68)
    outline = [[109.665, -6.9], [109.695, -6.9], [109.695, -6.88], [109.665, -6.88], [109.665, -6.9]]
    load(write(feature("99.01.01", outline, level="kecamatan")))
    district = Zone.objects.get(pk="99.01.01")
    assert not district.approximate
    areas = [to_metres(from_geos(v.area)) for v in Zone.objects.villages() if v.area and v.approximate]
    assert len(areas) == 2
    assert district.area
    assert sum(a.area for a in areas) == pytest.approx(to_metres(from_geos(district.area)).area, rel=1e-6)


def test_villages_of_permits_follow_the_boundaries(write: Write) -> None:
    factories.village()
    factories.village(EAST, west=109.68)
    load()
    permit = factories.permit(point=Point(109.6742, -6.889, srid=4326))
    assert Place.objects.get(permit_id=permit.pk).village_id == WEST
    load(write(feature(EAST, shifted(0.002)), feature(WEST, shifted(-0.008))))
    assert Place.objects.get(permit_id=permit.pk).village_id == EAST


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("batas.gpkg", ["-f", "GPKG"]),
        ("batas.gpkg", ["-f", "GPKG", "-t_srs", "EPSG:32749"]),
        ("batas.shp", ["-f", "ESRI Shapefile"]),
        ("batas.shp", ["-f", "ESRI Shapefile", "-t_srs", "EPSG:32749"]),
        ("utm.geojson", ["-f", "GeoJSON", "-t_srs", "EPSG:32749"]),
    ],
)
def test_every_format_and_projection_gives_the_same_area(
    write: Write, tmp_path: Path, name: str, options: list[str]
) -> None:
    factories.village()
    source = write(feature(WEST, SQUARE), name="sumber.geojson")
    load(translate(source, tmp_path / name, *options), credit="Uji")
    area = Zone.objects.get(pk=WEST).area
    assert area is not None
    assert area.sym_difference(shape(SQUARE)).area < area.area * 1e-4


def test_shapefile_without_projection_needs_its_number(write: Write, tmp_path: Path) -> None:
    factories.village()
    source = write(feature(WEST, SQUARE), name="sumber.geojson")
    file = translate(source, tmp_path / "b.shp", "-f", "ESRI Shapefile", "-t_srs", "EPSG:32749")
    file.with_suffix(".prj").unlink()
    assert "--srid" in refusal(file)
    load(file, srid=32749)
    assert not Zone.objects.get(pk=WEST).approximate


def test_bow_tie_is_repaired_and_told(write: Write) -> None:
    factories.village()
    bow_tie = [[109.67, -6.894], [109.68, -6.884], [109.68, -6.894], [109.67, -6.884], [109.67, -6.894]]
    said = load(write(feature(WEST, bow_tie)))[1]
    assert "Self-intersection" in said
    assert "Kelurahan Uji" in said
    area = Zone.objects.get(pk=WEST).area
    assert area is not None
    assert area.valid
    assert area.area == pytest.approx(0.01 * 0.01 / 2)


@pytest.mark.parametrize(
    "broken",
    [
        feature(WEST),
        feature(WEST, [[109.67, -6.89], [109.68, -6.88], [109.67, -6.89], [109.67, -6.89]]),
        feature(WEST) | {"geometry": {"type": "Point", "coordinates": [109.67, -6.89]}},
        feature(WEST) | {"geometry": {"type": "LineString", "coordinates": SQUARE}},
        feature(WEST) | {"geometry": {"type": "Polygon", "coordinates": []}},
        feature(WEST, [[y, x] for x, y in SQUARE]),
        feature(WEST, shifted(5)),
        feature(WEST, SQUARE, level="kecamatan"),
        feature(WEST, SQUARE, level="kota"),
        feature("99.01.01.0077", SQUARE),
        feature("99.01.09.0077", SQUARE, level="kelurahan", nama="Kota lain"),
        feature(None, SQUARE, nama="Tak Dikenal"),
        feature(None, SQUARE),
    ],
)
def test_feature_that_is_no_area_of_a_zone_is_rejected_alone(write: Write, broken: dict[str, Any]) -> None:
    factories.village()
    factories.village(EAST, west=109.68)
    file = write(feature(EAST, shifted(0.01)), broken)
    assert "1 " in load(file)[0]
    assert Zone.objects.get(pk=WEST).approximate
    assert not Zone.objects.get(pk=EAST).approximate
    assert len(file.with_name("batas.rejected.csv").read_text().splitlines()) == 2
    assert Zone.objects.count() == 4
    assert refusal(write(broken))


def test_names_are_matched_where_only_one_zone_has_them(write: Write) -> None:
    factories.village(name="Uji Barat")
    factories.village(EAST, "Uji Timur", west=109.68)
    load(write(feature(None, SQUARE, nama="KELURAHAN  Uji barat")))
    assert not Zone.objects.get(pk=WEST).approximate
    factories.village("99.01.01.0003", "Uji Timur", west=109.69)
    assert (
        "Uji Timur" in load(write(feature(None, shifted(0.01), nama="Uji Timur"), feature(WEST, SQUARE)))[1]
    )


def test_fields_can_be_named(write: Write) -> None:
    factories.village()
    file = write(
        {"type": "Feature", "properties": {"ID_X": 9901010001}, "geometry": feature(None, SQUARE)["geometry"]}
    )
    assert "ID_X" in refusal(file)
    load(file, code_field="id_x")
    assert not Zone.objects.get(pk=WEST).approximate
    assert "ID_X" in refusal(file, "--code-field", "kode")


def test_codes_are_read_with_and_without_dots() -> None:
    assert [dotted(c) for c in ("3375", "337501", "3375011002", "33.75.01.1002", "12345")] == [
        "33.75", "33.75.01", "33.75.01.1002", "33.75.01.1002", "12345",
    ]  # fmt: skip


def test_overlaps_and_gaps_are_told_in_hectares_with_names(write: Write) -> None:
    factories.village(name="Uji Barat")
    factories.village(EAST, "Uji Timur", west=109.68)
    hole = [[109.674, -6.89], [109.676, -6.89], [109.676, -6.888], [109.674, -6.888], [109.674, -6.89]]
    said = load(write(feature(WEST, SQUARE, hole), feature(EAST, shifted(0.009))))[1]
    whole = shape(SQUARE).transform(32749, clone=True).area / 10_000
    shared = next(line for line in said.splitlines() if "Uji Barat – Uji Timur" in line)
    assert float(shared.split(":")[1].removesuffix("ha")) == pytest.approx(whole / 10, rel=0.001)
    left_out = next(line for line in said.splitlines() if line.strip().startswith("Uji Barat:"))
    assert float(left_out.split(":")[1].removesuffix("ha")) == pytest.approx(whole / 25, rel=0.001)


def test_new_zones_need_code_level_and_the_zone_above(write: Write) -> None:
    factories.village()
    new = feature("99.01.01.0009", shifted(0.01), nama="Uji Baru", kodepos="99998")
    assert refusal(write(new))
    load(write(new), level="village")
    zone = Zone.objects.get(pk="99.01.01.0009")
    assert (zone.name, zone.parent_id, zone.postal_code) == ("Uji Baru", "99.01.01", "99998")
    assert zone.area
    assert zone.area.contains(zone.label_point)


def test_a_whole_city_comes_from_boundaries_alone(write: Write) -> None:
    city = [
        feature("99.02.01.0001", SQUARE, level="desa", nama="Uji"),
        feature("99.02.01", SQUARE, level="kecamatan", nama="Uji"),
        feature("99.02", SQUARE, level="kota", nama="Uji"),
    ]
    assert refusal(write(*city[:2]))
    load(write(*city))
    assert list(Zone.objects.values_list("code", "approximate")) == [
        ("99.02", False), ("99.02.01", False), ("99.02.01.0001", False),
    ]  # fmt: skip


def test_islands_of_one_zone_are_joined(write: Write) -> None:
    factories.village()
    load(write(feature(WEST, SQUARE), feature(WEST, shifted(0.02))))
    area = Zone.objects.get(pk=WEST).area
    assert area is not None
    assert len(area) == 2


def test_label_point_moves_into_the_boundary(write: Write) -> None:
    factories.village()
    load(write(feature(WEST, shifted(0.02))))
    zone = Zone.objects.get(pk=WEST)
    assert zone.area
    assert zone.area.contains(zone.label_point)


def test_missing_credit_is_asked_for(write: Write) -> None:
    factories.village()
    assert "--credit" in load(write(feature(WEST, SQUARE)))[1]
    assert "--credit" not in load(write(feature(WEST, SQUARE)), credit="Uji")[1]
    assert Zone.objects.get(pk=WEST).credit == "Uji"


def test_dry_run_saves_nothing(write: Write) -> None:
    factories.village()
    before = versions()
    load(write(feature(WEST, SQUARE)), dry_run=True)
    assert versions() == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02\xff" * 50,
        b"PK\x03\x04 zip",
        b'{"type": "FeatureCollection", "features": [{"type": "Feature", "prop',
        b'{"type": "Topology"}',
        b'{"type": "FeatureCollection"}',
        b'{"type": "FeatureCollection", "features": []}',
        b'{"type": "FeatureCollection", "features": [1, null]}',
        b"<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>",
        b"SQLite format 3\0 and then nothing of it",
        bytes.fromhex("0000270a") + b"\0" * 96,
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
@pytest.mark.parametrize("suffix", [".geojson", ".shp", ".gpkg"])
def test_unreadable_file_is_refused_in_one_line(tmp_path: Path, content: bytes, suffix: str) -> None:
    factories.village()
    file = tmp_path / f"batas{suffix}"
    file.write_bytes(content)
    assert refusal(file)


@pytest.mark.parametrize(
    "name", ["/vsicurl/https://example.invalid/a.geojson", "https://example.invalid/a.shp"]
)
def test_addresses_are_no_files(name: str) -> None:
    assert refusal(name)


def test_folder_is_no_file(tmp_path: Path) -> None:
    factories.village()
    assert refusal(tmp_path)
