"""Reads zones as a table of facts (CSV): code, level, name, parent, postal_code, lat, lon (degrees)."""

import csv
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Final

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from geoportal.geography.models import Zone, ZoneLevel
from geoportal.geography.zones import ABOVE, Register
from geoportal.reporting import Refused, Report

COLUMNS: Final = ("code", "level", "name", "parent", "postal_code", "lat", "lon")


def read_table(file: Path, register: Register, report: Report) -> None:
    """Puts the rows into `register`, parents before children whatever the order of the rows."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        remedy = _("Save it as “CSV UTF-8” and try again.")
        raise Refused(_("The file is not a text in UTF-8."), remedy) from error
    report.delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.DictReader(StringIO(text, newline=""), delimiter=report.delimiter)
    names = [(name or "").strip().lower() for name in rows.fieldnames or []]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise Refused(
            _("The first line lacks these columns: %s.") % ", ".join(missing),
            _("It must name %s.") % ", ".join(COLUMNS),
        )
    rows.fieldnames = report.columns = names
    read = [(rows.line_num, row) for row in rows]
    if not read:
        raise Refused(_("The file has no rows."), _("Write one line for each zone."))
    levels = [str(level) for level in ZoneLevel]
    read.sort(key=lambda pair: levels.index(pair[1]["level"]) if pair[1]["level"] in levels else -1)
    seen: set[str] = set()
    for line, row in read:
        values = {name: " ".join((row.get(name) or "").split()) for name in COLUMNS}
        reason, remedy = _wrong(values, seen, register)
        if reason:
            report.reject(line, reason=reason, remedy=remedy, row=row)
            continue
        seen.add(values["code"])
        _take(values, register)


def _take(values: Mapping[str, str], register: Register) -> None:
    zone = register.zones.setdefault(values["code"], Zone(code=values["code"]))
    zone.level, zone.name, zone.parent_id = values["level"], values["name"], values["parent"] or None
    zone.postal_code = values["postal_code"]
    zone.label_point = Point(float(values["lon"]), float(values["lat"]), srid=4326)


def _wrong(values: Mapping[str, str], seen: set[str], register: Register) -> tuple[str, str]:
    """Why a row cannot be taken, and the remedy; ("", "") when it can."""
    code, level, parent = values["code"], values["level"], values["parent"]
    if not code or len(code) > 20:
        return _("The code is empty or longer than 20 characters."), _("Write the ministry's code.")
    if code in seen:
        return _("Code %s stands in the file twice.") % code, _("Remove one of the rows.")
    if level not in ZoneLevel.values:
        return _("“%s” is no level.") % level[:20], _("Write city, district or village.")
    if not values["name"] or len(values["name"]) > 100 or len(values["postal_code"]) > 10:
        return _("The name is empty, or a value is too long."), _("Correct the name or the postal code.")
    above = ABOVE.get(ZoneLevel(level))
    if above is not None and (parent not in register.zones or register.zones[parent].level != above):
        return _("The zone above it (“%s”) is not known.") % parent[:20], _("Add a row for it.")
    if above is None and parent:
        return _("A city lies in no other zone here."), _("Leave its parent empty.")
    try:
        good = -90 <= float(values["lat"]) <= 90 and -180 <= float(values["lon"]) <= 180
    except ValueError:
        good = False
    if not good or (float(values["lat"]) == 0 and float(values["lon"]) == 0):
        return _("lat and lon are not degrees."), _("Write them like -6.903037 and 109.665824.")
    return "", ""
