"""Which zone each feature of a boundary file is, and what to say about the fit."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from geoportal.geography.boundaries import Boundaries, Feature
from geoportal.geography.coverage import Flaw, gaps, overlaps
from geoportal.geography.models import Zone, ZoneLevel
from geoportal.geography.shapes import as_area, as_point, from_point, to_metres
from geoportal.geography.zones import ABOVE, Register, label_point
from geoportal.reporting import Refused, Report

# names that published files use for the ministry's code, the name and the level of an area, in order of trust
CODE_FIELDS: Final = ("code", "kode", "kode_wilayah", "kode_kemendagri", "kdepum", "kd_kel", "kode_kel",
    "kode_desa", "kode_kelurahan", "kdcpum", "kode_kecamatan", "kdppum", "kode_kota")  # fmt: skip
NAME_FIELDS: Final = (
    "name",
    "nama",
    "namobj",
    "kelurahan",
    "wadmkd",
    "desa",
    "nama_kel",
    "kecamatan",
    "wadmkc",
)
LEVEL_FIELDS: Final = ("level", "tingkat")
POSTAL_FIELDS: Final = ("postal_code", "kodepos", "kode_pos")
LEVEL_WORDS: Final = {
    "city": ZoneLevel.CITY, "kota": ZoneLevel.CITY, "kabupaten": ZoneLevel.CITY,
    "district": ZoneLevel.DISTRICT, "kecamatan": ZoneLevel.DISTRICT,
    "village": ZoneLevel.VILLAGE, "kelurahan": ZoneLevel.VILLAGE, "desa": ZoneLevel.VILLAGE,
}  # fmt: skip
KIND_OF_AREA: Final = re.compile(r"^(kelurahan|kel\.?|desa|kecamatan|kec\.?|kota|kabupaten|kab\.?) +")
FARTHEST: Final = (
    20_000.0  # metres between a zone's label point and its boundary, before it cannot be the same
)
TOLD: Final = 10


@dataclass(frozen=True, slots=True)
class Fields:
    code: str | None
    name: str | None
    level: str | None
    postal_code: str | None


def take_boundaries(
    found: Boundaries,
    register: Register,
    report: Report,
    *,
    level: ZoneLevel | None = None,
    code_field: str | None = None,
    name_field: str | None = None,
    credit: str = "",
) -> None:
    """Puts the areas into `register`; features that fit no zone are rejected, each with its reason."""
    fields = _fields(found.fields, code_field, name_field)
    report.columns = found.fields
    parts: dict[str, list[BaseGeometry]] = {}
    ordered = sorted(found.features, key=lambda feature: _depth(feature, fields, level))
    for feature in ordered:
        reason, remedy = feature.reason, feature.remedy
        if not reason:
            zone, reason, remedy = _zone(feature, fields, level, register)
        if reason or zone is None or feature.shape is None:
            report.reject(feature.number, reason=reason, remedy=remedy, row=feature.values)
            continue
        register.zones[zone.code] = zone
        parts.setdefault(zone.code, []).append(feature.shape)
        if feature.repaired:
            told = {"number": feature.number, "name": zone.name, "why": feature.repaired}
            report.note(_("feature %(number)d (%(name)s) was repaired: %(why)s") % told)
    if not parts:
        raise Refused(
            _("No feature of the file fits a zone."),
            _("Check --code-field and --name-field; the file has the fields %s.")
            % (", ".join(found.fields[:20]) or "-"),
        )
    for code, shapes in parts.items():
        zone = register.zones[code]
        if len(shapes) > 1:
            report.note(_("%(name)s: %(count)d features joined") % {"name": zone.name, "count": len(shapes)})
        zone.area, zone.approximate = as_area(shapely.union_all(shapes)), False
        zone.credit = credit
    for tier in ZoneLevel:
        alike = {code: shapes for code, shapes in parts.items() if register.zones[code].level == tier}
        if len(alike) > 1:
            _tell_fit(alike, register, report)


def _fields(present: Sequence[str], code: str | None, name: str | None) -> Fields:
    lowered = {field.lower(): field for field in present}

    def choose(wanted: str | None, known: Sequence[str], option: str) -> str | None:
        if wanted is None:
            return next((lowered[field] for field in known if field in lowered), None)
        if wanted.lower() not in lowered:
            raise Refused(
                _("The file has no field “%(field)s”; it has %(fields)s.")
                % {"field": wanted, "fields": ", ".join(present[:20]) or "-"},
                _("Correct %s.") % option,
            )
        return lowered[wanted.lower()]

    fields = Fields(
        choose(code, CODE_FIELDS, "--code-field"),
        choose(name, NAME_FIELDS, "--name-field"),
        choose(None, LEVEL_FIELDS, ""),
        choose(None, POSTAL_FIELDS, ""),
    )
    if fields.code is None and fields.name is None:
        raise Refused(
            _("No field for the code or the name was recognised; the file has %s.")
            % (", ".join(present[:20]) or "-"),
            _("Name them with --code-field and --name-field."),
        )
    return fields


def _value(feature: Feature, field: str | None) -> str:
    return feature.values.get(field, "") if field is not None else ""


def dotted(code: str) -> str:
    """The ministry's code as it is written: 3375011002 is 33.75.01.1002."""
    if code.isdigit() and len(code) in (4, 6, 10):
        return ".".join(filter(None, (code[:2], code[2:4], code[4:6], code[6:])))
    return code


