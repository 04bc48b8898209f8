"""Reads the commodities (fixtures/commodities.toml) and keeps the tables equal to them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from companies.models import Commodity, CommodityKbli, Kbli
from geoportal.loading import Entry, read_entries, toml_files, upsert
from geoportal.reporting import CHANGED, UNCHANGED, VANISHED, Problem, Report

FIELDS: Final = ("name", "name_en", "group", "synonyms", "icon", "colour", "ordinal")
WHITE_CONTRAST: Final = 3.0  # WCAG 2.2, 1.4.11: graphics against the page


@dataclass(frozen=True)
class KbliLink:
    code: str
    edition: int
    exact: bool


@dataclass(frozen=True)
class CommodityEntry:
    """A commodity as the file has it; `row` is not saved."""

    row: Commodity
    kbli: tuple[KbliLink, ...]


def read_commodities(path: Path) -> tuple[list[CommodityEntry], list[Problem]]:
    """Every entry of a TOML file (or folder of them) in its order, and everything that is wrong with them."""
    problems: list[Problem] = []
    entries: list[CommodityEntry] = []
    seen: dict[str, str] = {}
    for file in toml_files(path):
        for entry in read_entries(file, "commodity", "slug", problems):
            found = _commodity(entry, ordinal=len(entries))
            slug = found.row.slug
            if slug in seen:
                entry.problem("slug", _("is used in %s already.") % seen[slug], _("Choose another slug."))
            seen.setdefault(slug, file.name)
            entries.append(found)
    return entries, problems


def unknown_codes(entries: Sequence[CommodityEntry], known: Mapping[int, frozenset[str]]) -> list[Problem]:
    """Links to codes that an edition in `known` does not have. Editions that are not in `known` pass."""
    return [
        Problem(
            "kbli",
            f"{entry.row.slug}.kbli",
            _("KBLI %(edition)d has no code %(code)s.") % {"edition": link.edition, "code": link.code},
            _("Correct the code or its edition, or load a newer list by load_kbli."),
        )
        for entry in entries
        for link in entry.kbli
        if link.edition in known and link.code not in known[link.edition]
    ]


def load_commodities(path: Path, *, report: Report) -> None:
    """All or nothing. Commodities that are no longer in the file stay, and are reported."""
    entries, problems = read_commodities(path)
    known: dict[int, set[str]] = {}
    for code, edition in Kbli.objects.values_list("code", "edition"):
        known.setdefault(edition, set()).add(code)
    problems += unknown_codes(entries, {edition: frozenset(codes) for edition, codes in known.items()})
    report.refuse(problems)
    vanished = upsert(
        Commodity.objects.all(), [e.row for e in entries], key=("slug",), fields=FIELDS, report=report
    )
    for commodity in vanished:
        report.count(VANISHED)
        report.note(_("%s is no longer in the file and is kept.") % commodity.slug)
    _link(entries, report)


def _link(entries: Sequence[CommodityEntry], report: Report) -> None:
    """Makes the KBLI links equal to the file's; a commodity whose links alone differ counts as changed."""
    ids = dict(Commodity.objects.values_list("slug", "pk"))
    present: dict[int, set[KbliLink]] = {}
    for pk, code, edition, exact in CommodityKbli.objects.values_list(
        "commodity", "code", "edition", "exact"
    ):
        present.setdefault(pk, set()).add(KbliLink(code, edition, exact))
    different = [e for e in entries if present.get(ids[e.row.slug], set()) != set(e.kbli)]
    CommodityKbli.objects.filter(commodity__in=[ids[e.row.slug] for e in different]).delete()
    CommodityKbli.objects.bulk_create(
        (
            CommodityKbli(
                commodity_id=ids[e.row.slug], code=link.code, edition=link.edition, exact=link.exact
            )
            for e in different
            for link in e.kbli
        ),
        update_conflicts=True,  # another run at the same time
        unique_fields=["commodity", "code", "edition"],
        update_fields=["exact"],
    )
    untouched = [e for e in different if e.row._state.adding]  # upsert did not write the row itself
    report.count(CHANGED, len(untouched))
    report.count(UNCHANGED, -len(untouched))


def _commodity(entry: Entry, *, ordinal: int) -> CommodityEntry:
    slug = entry.text("slug", 50, required=True)
    if slug and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        entry.problem("slug", _("is not fit for an address."), _("Use small letters, digits and hyphens."))
    colour = entry.text("colour", 7, required=True)
    if colour and not re.fullmatch(r"#[0-9a-f]{6}", colour):
        entry.problem("colour", _("is no colour."), _("Write # and six small hexadecimal digits."))
    elif colour and contrast_on_white(colour) < WHITE_CONTRAST:
        entry.problem("colour", _("is too light to be seen on white."), _("Take a darker one (3:1)."))
    row = Commodity(
        slug=slug,
        name=entry.text("name", 80, required=True),
        name_en=entry.text("name_en", 80, required=True),
        group=entry.text("group", 50, required=True),
        icon=entry.text("icon", 20, required=True),
        colour=colour,
        synonyms=entry.texts("synonyms", 60),
        ordinal=ordinal,
    )
    kbli = _links(entry)
    entry.finish()
    return CommodityEntry(row, kbli)


def _links(entry: Entry) -> tuple[KbliLink, ...]:
    tables = entry.get("kbli", required=False) or []
    remedy = _('Write { code = "13134", edition = 2020, exact = true }.')
    if not isinstance(tables, list):
        entry.problem("kbli", _("is no list."), remedy)
        return ()
    links: list[KbliLink] = []
    for table in tables:
        match table:
            case {"code": str(code), "edition": int(edition), "exact": bool(exact)} if len(table) == 3:
                if any((link.code, link.edition) == (code, edition) for link in links):
                    entry.problem("kbli", _("names %s twice.") % code, _("Remove one of them."))
                links.append(KbliLink(code, edition, exact))
            case _other:
                entry.problem("kbli", _("has a link that is not complete."), remedy)
    return tuple(links)


def contrast_on_white(colour: str) -> float:
    """WCAG contrast ratio of "#rrggbb" with white, 1 to 21."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
