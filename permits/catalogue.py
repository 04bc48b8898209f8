"""Reads the catalogue of permit types (fixtures/catalogue/*.toml) and keeps the table equal to it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from geoportal.loading import Entry, read_entries, toml_files, upsert
from geoportal.reporting import VANISHED, Problem, Report, fixture
from permits.defaults import can_be_applied_for, derive, read_defaults
from permits.definitions import Definition, DefinitionError
from permits.models import (
    Applicant,
    Channel,
    Fee,
    Kind,
    LocationKind,
    LocationPublic,
    Need,
    PermitType,
    Stage,
    TypeVersion,
    VersionState,
)

KEPT: Final = "kept"
VERSIONS: Final = "versions"
FIELDS: Final = tuple(
    field.name for field in PermitType._meta.concrete_fields if field.name not in ("id", "code")
)
_is_url: Final = URLValidator(schemes=["http", "https"])


@dataclass
class Catalogue:
    """Unsaved types, the definition of each that can be applied for, and everything that is wrong."""

    types: list[PermitType] = field(default_factory=list)
    definitions: dict[str, Definition] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_catalogue(path: Path, defaults: Path | None = None) -> Catalogue:
    """Reads a TOML file or a folder of them, and `defaults`, the parts of definitions."""
    found = Catalogue()
    seen: dict[str, str] = {}
    files = toml_files(path)
    if not files:
        remedy = _("Name a folder with catalogue files, or one such file.")
        found.problems.append(Problem(path.name, "-", _("has no file that ends in .toml."), remedy))
    parts = _defaults(defaults or fixture("definitions.toml"), found.problems)
    for file in files:
        for entry in read_entries(file, "permit_type", "code", found.problems):
            permit_type = _permit_type(entry)
            code = permit_type.code
            if code in seen:
                entry.problem("code", _("is used in %s already.") % seen[code], _("Choose another code."))
            seen.setdefault(code, file.name)
            found.types.append(permit_type)
            own = entry.get("definition", required=False)
            entry.finish()
            if own is not None or can_be_applied_for(permit_type):
                _define(entry, permit_type, {} if own is None else own, parts, found)
    return found


def _define(entry: Entry, kind: PermitType, own: Any, parts: dict[str, Any], found: Catalogue) -> None:
    try:
        found.definitions[kind.code] = derive(kind, own, parts)
    except DefinitionError as error:
        for problem in error.problems:
            entry.problem("definition", problem, _("Correct it here, or in the default definitions."))


def _defaults(path: Path, problems: list[Problem]) -> dict[str, Any]:
    try:
        return read_defaults(path)
    except (OSError, ValueError) as error:
        remedy = _("Look at the line it names, and at the lines before it.")
        problems.append(Problem(path.name, "-", _("cannot be read: %s.") % error, remedy))
        return {}


def load_catalogue(
    catalogue: Catalogue, *, examples: bool, complete: bool, overwrite: bool, report: Report
) -> None:
    """Writes the official types, and with `examples` the others too, and a version for each new definition.

    What somebody changed in the administration is kept and told, unless `overwrite`.
    `complete`: this is the whole catalogue, so a type of the table that is not in it is reported, and kept
    since permits may point to it.
    """
    types = [t for t in catalogue.types if t.official or examples]
    changed = set() if overwrite else _changed_by_hand(types)
    for code in sorted(changed):
        report.count(KEPT)
        report.note(_("%s was changed in the administration and is kept; --overwrite sets it back.") % code)
    wanted = [t for t in types if t.code not in changed]
    kept = upsert(PermitType.objects.all(), wanted, key=("code",), fields=FIELDS, report=report)
    named = {t.code for t in catalogue.types}
    for permit_type in kept:
        if complete and permit_type.code not in named:
            report.count(VANISHED)
            report.note(_("%s is no longer in the catalogue and is kept.") % permit_type.code)
    codes = [t.code for t in types]
    for permit_type in PermitType.objects.filter(code__in=codes).prefetch_related("versions"):
        if permit_type.code in catalogue.definitions:
            _version(permit_type, catalogue.definitions[permit_type.code].dump(), overwrite, report)


def _changed_by_hand(types: Sequence[PermitType]) -> set[str]:
    """Codes of types that the administration's log names as changed and that differ from the file."""
    stored = {t.code: t for t in PermitType.objects.filter(code__in=[t.code for t in types])}
    log = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(PermitType), action_flag__in=(ADDITION, CHANGE)
    )
    touched = set(log.values_list("object_id", flat=True))
    return {
        t.code
        for t in types
        if (before := stored.get(t.code))
        and str(before.pk) in touched
        and any(getattr(before, name) != getattr(t, name) for name in FIELDS)
    }


