"""Letters from before: a table of them and their PDF files in one folder (docs/import.md)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from geoportal.loading import upsert
from geoportal.reporting import Refused, Report
from permits.imports.run import record
from permits.imports.table import open_table
from permits.imports.values import read_date, tidy, word_key
from permits.models import ArchivedLetter, Permit

TABLE: Final = "letters.csv"
COLUMNS: Final = ("number", "date", "file", "old_target")
MOST_BYTES: Final = 50_000_000
_LONGEST: Final = 300
_SAME: Final = ("number_key", "issued_on", "sha256", "old_target", "permit_id")


class Unusable(ValueError):
    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy


@dataclass
class _Seen:
    """What earlier rows of the file had: each is one letter's."""

    numbers: set[str]
    files: set[bytes]
    targets: set[str]


def import_letters(folder: Path, report: Report) -> None:
    """Raises `Refused`; then nothing was written. The files themselves are not kept, only their SHA-256."""
    if not folder.is_dir():
        raise Refused(_("%s is no folder.") % folder.name, _("Name the folder that holds letters.csv."))
    if not (folder / TABLE).is_file():
        raise Refused(_("There is no letters.csv in it."), _("Write one: docs/import.md says how."))
    table = open_table(folder / TABLE)
    index = table.index()
    lacking = [name for name in COLUMNS[:2] if word_key(name) not in index]
    if lacking:
        raise Refused(
            _("letters.csv lacks columns: %s.") % ", ".join(lacking),
            _("Its columns are: %s.") % ", ".join(COLUMNS),
        )
    report.columns, report.delimiter = list(table.columns), table.delimiter
    at = {name: index[word_key(name)] for name in COLUMNS if word_key(name) in index}
    seen, wanted = _Seen(set(), set(), set()), []
    for line in table.rows(report):
        try:
            wanted.append(_letter(folder, {name: tidy(line.cells[n]) for name, n in at.items()}, seen))
        except Unusable as why:
            report.reject(line.number, reason=why.reason, remedy=why.remedy, row=line.cells)
    _join(wanted)
    taken = _taken(wanted)
    if taken:
        raise Refused(
            _("A file or an old address belongs to another letter of the archive: %s.")
            % ", ".join(taken[:5]),
            _("Correct the rows with these numbers."),
        )
    archive = ArchivedLetter.objects.filter(number__in=[one.number for one in wanted])
    upsert(archive, wanted, key=("number",), fields=_SAME, report=report)
    report.count("joined", sum(one.permit_id is not None for one in wanted))
    record("import_letters", table, report, {})


def _letter(folder: Path, cells: Mapping[str, str], seen: _Seen) -> ArchivedLetter:
    number, issued_on = cells["number"], read_date(cells["date"])
    if not word_key(number) or len(number) > 100:
        raise Unusable(_("The number is missing or too long."), _("Write it as on the letter."))
    if number in seen.numbers:
        raise Unusable(_("This number stood in an earlier row."), _("Keep one row for each letter."))
    if issued_on is None or not date(1945, 8, 17) <= issued_on <= timezone.localdate():
        raise Unusable(_("The date cannot be read, or cannot be right."), _("Write it as 2019-08-17."))
    digest = _digest(folder, cells.get("file", ""))
    target = old_target(cells.get("old_target", ""))
    if digest is not None and digest in seen.files:
        raise Unusable(_("An earlier row has the same file."), _("Give each letter its own file."))
    if target and target in seen.targets:
        raise Unusable(_("An earlier row has the same old address."), _("Each QR code leads to one letter."))
    seen.numbers.add(number)
    seen.files.update([digest] if digest else [])
    seen.targets.update([target] if target else [])
    return ArchivedLetter(
        number=number,
        number_key=word_key(number),
        issued_on=issued_on,
        sha256=digest,
        old_target=target or None,
    )


def old_target(text: str) -> str:
    """Path and query of what the old QR code says, without host and first slash: "cek.php?id=12"."""
    parts = urlsplit(text)
    target = unquote(parts.path).lstrip("/") + (f"?{parts.query}" if parts.query else "")
    if len(target) > _LONGEST:
        raise Unusable(_("The old address is too long."), _("At most 300 characters are kept."))
    return target


def _digest(folder: Path, name: str) -> bytes | None:
    if not name:
        return None
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise Unusable(_("The file lies outside the folder."), _("Put it beside letters.csv."))
    if not path.is_file():
        raise Unusable(_("There is no such file in the folder."), _("Check the name; capitals count."))
    with path.open("rb") as file:
        if not file.read(5).startswith(b"%PDF-"):
            raise Unusable(_("The file is no PDF."), _("Name the PDF that was given out."))
        if path.stat().st_size > MOST_BYTES:
            raise Unusable(_("The file is larger than 50 MB."), _("Check that it is a letter."))
        file.seek(0)
        return hashlib.file_digest(file, "sha256").digest()


def _join(wanted: list[ArchivedLetter]) -> None:
    """To permits of the register, by number."""
    numbers = [one.number for one in wanted]
    known = dict(Permit.objects.filter(number__in=numbers).values_list("number", "pk"))
    for one in wanted:
        one.permit_id = known.get(one.number)


def _taken(wanted: list[ArchivedLetter]) -> list[str]:
    """Numbers of rows whose file or old address an earlier import gave to another letter."""
    files = {bytes(one.sha256): one.number for one in wanted if one.sha256}
    targets = {one.old_target: one.number for one in wanted if one.old_target}
    others = ArchivedLetter.objects.exclude(number__in=[one.number for one in wanted])
    by_file = others.filter(sha256__in=files).values_list("sha256", flat=True)
    by_target = others.filter(old_target__in=targets).values_list("old_target", flat=True)
    return sorted({files[bytes(d)] for d in by_file if d} | {targets[t] for t in by_target if t})