def plain(name: str) -> str:
    return KIND_OF_AREA.sub("", " ".join(name.casefold().split()))


def _level(feature: Feature, fields: Fields, level: ZoneLevel | None) -> ZoneLevel | None:
    return level or LEVEL_WORDS.get(_value(feature, fields.level).casefold())


def _depth(feature: Feature, fields: Fields, level: ZoneLevel | None) -> tuple[int, int]:
    """Cities first, so that a zone finds the one above it in the same file."""
    known = _level(feature, fields, level)
    return (list(ZoneLevel).index(known) if known else 0, feature.number)


def _zone(
    feature: Feature, fields: Fields, level: ZoneLevel | None, register: Register
) -> tuple[Zone | None, str, str]:
    """The zone a feature is, present or new; or a reason and a remedy."""
    code, name = dotted(_value(feature, fields.code)), _value(feature, fields.name)
    given = _level(feature, fields, level)
    if code:
        zone = register.zones.get(code)
        if zone is None:
            return _new(code, name, given, feature, fields, register)
    else:
        like = [
            zone
            for zone in register.zones.values()
            if name and plain(zone.name) == plain(name) and given in (None, zone.level)
        ]
        if not like:
            return None, _("No zone has the name “%s”.") % name[:40], _("Correct it, or give the code.")
        if len(like) > 1:
            return None, _("Several zones have the name “%s”.") % name[:40], _("Give the code, or --level.")
        zone = like[0]
    if given is not None and zone.level != given:
        told = {"name": zone.name, "code": zone.code, "level": zone.get_level_display()}
        return None, _("%(name)s (%(code)s) is of level %(level)s.") % told, _("Correct the level.")
    far = to_metres(from_point(zone.label_point)).distance(to_metres(feature.shape or shapely.Point()))
    if far > FARTHEST:
        return (
            None,
            _("It lies %(km)d km from %(name)s.") % {"km": far / 1000, "name": zone.name},
            _("Check the code, the coordinate system (--srid) and the order of longitude and latitude."),
        )
    return zone, "", ""


def _new(
    code: str, name: str, level: ZoneLevel | None, feature: Feature, fields: Fields, register: Register
) -> tuple[Zone | None, str, str]:
    if level is None:
        return (
            None,
            _("No zone has the code %s.") % code[:20],
            _("To load it as a new zone, give its level (--level, or a field “level”)."),
        )
    parent, above = code.rpartition(".")[0], ABOVE.get(level)
    if above is not None and (parent not in register.zones or register.zones[parent].level != above):
        return (
            None,
            _("The zone above %(code)s (%(parent)s) is not known.")
            % {"code": code[:20], "parent": parent[:20]},
            _("It is another city's, or its city and district must be loaded first."),
        )
    if not name or len(name) > 100 or len(code) > 20:
        return None, _("A new zone needs a name and a code of at most 20 characters."), _("Add them.")
    zone = Zone(code=code, level=level, name=name, parent_id=parent if above else None)
    zone.postal_code = _value(feature, fields.postal_code)[:10]
    zone.label_point = label_point(feature.shape) if feature.shape is not None else as_point(shapely.Point())
    return zone, "", ""


def _tell_fit(parts: Mapping[str, Sequence[BaseGeometry]], register: Register, report: Report) -> None:
    """Overlaps and gaps between the areas of one level, as they were given."""
    areas = {code: to_metres(shapely.union_all(list(shapes))) for code, shapes in parts.items()}
    told = {
        _("overlaps: %(count)d, together %(size).2f ha"): overlaps(areas),
        _("gaps: %(count)d, together %(size).2f ha"): gaps(areas),
    }
    for text, flaws in told.items():
        if flaws:
            report.note(text % {"count": len(flaws), "size": sum(flaw.hectares for flaw in flaws)})
            for flaw in flaws[:TOLD]:
                report.note(f"  {_line(flaw, register)}")
            if len(flaws) > TOLD:
                report.note(_("  and %d smaller ones") % (len(flaws) - TOLD))


def _line(flaw: Flaw, register: Register) -> str:
    names = " – ".join(register.zones[code].name for code in flaw.codes)
    return f"{names}: {flaw.hectares:.4f} ha"
