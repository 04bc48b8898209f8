"""One search over companies, commodities, villages, permit types and numbers. It forgives typing errors.

What a text means: a village; a commodity or permit type by any of its words; both of them
("batik di medono"); a part of a holder's name or of a permit's number. Near misses are looked for only
when none of these finds anything. Reads public relations only.
"""

import hashlib
import re
import time
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, TextField, Value
from django.urls import reverse

from companies.models import Commodity
from geoportal.geography.models import Zone
from geoportal.templatetags.kit import local
from maps.models import Place, PlaceQuerySet
from permits.models import PermitType

MAX_WORDS = 10
RANKED = 200  # names or numbers at least that are compared
CLOSE = 0.74  # difflib's ratio from which a word is taken for a slip: "bathik" is 0.91 like "batik"
_LEGAL_FORMS = frozenset({"pt", "cv", "ud", "pd", "fa", "tbk"})  # twin of maps_fold() in sql/search.sql
_SMALL = frozenset({"di", "in", "kel", "kelurahan", "dan", "and"})
_VOCABULARY_SECONDS = 30.0


def fold(text: str) -> str:
    """As maps_fold() does: no accents, case, punctuation or legal forms."""
    plain = unicodedata.normalize("NFKD", text.lower())
    words = re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))
    return " ".join(word for word in words if word not in _LEGAL_FORMS)


class Folded(Func):
    function = "maps_fold"
    output_field = TextField()


@dataclass(frozen=True)
class Vocabulary:
    """The short lists, each item with the folded phrases that mean it."""

    commodities: tuple[tuple[Commodity, tuple[str, ...]], ...]
    villages: tuple[tuple[Zone, tuple[str, ...]], ...]
    types: tuple[tuple[PermitType, tuple[str, ...]], ...]

    @cached_property
    def digest(self) -> str:
        """Changes when a word does: what a text means may have changed then."""
        words = [
            (i.pk, phrases) for part in (self.commodities, self.villages, self.types) for i, phrases in part
        ]
        return hashlib.blake2b(repr(words).encode(), digest_size=6).hexdigest()


_known: tuple[float, Vocabulary] | None = None


def forget() -> None:
    """Drops what this process remembers of the short lists."""
    global _known
    _known = None


def vocabulary() -> Vocabulary:
    """Three queries, at most every 30 s a process."""
    global _known
    if _known is None or time.monotonic() - _known[0] > _VOCABULARY_SECONDS:
        types = PermitType.objects.only("id", "code", "name", "name_en", "sector", "keywords")
        _known = (
            time.monotonic(),
            Vocabulary(
                tuple((c, _phrases(c.name, c.name_en, *c.synonyms)) for c in Commodity.objects.all()),
                tuple((z, _phrases(z.name)) for z in Zone.objects.villages().defer("area")),
                tuple((t, _phrases(t.name, t.name_en, *t.keywords)) for t in types),
            ),
        )
    return _known[1]


def _phrases(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(folded for text in texts if (folded := fold(text))))


@dataclass(frozen=True)
class Meaning:
    """What a text was taken for. `words` are left for names and numbers."""

    words: tuple[str, ...]
    commodities: tuple[Commodity, ...] = ()
    types: tuple[PermitType, ...] = ()
    villages: tuple[Zone, ...] = ()  # the text names these and nothing else
    within: tuple[Zone, ...] = ()  # the text names something else in these

    @property
    def is_nothing(self) -> bool:
        return not self.words


