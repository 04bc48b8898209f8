"""What a section found, kept as one JSON file each, so that sections can be measured again one at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from base import LOCAL

FOLDER = LOCAL / "bench"


@dataclass
class Table:
    title: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)

    def add(self, *cells: object) -> None:
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells in a table of {len(self.columns)} columns: {cells}")
        self.rows.append([str(cell) for cell in cells])


@dataclass
class Curve:
    """One line of a picture: y over x, both on logarithmic axes."""

    name: str
    points: list[tuple[float, float]]


@dataclass
class Picture:
    name: str  # docs/pictures/bench-<name>.svg
    title: str
    unit: str
    curves: list[Curve]


@dataclass
class Result:
    """`checks` were all true before anything was timed. `notes` say what a figure alone would not."""

    name: str
    title: str
    when: str = ""
    machine: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    failed: str = ""  # why it could not be measured
    checks: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)

    def table(self, title: str, *columns: str) -> Table:
        made = Table(title, list(columns))
        self.tables.append(made)
        return made

    def note(self, text: str) -> None:
        """Lines are joined, so that a note can be written over several."""
        self.notes.append(" ".join(text.split()))

    def checked(self, text: str) -> None:
        self.checks.append(" ".join(text.split()))


def save(result: Result, folder: Path = FOLDER) -> None:
    """Whole or not at all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f"{result.name}.json.new"
    draft.write_text(json.dumps(asdict(result), indent=1))
    draft.replace(folder / f"{result.name}.json")


def load(names: Sequence[str], folder: Path = FOLDER) -> list[Result]:
    """The sections among `names` that were ever measured, in this order."""
    paths = [folder / f"{name}.json" for name in names]
    return [_read(json.loads(path.read_text())) for path in paths if path.exists()]


def _read(raw: dict[str, Any]) -> Result:
    tables = [Table(**table) for table in raw.pop("tables")]
    pictures = [
        Picture(
            **{key: value for key, value in picture.items() if key != "curves"},
            curves=[Curve(c["name"], [(x, y) for x, y in c["points"]]) for c in picture["curves"]],
        )
        for picture in raw.pop("pictures")
    ]
    return Result(**raw, tables=tables, pictures=pictures)
