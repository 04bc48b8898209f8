"""Reads the standard business classification (KBLI), five-digit codes, from a CSV of any origin."""

import csv
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from companies.models import Kbli
from geoportal.loading import upsert
from geoportal.reporting import VANISHED, Refused, Report

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "code": ("code", "kode"),
    "title": ("title", "judul"),
    "section": ("section", "kategori"),
}


def load_kbli(file: Path, *, edition: int, report: Report) -> None:
    """Codes of other lengths than five (section, division, group, class) are passed over, not rejected."""
    wanted: dict[str, Kbli] = {}
    for line, row, values in _rows(file, report):
        code, title, section = values["code"], values["title"], values["section"].upper()
        if re.fullmatch(r"[A-U]|\d{1,4}", code):
            continue
        if not re.fullmatch(r"\d{5}", code):
            report.reject(
                line,
                reason=_("“%s” is no KBLI code of five digits.") % code[:20],
                remedy=_("Write all five digits; a spreadsheet drops leading zeros."),
                row=row,
            )
        elif not title:
            report.reject(line, reason=_("The title is empty."), remedy=_("Fill it in."), row=row)
        elif not re.fullmatch(r"[A-U]?", section):
            report.reject(
                line,
                reason=_("“%s” is no section of KBLI.") % section[:20],
                remedy=_("A section is one letter from A to U; leave it empty if unknown."),
                row=row,
            )
        elif code in wanted:
            reason = _("Code %s stands in the file twice.") % code
            report.reject(line, reason=reason, remedy=_("Remove one of the rows."), row=row)
        else:
            wanted[code] = Kbli(code=code, edition=edition, title=title[:300], section=section)
    present = Kbli.objects.filter(edition=edition)
    vanished = upsert(
        present, list(wanted.values()), key=("code", "edition"), fields=("title", "section"), report=report
    )
    report.count(VANISHED, len(vanished))


def _rows(file: Path, report: Report) -> Iterator[tuple[int, Mapping[str, str], dict[str, str]]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        remedy = _("Save it as “CSV UTF-8” and try again.")
        raise Refused(_("The file is not a text in UTF-8."), remedy) from error
    heading = text.partition("\n")[0]
    report.delimiter = max(",;\t", key=heading.count)
    rows = csv.DictReader(StringIO(text, newline=""), delimiter=report.delimiter)
    names = {(name or "").strip().lower(): name for name in rows.fieldnames or []}
    found = {ours: next((names[n] for n in theirs if n in names), None) for ours, theirs in COLUMNS.items()}
    if found["code"] is None or found["title"] is None:
        raise Refused(
            _("The first line has no columns for code and title."),
            _("Name them kode and judul (or code and title); kategori (or section) may be added."),
        )
    report.columns = list(rows.fieldnames or [])
    for row in report.progress(rows, total=text.count("\n"), unit=_("codes")):
        values = {
            ours: " ".join((row.get(name) or "").split()) if name else "" for ours, name in found.items()
        }
        yield rows.line_num, row, values
