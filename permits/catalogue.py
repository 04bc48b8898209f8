"""Reads the catalogue of permit types (fixtures/catalogue/*.toml) and keeps the table equal to it."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from geoportal.loading import Entry, read_entries, toml_files, upsert
from geoportal.reporting import VANISHED, Problem, Report
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
)

FIELDS: Final = tuple(
    field.name for field in PermitType._meta.concrete_fields if field.name not in ("id", "code")
)
_is_url: Final = URLValidator(schemes=["http", "https"])


def read_catalogue(path: Path) -> tuple[list[PermitType], list[Problem]]:
    """Every type of a TOML file or of a folder of them, unsaved, and everything that is wrong with them."""
    problems: list[Problem] = []
    types: list[PermitType] = []
    seen: dict[str, str] = {}
    files = toml_files(path)
    if not files:
        remedy = _("Name a folder with catalogue files, or one such file.")
        problems.append(Problem(path.name, "-", _("has no file that ends in .toml."), remedy))
    for file in files:
        for entry in read_entries(file, "permit_type", "code", problems):
            permit_type = _permit_type(entry)
            code = permit_type.code
            if code in seen:
                entry.problem("code", _("is used in %s already.") % seen[code], _("Choose another code."))
            seen.setdefault(code, file.name)
            types.append(permit_type)
    return types, problems


def load_catalogue(types: Sequence[PermitType], *, examples: bool, complete: bool, report: Report) -> None:
    """Writes the official types, and with `examples` the others too.

    `complete`: `types` is the whole catalogue, so a type of the table that is not in it is reported, and kept
    since permits may point to it.
    """
    wanted = [t for t in types if t.official or examples]
    kept = upsert(PermitType.objects.all(), wanted, key=("code",), fields=FIELDS, report=report)
    named = {t.code for t in types}
    for permit_type in kept:
        if complete and permit_type.code not in named:
            report.count(VANISHED)
            report.note(_("%s is no longer in the catalogue and is kept.") % permit_type.code)


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
    entry.finish()
    return permit_type


def _url(entry: Entry, key: str) -> str:
    url = entry.text(key, 300)
    try:
        if url:
            _is_url(url)
    except ValidationError:
        entry.problem(key, _("is no web address."), _("Write it in full, with https://."))
    return url
