"""How a command that loads data reports. The base of every `load_*` and `import_*` command.

    class Command(LoaderCommand):
        help = "Reads ..."
        default_file = fixture("kbli/kbli2020.csv")     # omit it: FILE is then required
        labels = {"companies": _("companies")}          # counters beyond CREATED, CHANGED ...

        def add_options(self, parser): parser.add_argument("--edition", ...)

        def load(self, report: Report, file: Path, options: Options) -> None:
            rows = open_somehow(file)                   # not usable at all: raise Refused(reason, remedy)
            report.columns, report.delimiter = rows.fieldnames, ";"    # how rejected rows are written
            for line, row in report.progress(rows, unit=_("rows")):
                if not good:
                    report.reject(line, reason=_("..."), remedy=_("..."), row=row)
                    continue
                report.count(CREATED)

What `LoaderCommand` does around `load`:
- one transaction: an exception, `Refused` or Ctrl-C leaves the database as it was. `--dry-run` does all the
  work and rolls back (and still writes the rejected rows: that is when they are wanted most);
- a progress bar on stderr, only on a terminal;
- rejected rows go, as they come (constant memory), to NAME.rejected.csv beside NAME.csv, or where `--rejects`
  says: readable by their owner only, with the columns of the input and then `_line`, `_reason`, `_remedy`, so
  that the corrected file can be imported as it is (importers ignore columns that begin with "_"). The first
  ten are also told on stderr. A run that rejects nothing removes the stale file of the run before;
- one summary line on stdout, always the last one.

Files that are taken whole or not at all (the catalogue): collect `Problem`s, call `report.refuse(problems)`;
each is told and, if there is any, nothing is loaded.

Reasons and remedies never quote personal data: they end up on terminals and in logs. `row` may hold some; it
goes into the file only.
"""

import csv
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, TextIO, TypeVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper
from django.db import OperationalError, ProgrammingError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from tqdm import tqdm

Item = TypeVar("Item")
Options = Mapping[str, Any]
Text = str | Promise

CREATED: Final = "created"
CHANGED: Final = "changed"
UNCHANGED: Final = "unchanged"
REJECTED: Final = "rejected"
VANISHED: Final = "vanished"
LABELS: Final[Mapping[str, Text]] = {
    CREATED: gettext_lazy("new"),
    CHANGED: gettext_lazy("changed"),
    UNCHANGED: gettext_lazy("unchanged"),
    REJECTED: gettext_lazy("rejected"),
    VANISHED: gettext_lazy("no longer in the file, kept"),
}
ALWAYS_SHOWN: Final = (CREATED, CHANGED, UNCHANGED, REJECTED)
EXTRA_COLUMNS: Final = ("_line", "_reason", "_remedy")
TOLD_ON_SCREEN: Final = 10


def fixture(name: str) -> Path:
    """A file that ships with the project, by its path inside fixtures/."""
    return Path(settings.BASE_DIR) / "fixtures" / name


class Refused(Exception):
    """The input as a whole cannot be taken; says why and what to do about it. Nothing is loaded."""

    def __init__(self, reason: Text, remedy: Text) -> None:
        super().__init__(f"{reason} {remedy}".strip())


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one place of a file: `where` is the file, `key` the entry and field in it."""

    where: str
    key: str
    reason: Text
    remedy: Text

    def __str__(self) -> str:
        return f"{self.where}: {self.key}: {self.reason} {self.remedy}"


class Rejects:
    """The CSV of rejected rows: written beside its final name and put there by `keep()`.

    A run that fails leaves the file of the run before as it was.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(path.name + ".part")
        self._stream: TextIO | None = None

    def write(
        self, columns: Sequence[str], delimiter: str, cells: Sequence[Any], extra: Sequence[Text]
    ) -> None:
        if self._stream is None:
            try:
                handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            except OSError as error:
                raise Refused(
                    _("The rejected rows cannot be written to %(file)s (%(why)s).")
                    % {"file": self.path, "why": error.strerror},
                    _("Name a file that can be written with --rejects FILE."),
                ) from error
            self._stream = os.fdopen(handle, "w", encoding="utf-8", newline="")
            csv.writer(self._stream, delimiter=delimiter).writerow([*columns, *EXTRA_COLUMNS])
        width = len(columns)
        row = [*cells[:width], *[""] * (width - len(cells)), *extra, *cells[width:]]
        csv.writer(self._stream, delimiter=delimiter).writerow(row)

    def keep(self) -> bool:
        """True if a file with rows now stands at `path`; without rows a stale one is removed."""
        if self._stream is None:
            self.path.unlink(missing_ok=True)
            return False
        self._stream.close()
        self._part.replace(self.path)
        return True

    def drop(self) -> None:
        """Removes what was begun; nothing is left to remove after `keep()`."""
        if self._stream is not None:
            self._stream.close()
            self._part.unlink(missing_ok=True)


