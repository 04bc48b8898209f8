"""Reads a CSV of any origin row by row: encoding and delimiter found out, broken files refused as a whole."""

import codecs
import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from django.utils.translation import gettext as _

from geoportal.reporting import Refused, Report
from permits.imports.values import tidy, word_key

BLOCK: Final = 1 << 20
LONGEST_CELL: Final = 131_072
MAGIC: Final = {
    b"PK\x03\x04": "XLSX/ZIP",
    b"\xd0\xcf\x11\xe0": "XLS",
    b"%PDF": "PDF",
    b"\x1f\x8b": "GZIP",
    b"SQLite": "SQLite",
}
BOMS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file: `number` is the line it begins on (1 is the heading's first), `cells` by column."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True)
class Table:
    """A file whose heading has been read. `ends`: its last line ends with a line break."""

    path: Path
    encoding: str
    delimiter: str
    columns: Sequence[str]
    size: int
    sha256: str
    ends: bool

    def index(self) -> dict[str, int]:
        """Position of each column by its `word_key`; of columns with one heading the first."""
        found: dict[str, int] = {}
        for position, name in enumerate(self.columns):
            found.setdefault(word_key(name), position)
        return found

    def rows(self, report: Report) -> Iterator[Line]:
        """Rows with as many cells as the heading; others are rejected.

        Raises `Refused` where the file turns out not to be whole: a last row that breaks off, a quotation
        mark that is never closed, no row at all.
        """
        with self.path.open("rb") as file, _text(file, self.encoding) as stream:
            lines = self._lines(stream, report)
            pending: Line | None = None
            for line in report.progress(lines, total=self.size, position=file.tell):
                if pending is not None and self._fits(pending, report):
                    yield pending
                pending = line
            if pending is None:
                raise Refused(_("The file has a heading and no rows."), _("Check what was exported."))
            if len(pending.cells) < len(self.columns) and not self.ends:
                raise Refused(
                    _("The file breaks off in the middle of line %d.") % pending.number,
                    _("Export or copy it again; its last line must be complete."),
                )
            if self._fits(pending, report):
                yield pending

    def _lines(self, stream: TextIO, report: Report) -> Iterator[Line]:
        reader = csv.reader(stream, delimiter=self.delimiter, strict=True)
        next(reader)  # the heading
        while True:
            begins = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "unexpected end" in str(error) or "field limit" in str(error):
                    raise Refused(
                        _("A quotation mark in the row on line %d is never closed: the file breaks off.")
                        % begins,
                        _("Export or copy it again, or close the quotation mark."),
                    ) from error
                report.reject(
                    begins,
                    reason=_("Quotation marks stand inside a value."),
                    remedy=_("Write each of them twice, and the value in quotation marks."),
                )
                continue
            if any(cell.strip() for cell in cells):
                yield Line(begins, cells)

    def _fits(self, line: Line, report: Report) -> bool:
        width, surplus = len(self.columns), line.cells[len(self.columns) :]
        if len(line.cells) >= width and not any(cell.strip() for cell in surplus):
            return True
        report.reject(
            line.number,
            reason=_("The row has %(found)d values, the heading has %(wanted)d.")
            % {"found": len(line.cells), "wanted": width},
            remedy=_("Put values that contain the delimiter or a line break in quotation marks."),
        )
        return False


def open_table(path: Path, *, encoding: str = "", delimiter: str = "") -> Table:
    """Raises `Refused` for a file that is empty, binary, or no table.

    The whole file is read once, in blocks, for its encoding (unless a mapping names it) and checksum.
    """
    if path.is_dir():
        raise Refused(_("%s is a folder.") % path.name, _("Name a CSV file."))
    found, digest, size, ends = _examine(path, encoding)
    csv.field_size_limit(LONGEST_CELL)
    with path.open("rb") as file, _text(file, found) as stream:
        heading = _bare_heading(stream.read(LONGEST_CELL))
        if sum((not c.isprintable() and c not in "\t\r\n") or c == "\ufffd" for c in heading) > 2:
            raise _binary()
        mark = delimiter or max(";,\t|", key=heading.count)
        stream.seek(0)
        try:
            columns = [tidy(name) for name in next(csv.reader(stream, delimiter=mark))]
        except (csv.Error, StopIteration) as error:
            raise Refused(
                _("The heading cannot be read as CSV."), _("Save the file as CSV and try again.")
            ) from error
    while columns and not columns[-1]:
        columns.pop()
    if len(columns) < 2:
        raise Refused(
            _("The first line has no columns."),
            _("It must name them, separated by semicolons, commas or tabs."),
        )
    return Table(path, found, mark, columns, size, digest, ends)


def _text(file: io.BufferedReader, encoding: str) -> io.TextIOWrapper:
    # strict decoding was tried already; only Windows-1252, which is assumed, may have bytes without a meaning
    return io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")


def _examine(path: Path, encoding: str) -> tuple[str, str, int, bool]:
    """(encoding, SHA-256, bytes, whether the last line ends) of a whole file, read in blocks.

    Neither named nor marked nor UTF-8 means Windows-1252: what spreadsheets here write.
    """
    named, size, last, text, readable = encoding, 0, b"", False, True
    digest = hashlib.sha256()
    decoder: codecs.IncrementalDecoder | None = None
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            if decoder is None:
                _refuse_other_formats(block)
                marked = next((name for mark, name in BOMS.items() if block.startswith(mark)), "")
                encoding = marked or encoding
                decoder = codecs.getincrementaldecoder(encoding or "utf-8")()
            if b"\0" in block and "16" not in encoding:
                raise _binary()
            digest.update(block)
            size, last = size + len(block), block[-4:]
            text = text or bool(block.strip(b"\0\r\n\t ;,\xff\xfe\xef\xbb\xbf"))
            readable = readable and _decodes(decoder, block)
    if not text or decoder is None:
        raise Refused(_("The file is empty."), _("Check what was exported."))
    if readable and not _decodes(decoder, b"", final=True):
        raise Refused(_("The file breaks off in the middle of a character."), _("Export or copy it again."))
    if not readable and encoding:
        raise Refused(
            _("The file is not a text in %s.") % encoding,
            _("Correct “encoding”, or leave it away.") if named else _("Export or copy it again."),
        )
    ends = last.rstrip(b"\0").endswith((b"\n", b"\r"))
    return encoding or ("utf-8" if readable else "cp1252"), digest.hexdigest(), size, ends


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeError:
        return False
    return True


def _refuse_other_formats(block: bytes) -> None:
    kind = next((name for magic, name in MAGIC.items() if block.startswith(magic)), "")
    if kind:
        remedy = _("Open it in a spreadsheet and save it as “CSV UTF-8”.")
        raise Refused(_("This is no CSV but %s.") % kind, remedy)


def _binary() -> Refused:
    remedy = _("Open it in a spreadsheet and save it as “CSV UTF-8”.")
    return Refused(_("The file is binary, no text."), remedy)


def _bare_heading(text: str) -> str:
    """The first line without what stands in quotation marks, which may go on over several lines."""
    bare = ""
    for part in text.lstrip("\r\n").split('"')[::2]:
        line, newline, _rest = part.replace("\r", "\n").partition("\n")
        bare += line
        if newline:
            break
    return bare
