"""What the demo city is made of: fixtures/demo/*.toml, and how many of what for any size."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from companies.models import LegalForm, Source
from geoportal.reporting import fixture
from permits.models import Purpose

REAL_SIZE: Final = 4_204
CHUNK: Final = 10_000  # permits invented and written at a time
PURPOSES: Final = (Purpose.NEW, Purpose.RENEWAL, Purpose.CHANGE)  # renewals find what they replace


@dataclass(frozen=True, slots=True)
class Kind:
    """A [[kind]] of mix.toml; the keys are explained there."""

    source: Source
    counts: Mapping[Purpose, int]
    type: str = ""  # "": registered in OSS only
    title: Sequence[str] = ()
    family: str = ""
    noun: str = ""
    forms: Sequence[str] = ()
    offers: Sequence[str] = ()
    declares: Sequence[str] = ()
    months: int = 0
    reuse: float = 0.0
    at: Mapping[str, int] = field(default_factory=dict)
    hosts: str = ""
    signs: int = 0
    place: str = "town"


@dataclass(frozen=True, slots=True)
class Names:
    streets: Sequence[str]
    people: Sequence[str]
    words: Mapping[str, Sequence[str]]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(fixture(f"demo/{name}.toml")).read_text(encoding="utf-8"))


def read_kinds() -> list[Kind]:
    return [_kind(entry) for entry in _read("mix")["kind"]]


def _kind(entry: dict[str, Any]) -> Kind:
    counts = {purpose: int(entry.pop(purpose.value, 0)) for purpose in PURPOSES}
    unknown = set(entry.get("forms", ())) - set(LegalForm.values) - {"person"}
    if unknown:
        raise ValueError(f"fixtures/demo/mix.toml: no legal form {', '.join(sorted(unknown))}")
    return Kind(source=Source(entry.pop("source")), counts=counts, **entry)


def read_names() -> Names:
    return Names(**_read("names"))


def read_city() -> dict[str, list[dict[str, Any]]]:
    return _read("city")


@dataclass(frozen=True, slots=True)
class Lot:
    """So many permits of a kind for a purpose, in the whole city."""

    kind: Kind
    purpose: Purpose
    count: int

    def in_chunk(self, chunk: int, chunks: int) -> int:
        return self.count * (chunk + 1) // chunks - self.count * chunk // chunks


def share_out(kinds: Sequence[Kind], total: int) -> list[Lot]:
    """`total` permits in the proportions of `kinds`, exactly (largest remainders)."""
    lots = [(kind, purpose, kind.counts[purpose]) for kind in kinds for purpose in PURPOSES]
    whole = sum(count for _, _, count in lots)
    floors = [count * total // whole for _, _, count in lots]
    remainders = sorted(range(len(lots)), key=lambda i: (-(lots[i][2] * total % whole), i))
    for i in remainders[: total - sum(floors)]:
        floors[i] += 1
    return [Lot(kind, purpose, n) for (kind, purpose, _), n in zip(lots, floors, strict=True) if n]


def chunks_of(total: int) -> int:
    """The real size is one chunk, so that it is written in one transaction."""
    return -(-total // CHUNK)