def _has_words(phrases: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Some phrase holds every word; the last may be unfinished from three letters on."""
    *whole, last = words
    for phrase in phrases:
        parts = phrase.split()
        if all(word in parts for word in whole) and any(
            part == last or (len(last) > 2 and part.startswith(last)) for part in parts
        ):
            return True
    return False


def understand(q: str) -> Meaning:
    words = tuple(fold(q).split()[:MAX_WORDS])
    if not words:
        return Meaning(())
    known = vocabulary()
    text = " ".join(words)
    villages = tuple(zone for zone, phrases in known.villages if text in phrases)
    if villages:
        return Meaning(words, villages=villages)
    meaning = _things(words, known)
    if meaning.commodities or meaning.types:
        return meaning
    for cut in range(1, len(words)):
        tail = " ".join(words[cut:])
        within = tuple(zone for zone, phrases in known.villages if tail in phrases)
        rest = tuple(word for word in words[:cut] if word not in _SMALL)
        if within and rest:
            things = _things(rest, known)
            return Meaning(rest, things.commodities, things.types, within=within)
    return meaning


def _things(words: tuple[str, ...], known: Vocabulary) -> Meaning:
    return Meaning(
        words,
        tuple(item for item, phrases in known.commodities if _has_words(phrases, words)),
        tuple(item for item, phrases in known.types if _has_words(phrases, words)),
    )


def _nearly(words: tuple[str, ...], items: Any) -> tuple[Any, ...]:
    """The items of which some phrase, or its first words, is a slip of the pen away from `words`."""
    text = " ".join(words)
    phrases = {phrase: item for item, all_phrases in reversed(items) for phrase in all_phrases}
    near = get_close_matches(text, phrases, n=3, cutoff=CLOSE)
    return tuple(dict.fromkeys(phrases[phrase] for phrase in near))


def _corrected(words: tuple[str, ...], known: Vocabulary) -> tuple[Commodity, ...]:
    """The commodities that the nearest known phrase means: "bathik" means all that "batik" does."""
    phrases = {phrase for _item, all_phrases in known.commodities for phrase in all_phrases}
    near = get_close_matches(" ".join(words), phrases, n=1, cutoff=CLOSE)
    return _things(tuple(near[0].split()), known).commodities if near else ()


def nearest_words(q: str, limit: int = 3) -> list[str]:
    """Commodities and villages that `q` may have meant, by name, for a hint."""
    known = vocabulary()
    words = tuple(fold(q).split()[:MAX_WORDS])
    if not words:
        return []
    return [local(item) for item in (*_nearly(words, known.commodities), *_nearly(words, known.villages))][
        :limit
    ]


def _number_like(text: str) -> Func:
    pattern = "%" + re.sub(r"([%_\\])", r"\\\1", text.strip()) + "%"
    return Func(
        F("number"),
        Value(pattern),
        arg_joiner=" ILIKE ",
        template="(%(expressions)s)",
        output_field=BooleanField(),
    )


def _named(words: tuple[str, ...]) -> Q:
    found = Q()
    for word in words:
        found &= Q(folded_name__contains=word)
    return found


def apply(rows: PlaceQuerySet, q: str) -> PlaceQuerySet:
    """The sites among `rows` that `q` means; none where it has no letter or digit. At most one query here."""
    meaning = understand(q)
    if meaning.is_nothing:
        return rows.none()
    rows = rows.alias(folded_name=Folded(F("company_name")))
    if meaning.within:
        rows = rows.filter(village__in=meaning.within)
    wanted = _named(meaning.words)
    if any(c.isdigit() for c in q):
        wanted |= Q(_number_like(q))
    if meaning.villages:
        wanted |= Q(village__in=meaning.villages)
    if meaning.commodities:
        wanted |= Q(commodities__overlap=[item.pk for item in meaning.commodities])
    if meaning.types:
        wanted |= Q(type__in=[item.pk for item in meaning.types])
    certain = meaning.villages or meaning.commodities or meaning.types
    if not certain and not Place.objects.alias(folded_name=Folded(F("company_name"))).filter(wanted).exists():
        known = vocabulary()
        wanted = Q(folded_name__trigram_word_similar=" ".join(meaning.words))
        if near := _corrected(meaning.words, known):
            wanted |= Q(commodities__overlap=[item.pk for item in near])
        elif zones := _nearly(meaning.words, known.villages):
            wanted |= Q(village__in=zones)
    return rows.filter(wanted)


# A few letters are in half of all names: some of those are ranked, not all
_EXACT = """
SELECT id, name, slug, village_id FROM (
    (SELECT id, name, slug, village_id FROM maps_company WHERE maps_fold(name) LIKE %s LIMIT %s)
    UNION (SELECT id, name, slug, village_id FROM maps_company WHERE {contains} LIMIT %s)
) compared
ORDER BY maps_fold(name) LIKE %s DESC, word_similarity(%s, maps_fold(name)) DESC, name, id LIMIT %s
"""
_FUZZY = """
SELECT id, name, slug, village_id FROM maps_company
WHERE %s <%% maps_fold(name)
ORDER BY word_similarity(%s, maps_fold(name)) DESC, similarity(%s, maps_fold(name)) DESC, name, id LIMIT %s
"""


def _companies(words: tuple[str, ...], limit: int) -> list[tuple[int, str, str, str | None]]:
    text = " ".join(words)
    with connection.cursor() as cursor:
        contains = " AND ".join(["maps_fold(name) LIKE %s"] * len(words))
        likes = [f"%{word}%" for word in words]
        start, some = f"{text}%", max(limit, RANKED)
        cursor.execute(_EXACT.format(contains=contains), [start, some, *likes, some, start, text, limit])
        found: list[tuple[int, str, str, str | None]] = cursor.fetchall()
        if not found:
            cursor.execute(_FUZZY, [text, text, text, limit])
            found = cursor.fetchall()
    return found


def company_matches(q: str, *, limit: int = 100) -> list[int]:
    """Ids of PublicCompany, best first: by name, then with a permit about the commodity that `q` means."""
    meaning = understand(q)
    if meaning.is_nothing:
        return []
    certain = bool(meaning.commodities)
    ids = [row[0] for row in _companies(meaning.words, limit)] if not meaning.villages else []
    if len(ids) < limit and (certain or meaning.villages or meaning.within):
        rows = Place.objects.exclude(company_id=None)
        if certain:
            rows = rows.of_commodities(*meaning.commodities)
        if zones := meaning.villages or meaning.within:
            rows = rows.filter(village__in=zones)
        more = rows.order_by("company_name", "company_id").values_list("company_id", flat=True).distinct()
        ids += [pk for pk in more[:limit] if pk is not None]
    return list(dict.fromkeys(ids))[:limit]


@dataclass(frozen=True)
class Suggestion:
    """One line beneath the search box. `url` leads to what it names; `parts` is `label` cut to highlight."""

    kind: str  # company, commodity, village, type, permit
    label: str
    detail: str
    url: str
    parts: tuple[tuple[str, bool], ...]


def _parts(label: str, words: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    cut = re.split(f"({pattern})", label, flags=re.IGNORECASE)
    return tuple((part, bool(n % 2)) for n, part in enumerate(cut) if part)


def suggest(q: str, *, limit: int = 8) -> list[Suggestion]:
    """At most `limit` lines: commodities, villages and types that `q` means, then numbers, then names."""
    words = tuple(fold(q).split()[:MAX_WORDS])
    if not words:
        return []
    known = vocabulary()
    found: list[Suggestion] = []

    def add(kind: str, label: str, detail: str, url: str) -> None:
        found.append(Suggestion(kind, label, detail, url, _parts(label, words)))

    def short(items: Any, most: int) -> tuple[Any, ...]:
        hits = tuple(item for item, phrases in items if _has_words(phrases, words))
        return (hits or _nearly(words, items))[:most]

    on_map = reverse("map")
    for item in short(known.commodities, 3):
        add("commodity", local(item), item.group, f"{on_map}?{urlencode({'komoditas': item.slug})}")
    for zone in short(known.villages, 2):
        add("village", zone.name, zone.postal_code, f"{on_map}?{urlencode({'kelurahan': zone.code})}")
    for kind in (item for item, phrases in known.types if _has_words(phrases, words)):
        if len(found) < 6:
            add("type", local(kind), kind.code, f"{on_map}?{urlencode({'jenis': kind.code})}")
    if any(c.isdigit() for c in q):
        some = Place.objects.permits().filter(_number_like(q)).order_by().values("pk")[:RANKED]
        rows = Place.objects.filter(pk__in=some).order_by("number")
        for place in rows.values("public_id", "number", "company_name")[:3]:
            add(
                "permit",
                place["number"],
                place["company_name"],
                reverse("register", args=[place["public_id"]]),
            )
    room = max(limit - len(found), 2)
    names = {zone.code: zone.name for zone, _phrases in known.villages}
    for _pk, name, slug, village in _companies(words, room):
        add("company", name, names.get(village or "", ""), reverse("company", args=[slug]))
    return found[:limit]
