"""Invented names. All say "Contoh"; a number keeps apart what would be alike."""

import re
from collections import Counter
from random import Random
from typing import Final

from companies.models import LegalForm
from permits.demo.plan import Names

PREFIXES: Final = {LegalForm.PT: "PT ", LegalForm.CV: "CV ", LegalForm.KOPERASI: "Koperasi "}


class Namer:
    """Names of one chunk; slugs are unique in the whole city, names need not be."""

    def __init__(self, names: Names, rng: Random, chunk: int) -> None:
        self._names, self._rng = names, rng
        self._suffix = f"-{chunk}" if chunk else ""
        self._used: Counter[str] = Counter()

    def person(self, title: str = "{}") -> str:
        """`title` says where the name stands: "dr. {}"."""
        return title.replace("{}", self._numbered(f"Contoh {self._rng.choice(self._names.people)}"))

    def business(self, noun: str, family: str, form: LegalForm) -> str:
        words = self._names.words.get(family) or self._names.words["trade"]
        prefix = PREFIXES.get(form, "")
        if noun.startswith(prefix.strip() or "-"):
            prefix = ""
        return self._numbered(f"{prefix}{noun} Contoh {self._rng.choice(words)}")

    def address(self, village: str) -> str:
        return (
            f"Jl. Contoh {self._rng.choice(self._names.streets)} No. {self._rng.randint(1, 180)}, {village}"
        )

    def slug(self, name: str) -> str:
        return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80] + self._suffix

    def _numbered(self, name: str) -> str:
        self._used[name] += 1
        return f"{name} {self._used[name]}"
