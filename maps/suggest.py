"""What is suggested while somebody types: companies, commodities, villages, permit types, numbers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.gis.geos import Point
from django.urls import reverse

from geoportal.templatetags.kit import local
from maps import names
from maps.models import Place
from maps.search import Vocabulary, fold, has_words, nearly, number_like, plain, vocabulary, words_of

RANKED = 200  # numbers at least that are compared
SAME_NAMES = 3  # holders at most that stand before everything else
MOST_LISTED = 6  # commodities, villages and types at most


@dataclass(frozen=True)
class Suggestion:
    """One line beneath the search box. `url` leads to what it names; `parts` is `label` cut to highlight."""

    kind: str  # company, commodity, village, type, permit
    label: str
    detail: str
    url: str
    parts: tuple[tuple[str, bool], ...]


def _parts(label: str, words: Iterable[str]) -> tuple[tuple[str, bool], ...]:
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    cut = re.split(f"({pattern})", label, flags=re.IGNORECASE)
    return tuple((part, bool(n % 2)) for n, part in enumerate(cut) if part)


def suggest(q: str, *, limit: int = 8, near: Point | None = None) -> list[Suggestion]:
    """At most `limit` lines, best first: what `q` says exactly, be it a word of the lists or a name; then
    commodities, villages, types and numbers that it may mean; then other names."""
    words = words_of(q)
    if not words:
        return []
    known = vocabulary()
    numbers = _numbers(q) if any(c.isdigit() for c in q) else []
    villages = {zone.code: zone.name for zone, _phrases in known.villages}
    same: list[Suggestion] = []
    others: list[Suggestion] = []
    for one in names.by_name(words, plain(q), limit=limit, near=near):
        line = Suggestion(
            "company", one.name, villages.get(one.village or "", ""), reverse("company", args=[one.slug]),
            _parts(one.name, one.why),
        )  # fmt: skip
        (same if one.is_same else others).append(line)
    listed = _listed(words, known, near_misses=not same)
    if not any(" ".join(words) in phrases for part in known.lists for _item, phrases in part):
        listed, same = [*same[:SAME_NAMES], *listed], same[SAME_NAMES:]
    room = max(limit - len(listed) - len(numbers), 2)
    holders = [*same, *others][:room]
    return [*[*listed, *numbers][: limit - len(holders)], *holders]


def _listed(words: tuple[str, ...], known: Vocabulary, *, near_misses: bool) -> list[Suggestion]:
    """Commodities, villages and permit types. What is found by another word than its name says which."""
    on_map = reverse("map")

    def hits(items: Any, most: int) -> list[tuple[Any, str]]:
        found = [
            (item, next(phrase for phrase in phrases if has_words((phrase,), words)))
            for item, phrases in items
            if has_words(phrases, words)
        ]
        return found[:most]

    def near(items: Any, most: int) -> list[tuple[Any, str]]:
        found = hits(items, most)
        return found or [(item, "") for item in nearly(words, items)[:most]] if near_misses else found

    def line(kind: str, label: str, detail: str, phrase: str, **query: str) -> Suggestion:
        why = phrase if phrase and fold(label) != phrase and not has_words((fold(label),), words) else detail
        return Suggestion(kind, label, why, f"{on_map}?{urlencode(query)}", _parts(label, words))

    found = [
        line("commodity", local(item), item.group, phrase, komoditas=item.slug)
        for item, phrase in near(known.commodities, 3)
    ]
    found += [
        line("village", zone.name, zone.postal_code, phrase, kelurahan=zone.code)
        for zone, phrase in near(known.villages, 2)
    ]
    found += [
        line("type", local(kind), kind.code, phrase, jenis=kind.code)
        for kind, phrase in hits(known.types, MOST_LISTED - len(found))
    ]
    return found


def _numbers(q: str) -> list[Suggestion]:
    some = Place.objects.permits().filter(number_like(q)).order_by().values("pk")[:RANKED]
    rows = Place.objects.filter(pk__in=some).order_by("number").values("public_id", "number", "company_name")
    return [
        Suggestion(
            "permit",
            row["number"],
            row["company_name"],
            reverse("register", args=[row["public_id"]]),
            _parts(row["number"], plain(q).split()),
        )
        for row in rows[:3]
    ]
