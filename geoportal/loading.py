"""What the loaders of TOML fixtures share: typed reading that says where an error is, and an upsert.

`read_entries` and `Entry` never stop at the first error: they note a `Problem` and go on with a harmless
value, so that one run tells everything that is wrong.
"""

import tomllib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from django.db.models import Model, QuerySet, TextChoices
from django.utils.translation import gettext as _

from geoportal.reporting import CHANGED, CREATED, UNCHANGED, Problem, Report

Choice = TypeVar("Choice", bound=TextChoices)
Row = TypeVar("Row", bound=Model)


class Entry:
    """One table of a TOML file, read key by key. Call `finish` last: it names keys nobody asked for."""

    def __init__(self, file: str, name: str, values: dict[str, Any], problems: list[Problem]) -> None:
        self.file, self.name = file, name
        self._values, self._problems = values, problems
        self._asked: set[str] = set()

    def problem(self, key: str, reason: str, remedy: str) -> None:
        self._problems.append(Problem(self.file, f"{self.name}.{key}", reason, remedy))

    def get(self, key: str, required: bool) -> Any:
        self._asked.add(key)
        value = self._values.get(key)
        if required and value in (None, "", []):
            self.problem(key, _("is missing."), _("Add a line “%s = …” to this entry.") % key)
            return None
        return value

    def text(self, key: str, longest: int, *, required: bool = False) -> str:
        value = self.get(key, required)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.problem(key, _("is not a text."), _("Put it in double quotes."))
            return ""
        if len(value) > longest:
            length = {"length": len(value), "longest": longest}
            reason = _("has %(length)d characters, at most %(longest)d are kept.") % length
            self.problem(key, reason, _("Shorten it."))
        return value

    def texts(self, key: str, longest: int) -> list[str]:
        value = self.get(key, required=False)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            self.problem(key, _("is not a list of texts."), _('Write it as ["one", "two"].'))
            return []
        for item in value:
            if len(item) > longest:
                reason = _("“%(item)s…” is longer than %(longest)d characters.")
                self.problem(key, reason % {"item": item[:20], "longest": longest}, _("Shorten it."))
        for item in sorted({item for item in value if value.count(item) > 1}):
            self.problem(key, _("names “%s” twice.") % item, _("Remove one of them."))
        return value

    def number(self, key: str, lowest: int, highest: int) -> int | None:
        value = self.get(key, required=False)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            bounds = {"lowest": lowest, "highest": highest}
            self.problem(
                key,
                _("is not a whole number from %(lowest)d to %(highest)d.") % bounds,
                _("Correct it, or remove the line if it is not known."),
            )
            return None
        return value

    def flag(self, key: str) -> bool:
        value = self.get(key, required=True)
        if value is not None and not isinstance(value, bool):
            self.problem(key, _("is neither true nor false."), _("Write true or false, without quotes."))
        return value is True

    def choice(self, key: str, choices: type[Choice], default: Choice | None = None) -> Choice:
        value = self.get(key, required=default is None)
        fallback = default if default is not None else next(iter(choices))
        if value is None:
            return fallback
        if value not in choices.values:
            allowed = ", ".join(f'"{name}"' for name in choices.values)
            self.problem(key, _("“%s” is not known.") % value, _("Choose one of %s.") % allowed)
            return fallback
        return choices(value)

    def day(self, key: str) -> str:
        """A TOML date, or the text the source gives; as text."""
        value = self.get(key, required=False)
        if isinstance(value, date):
            return value.isoformat()
        return self.text(key, longest=40)

    def finish(self) -> None:
        for key in self._values:
            if key not in self._asked:
                known = ", ".join(sorted(self._asked))
                self.problem(key, _("is no key of such an entry."), _("Known keys: %s.") % known)


def toml_files(path: Path) -> list[Path]:
    """`path` itself, or the TOML files of that folder in the order of their names."""
    return sorted(path.glob("*.toml")) if path.is_dir() else [path]


def read_entries(file: Path, table: str, name_key: str, problems: list[Problem]) -> Iterator[Entry]:
    """The tables `[[table]]` of `file`, each named by its `name_key`."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        problems.append(Problem(file.name, "-", _("is not a text in UTF-8."), _("Save it as UTF-8.")))
        return
    except (tomllib.TOMLDecodeError, OSError) as error:
        remedy = _("Look at the line it names, and at the lines before it.")
        problems.append(Problem(file.name, "-", _("cannot be read: %s.") % error, remedy))
        return
    for key in content:
        if key != table:
            remedy = _("Each entry begins with the line “[[%s]]”.") % table
            problems.append(Problem(file.name, key, _("does not belong here."), remedy))
    if content and table not in content:
        return  # said already
    entries = content.get(table, [])
    if not entries or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        remedy = _("Each entry begins with the line “[[%s]]”.") % table
        problems.append(Problem(file.name, table, _("There is no entry in this file."), remedy))
        return
    for position, values in enumerate(entries, start=1):
        name = values.get(name_key)
        shown = name if isinstance(name, str) and name else _("entry %d") % position
        yield Entry(file.name, shown, values, problems)


def upsert(
    queryset: QuerySet[Row],
    wanted: Sequence[Row],
    *,
    key: Sequence[str],
    fields: Sequence[str],
    report: Report,
) -> list[Row]:
    """Makes rows of `queryset` equal to those of `wanted` with the same `key` (a unique constraint); counts.

    Rows that are alike are not written. Rows of `queryset` that nothing wants are returned, never deleted.
    Two runs at the same time are safe: the second one updates.
    """

    def identity(row: Row) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in key)

    present = {identity(row): row for row in queryset}
    write: list[Row] = []
    for row in wanted:
        before = present.pop(identity(row), None)
        if before is None:
            report.count(CREATED)
            write.append(row)
        elif any(getattr(before, name) != getattr(row, name) for name in fields):
            report.count(CHANGED)
            write.append(row)
        else:
            report.count(UNCHANGED)
    if write:
        queryset.model._default_manager.bulk_create(
            write, update_conflicts=True, unique_fields=key, update_fields=fields, batch_size=1000
        )
    return list(present.values())