def _version(kind: PermitType, definition: dict[str, Any], overwrite: bool, report: Report) -> None:
    """A new version in use where the content differs; never over one that a person made or retired."""
    versions = sorted(kind.versions.all(), key=lambda version: version.number)
    active = next((version for version in versions if version.state == VersionState.ACTIVE), None)
    if active is not None and active.definition == definition:
        return
    used = [version for version in versions if version.state != VersionState.DRAFT]
    by_hand = active.made_by_id is not None if active else bool(used)
    if by_hand and not overwrite:
        report.count(KEPT)
        report.note(_("%s: the definition in use was changed in the administration and is kept.") % kind.code)
        return
    if active is not None:
        TypeVersion.objects.filter(pk=active.pk).update(state=VersionState.RETIRED)
    number = versions[-1].number + 1 if versions else 1
    TypeVersion.objects.create(type=kind, number=number, state=VersionState.ACTIVE, definition=definition)
    report.count(VERSIONS)


def _permit_type(entry: Entry) -> PermitType:
    code = entry.text("code", 30, required=True)
    if code and not re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)*", code):
        entry.problem("code", _("is not fit for an address."), _("Use capital letters, digits and hyphens."))
    permit_type = PermitType(
        code=code,
        name=entry.text("name", 150, required=True),
        name_en=entry.text("name_en", 150, required=True),
        sector=entry.text("sector", 50, required=True),
        kind=entry.choice("kind", Kind),
        channel=entry.choice("channel", Channel),
        stage=entry.choice("stage", Stage),
        applicant=entry.choice("applicant", Applicant),
        location_kind=entry.choice("location_kind", LocationKind),
        location_public=entry.choice("location_public", LocationPublic),
        holder_public=entry.flag("holder_public"),
        official=entry.flag("official"),
        jurisdiction=entry.text("jurisdiction", 100, required=True),
        service_days=entry.number("service_days", 0, 365),
        days_note=entry.text("days_note", 200),
        validity_months=entry.number("validity_months", 1, 1200),
        validity_note=entry.text("validity_note", 200),
        fee=entry.choice("fee", Fee, Fee.UNKNOWN),
        fee_note=entry.text("fee_note", 200),
        needs_inspection=entry.choice("needs_inspection", Need, Need.UNKNOWN),
        documents=entry.texts("documents", 300),
        renewal_documents=entry.texts("renewal_documents", 300),
        legal_basis=entry.text("legal_basis", 300),
        keywords=entry.texts("keywords", 60),
        source_url=_url(entry, "source_url"),
        source_date=entry.day("source_date"),
        source_note=entry.text("source_note", 300),
    )
    if not permit_type.source_url and not permit_type.source_note:
        remedy = _("Name the page, or the decree in source_note: a catalogue must say where it is from.")
        entry.problem("source_url", _("There is no source."), remedy)
    return permit_type


def _url(entry: Entry, key: str) -> str:
    url = entry.text(key, 300)
    try:
        if url:
            _is_url(url)
    except ValidationError:
        entry.problem(key, _("is no web address."), _("Write it in full, with https://."))
    return url