class Report:
    """Counts what became of each row and writes down what was rejected."""

    def __init__(
        self,
        *,
        stderr: TextIO | OutputWrapper,
        rejects: Rejects | None = None,
        labels: Mapping[str, Text] | None = None,
        dry_run: bool = False,
    ) -> None:
        self.columns: Sequence[str] = ()
        self.delimiter = ","
        self.shown: Sequence[str] = ALWAYS_SHOWN  # counters that the summary names even when they are 0
        self.counts: Counter[str] = Counter()
        self.dry_run = dry_run
        self._labels = {**LABELS, **(labels or {})}
        self._stderr = stderr
        self._rejects = rejects
        self._bar: Any = None
        self._started = time.monotonic()

    def count(self, what: str, by: int = 1) -> None:
        """`what` is one of the constants above or a key of the command's `labels`."""
        if what not in self._labels:
            raise KeyError(f"counter {what!r} has no label; known are {', '.join(self._labels)}")
        self.counts[what] += by

    def note(self, text: Text) -> None:
        """Tells the person at the terminal (stderr) something that is no count."""
        if self._bar is not None:
            self._bar.clear()
        self._stderr.write(f"{text}\n")
        if self._bar is not None:
            self._bar.refresh()

    def progress(
        self,
        items: Iterable[Item],
        *,
        total: int | None = None,
        unit: Text = "",
        position: Callable[[], int] | None = None,
    ) -> Iterator[Item]:
        """`items`, with a bar. With `position` the bar counts what it returns, not items: give the byte
        offset in the file and its size as `total`, and no file is read twice to know its length."""
        shown = self._stderr.isatty()
        with tqdm(
            total=total,
            unit="B" if position else f" {unit}",
            unit_scale=position is not None,
            disable=not shown,
            file=sys.stderr,
            leave=False,
            mininterval=0.5,
        ) as self._bar:
            try:
                for item in items:
                    yield item
                    if shown:
                        self._bar.update(position() - self._bar.n if position else 1)
            finally:
                bar, self._bar = self._bar, None
                bar.close()

    def reject(
        self, line: int, *, reason: Text, remedy: Text, row: Mapping[str, Any] | Sequence[Any] = ()
    ) -> None:
        """The row that begins on line `line` of the file (1 is its first line) is not loaded."""
        self.counts[REJECTED] += 1
        if self.counts[REJECTED] <= TOLD_ON_SCREEN:
            told = {"line": line, "reason": reason, "remedy": remedy}
            self.note(_("line %(line)d: %(reason)s %(remedy)s") % told)
        if self._rejects is not None:
            cells = [row.get(name, "") for name in self.columns] if isinstance(row, Mapping) else list(row)
            self._rejects.write(self.columns, self.delimiter, cells, (str(line), str(reason), str(remedy)))

    def refuse(self, problems: Sequence[Problem]) -> None:
        """Tells every problem; raises `Refused` if there is one."""
        for problem in problems:
            self.note(str(problem))
        if problems:
            raise Refused(
                _("Problems found: %(count)d. Nothing was loaded.") % {"count": len(problems)},
                _("Correct the places named above and run the command again."),
            )

    def summary(self, command: str, rejects_file: Path | None) -> str:
        shown = [*self.shown, *(key for key in self._labels if key not in self.shown and self.counts[key])]
        line = f"{command}: " + ", ".join(f"{self.counts[key]} {self._labels[key]}" for key in shown)
        line += _(" (%(seconds).1f s)") % {"seconds": time.monotonic() - self._started}
        if rejects_file is not None:
            line += _("; rejected rows: %(file)s") % {"file": rejects_file}
        if self.dry_run:
            line += _("; dry run, nothing was saved")
        return line


class LoaderCommand(BaseCommand):
    """A command that reads one file (or folder) into the database. See the top of this module."""

    default_file: ClassVar[Path | None] = None
    labels: ClassVar[Mapping[str, Text]] = {}
    writes_rejects: ClassVar[bool] = True

    def add_arguments(self, parser: CommandParser) -> None:
        default = self.default_file
        help_text = (
            _("file to read")
            if default is None
            else _("file to read; default %s") % str(default).replace("%", "%%")
        )
        parser.add_argument(
            "file", nargs=None if default is None else "?", default=default, type=Path, help=help_text
        )
        parser.add_argument("--dry-run", action="store_true", help=_("do everything, save nothing"))
        if self.writes_rejects:
            parser.add_argument(
                "--rejects", type=Path, help=_("where rejected rows go; default: beside the file")
            )
        self.add_options(parser)

    def add_options(self, parser: CommandParser) -> None:
        """Options of the command's own."""

    def needs_database(self, options: Options) -> bool:
        return True

    def load(self, report: Report, file: Path, options: Options) -> None:
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        file, dry_run = Path(options["file"]), bool(options["dry_run"])
        rejects = None
        if self.writes_rejects:
            rejects = Rejects(options["rejects"] or file.with_name(f"{file.stem}.rejected.csv"))
        report = Report(stderr=self.stderr, rejects=rejects, labels=self.labels, dry_run=dry_run)
        try:
            if not file.exists():
                raise Refused(
                    _("%s does not exist.") % file, _("Check the name, and the folder the command is run in.")
                )
            with transaction.atomic() if self.needs_database(options) else nullcontext():
                self.load(report, file, options)
                if dry_run and self.needs_database(options):
                    transaction.set_rollback(True)
        except Refused as refusal:
            raise CommandError(f"{file}: {refusal}") from refusal
        except (OperationalError, ProgrammingError) as error:
            remedy = _("Is the database running, and were manage.py migrate and manage.py grant run?")
            raise CommandError(f"{str(error).strip()}\n{remedy}") from error
        except KeyboardInterrupt as interrupt:
            raise CommandError(_("Interrupted. Nothing was loaded."), returncode=130) from interrupt
        else:
            kept = rejects.path if rejects is not None and rejects.keep() else None
            self.stdout.write(report.summary(type(self).__module__.rpartition(".")[2], kept))
        finally:
            if rejects is not None:
                rejects.drop()
