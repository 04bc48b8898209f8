"""The written table, as the tests read it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
METHODS = ("get", "post", "put")
_COLUMNS = {*METHODS, "of", "in", "else"}


@dataclass(frozen=True)
class Line:
    route: str
    of: str
    opens: Mapping[str, str | Mapping[str, str]]  # method -> people, or status -> people
    statuses: frozenset[str] | None  # None: all
    nothing: bool  # outside `statuses` there is nothing, rather than a way on


class Table:
    def __init__(self) -> None:
        text = tomllib.loads((HERE / "table.toml").read_text())
        self.groups: dict[str, str] = text.pop("groups")
        statuses: dict[str, str] = text.pop("statuses")
        self.by_status: dict[str, dict[str, str]] = text.pop("by_status")
        self.lines: dict[str, Line] = {}
        for section in text.values():
            for route, row in section.items():
                assert row.keys() <= _COLUMNS, f"{route}: unknown column in {row}"
                assert route not in self.lines, f"{route}: two lines"
                self.lines[route] = self._line(route, row, statuses)

    @staticmethod
    def _line(route: str, row: dict[str, Any], statuses: dict[str, str]) -> Line:
        named = [statuses.get(word, word) for word in row.get("in", "").split()]
        return Line(
            route=route,
            of=row.get("of", ""),
            opens={method: row[method] for method in METHODS if method in row},
            statuses=frozenset(" ".join(named).split()) if "in" in row else None,
            nothing=row.get("else") == "404",
        )

    def people(self, words: str, status: str | None = None) -> frozenset[str]:
        """Groups may stand for groups, and for others in each status; None: in any of them."""
        found: set[str] = set()
        for word in words.split():
            if word in self.by_status:
                rows = self.by_status[word]
                said = " ".join(rows.values()) if status is None else rows.get(status, "")
            else:
                said = self.groups.get(word, "")
            found |= (
                self.people(said, status) if word in self.groups or said else {word} - set(self.by_status)
            )
        return frozenset(found)
