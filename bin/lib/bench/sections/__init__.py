"""What is measured. A section is a function that fills its Result; it may raise, and the others go on."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from bench import cities
from bench.cities import City
from bench.options import QUICK_SIZE, REAL_SIZE, SECTIONS, Options
from bench.results import Result


@dataclass(frozen=True)
class Bench:
    """What every section needs: the options and where the databases are."""

    options: Options
    env: dict[str, str]

    def city(self, size: int) -> City:
        return cities.ensure(self.env, QUICK_SIZE if self.options.quick else size)

    def real(self) -> City:
        """As many permits as the office has."""
        return self.city(REAL_SIZE)

    def large(self) -> City:
        return self.city(self.options.size)

    def sizes(self) -> list[int]:
        """The office's size and the large one; one of them when they are the same."""
        return [QUICK_SIZE] if self.options.quick else sorted({REAL_SIZE, self.options.size})

    @property
    def seconds(self) -> float:
        """Of one round of requests over HTTP."""
        return 0.5 if self.options.quick else 4.0


class Skipped(Exception):
    """This machine cannot measure it; says why."""


def of(name: str) -> tuple[str, Callable[[Bench, Result], None]]:
    """Title and function of a section; its module is only loaded when it is wanted."""
    title = next(text for known, text, _ in SECTIONS if known == name)
    module = importlib.import_module(
        f"bench.sections.{name}" if name != "import" else "bench.sections.imports"
    )
    run: Callable[[Bench, Result], None] = module.run
    return title, run
