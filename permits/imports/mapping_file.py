"""Reads MAP.toml and checks it whole, so that one run tells everything that is wrong."""

import codecs
import tomllib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from django.contrib.gis.gdal import GDALException, SpatialReference
from django.utils.translation import gettext as _

from companies.models import Source
from geoportal.reporting import Problem, Refused, Report
from permits.imports.mapping import ANYTHING_ELSE, CHOICES, FIELDS, SETTINGS, FileMapping, near
from permits.imports.places import EVERYWHERE, Bounds
from permits.imports.values import word_key
from permits.models import PermitType


def read_mapping(file: Path, report: Report) -> FileMapping:
    """Raises `Refused` after telling every problem."""
    if not file.is_file():
        raise Refused(_("%s does not exist.") % file, _("Check the name given with --mapping."))
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Refused(_("%s is not a text in UTF-8.") % file.name, _("Save it as UTF-8.")) from error
    except tomllib.TOMLDecodeError as error:
        raise Refused(
            _("%(file)s cannot be read: %(why)s.") % {"file": file.name, "why": error},
            _("Look at the line it names, and at the lines before it."),
        ) from error
    reader = _Reader(file.name, content)
    mapping = reader.mapping()
    report.refuse(reader.problems)
    return mapping


class _Reader:
    def __init__(self, file: str, content: dict[str, Any]) -> None:
        self.file, self.content = file, content
        self.problems: list[Problem] = []

    def mapping(self) -> FileMapping:
        for key in self.content:
            if key not in SETTINGS:
                self.problem(key, _("is no setting of a mapping."), near(key, SETTINGS))
        dataset = self.text("dataset")
        if not dataset or len(dataset) > 20 or ":" in dataset:
            self.problem(
                "dataset",
                _("must be a short name of this file, at most 20 characters, without a colon."),
                _('Write a line like dataset = "izin-2024". Keep it for later files of the same kind.'),
            )
        columns, constants = self.columns(), self.constants()
        self.required(columns, constants)
        lat_first, srid, bounds = self.coordinates(columns)
        return FileMapping(
            dataset=dataset,
            source=Source(
                self.choice("source", self.text("source") or Source.ARCHIVE, Source.values) or "archive"
            ),
            encoding=self.encoding(),
            delimiter=self.delimiter(),
            dates=self.dates(),
            phone_region=self.text("phone_region") or "ID",
            columns=columns,
            constants=constants,
            translate=self.translate(columns),
            only=self.only(),
            lat_first=lat_first,
            srid=srid,
            bounds=bounds,
        )

    def problem(self, key: str, reason: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, key, reason, remedy))

    def text(self, key: str) -> str:
        value = self.content.get(key, "")
        if isinstance(value, str):
            return value.strip() if key != "delimiter" else value
        self.problem(key, _("is not a text."), _("Put it in double quotes."))
        return ""

    def table(self, key: str) -> dict[str, Any]:
        value = self.content.get(key, {})
        if isinstance(value, dict):
            return value
        self.problem(key, _("is no table."), _("Begin it with a line [%s].") % key)
        return {}

    def field(self, table: str, name: str) -> bool:
        if name in FIELDS:
            return True
        self.problem(f"{table}.{name}", _("is no field of a permit."), near(name, FIELDS))
        return False

    def choice(self, key: str, value: str, known: Sequence[str]) -> str:
        if value in known:
            return value
        self.problem(key, _("“%s” is not known.") % value[:40], near(value, known))
        return ""

    def columns(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name, value in self.table("columns").items():
            names = [value] if isinstance(value, str) else value
            good = isinstance(names, list) and names and all(isinstance(n, str) and n.strip() for n in names)
            if not self.field("columns", name):
                continue
            if not good:
                self.problem(
                    f"columns.{name}",
                    _("is no name of a column."),
                    _('Write "NAME", or ["ONE", "TWO"] for values to be joined.'),
                )
                continue
            found[name] = tuple(names)
        return found

    def constants(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, value in self.table("constants").items():
            if not self.field("constants", name):
                continue
            if isinstance(value, (dict, list, bool)):
                self.problem(f"constants.{name}", _("is not a text."), _("Put it in double quotes."))
                continue
            found[name] = str(value)
            self.meaning(f"constants.{name}", name, str(value))
        return found

    def meaning(self, key: str, name: str, value: str) -> None:
        """A value of the mapping's own must be one of those that the field has."""
        if name in CHOICES and value:
            self.choice(key, value, CHOICES[name])
        elif name == "type" and value:
            self.choice(key, value, self.types)

    @cached_property
    def types(self) -> list[str]:
        return list(PermitType.objects.order_by("code").values_list("code", flat=True))

    def translate(self, columns: Mapping[str, Any]) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for name, words in self.table("translate").items():
            place = f"translate.{name}"
            if not self.field("translate", name):
                continue
            if name not in columns:
                self.problem(
                    place, _("translates a field that no column is mapped to."), _("Add it to [columns].")
                )
            if not isinstance(words, dict) or not all(isinstance(w, (str, int)) for w in words.values()):
                self.problem(
                    place, _("is no table of texts."), _('Write lines like "Word in the file" = "meaning".')
                )
                continue
            for word, meaning in words.items():
                self.meaning(f'{place}."{word[:40]}"', name, str(meaning))
            found[name] = {
                word if word == ANYTHING_ELSE else word_key(word): str(meaning)
                for word, meaning in words.items()
            }
        return found

    def only(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for column, values in self.table("only").items():
            listed = [values] if isinstance(values, str) else values
            if not isinstance(listed, list) or not all(isinstance(v, str) for v in listed):
                self.problem(f"only.{column}", _("is no list of texts."), _('Write ["one", "two"].'))
                continue
            found[column] = frozenset(word_key(value) for value in listed)
        return found

    def required(self, columns: Mapping[str, Any], constants: Mapping[str, str]) -> None:
        given = {*columns, *constants}
        remedy = _('Add a line %s = "NAME OF THE COLUMN" to [columns], or a value to [constants].')
        for name in ("company", "type"):
            if name not in given:
                self.problem(name, _("is missing: every permit needs it."), remedy % name)
        if not {"key", "number"} & set(columns):
            self.problem(
                "number", _("is missing: every permit needs a number of its own."), remedy % "number"
            )
        if ("x" in given) != ("y" in given):
            self.problem("x, y", _("only one of them is mapped."), _("Map both, or neither."))
        if "point" in given and "x" in given:
            self.problem("point", _("is mapped as well as x and y."), _("Keep one of the two."))

    def encoding(self) -> str:
        name = self.text("encoding")
        try:
            return codecs.lookup(name).name if name else ""
        except LookupError:
            self.problem(
                "encoding", _("“%s” is not known.") % name[:40], _("Try utf-8 or cp1252, or leave it away.")
            )
            return ""

    def delimiter(self) -> str:
        value = self.text("delimiter")
        if len(value) > 1:
            self.problem("delimiter", _("is longer than one character."), _('Write ";" or "," or "\\t".'))
            return ""
        return value

    def dates(self) -> tuple[str, ...]:
        value = self.content.get("dates", [])
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(v, str) and "%" in v for v in listed):
            self.problem(
                "dates", _("is no list of date formats."), _('Write ["%m/%d/%Y"]: %d day, %m month, %Y year.')
            )
            return ()
        return tuple(listed)

    def coordinates(self, columns: Mapping[str, Any]) -> tuple[bool, int, Bounds | None]:
        table = self.table("coordinates")
        for key in table:
            if key not in ("order", "srid", "bounds"):
                self.problem(
                    f"coordinates.{key}",
                    _("is no setting of coordinates."),
                    near(key, ("order", "srid", "bounds")),
                )
        order = self.choice("coordinates.order", str(table.get("order", "lon,lat")), ("lon,lat", "lat,lon"))
        srid = table.get("srid", 4326)
        try:
            if not isinstance(srid, int) or SpatialReference(srid).srid is None:
                raise ValueError
        except (GDALException, ValueError):
            self.problem(
                "coordinates.srid",
                _("is no EPSG number that is known."),
                _("Degrees are 4326, UTM 49S is 32749."),
            )
            srid = 4326
        bounds = self.box(table.get("bounds", "city"))
        return order == "lat,lon", srid, bounds

    def box(self, value: Any) -> Bounds | None:
        if value == "city":
            return None
        if value == "none":
            return EVERYWHERE
        match value:
            case [int() | float(), int() | float(), int() | float(), int() | float()]:
                box = Bounds(*(float(v) for v in value))
                if -180 <= box.west < box.east <= 180 and -90 <= box.south < box.north <= 90:
                    return box
        self.problem(
            "coordinates.bounds",
            _("is no box in degrees."),
            _('Write "city", "none" or [west, south, east, north].'),
        )
        return None
