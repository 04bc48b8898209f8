"""One search over companies, commodities, villages, permit types and numbers. It forgives typing errors.

What a text means: a village; a commodity or permit type by any of its words; both of them
("batik di medono"); a part of a holder's name or of a permit's number. Near misses are looked for only
when none of these finds anything. Reads public relations only.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import BooleanField, F, Func, Q, Value

from companies.models import Commodity
from geoportal.geography.models import Zone
from geoportal.templatetags.kit import local
from maps import names
from maps.known import once
from maps.models import Place, PlaceQuerySet
from permits.models import PermitType

MAX_WORDS = 10
MISSPELT = 500  # holders at most that a misspelt name may mean
CLOSE = 0.74  # difflib's ratio from which a word is taken for a slip: "bathik" is 0.91 like "batik"
_LEGAL_FORMS = frozenset({"pt", "cv", "ud", "pd", "fa", "tbk"})  # twin of maps_fold() in sql/search.sql
_SMALL = frozenset({"di", "in", "kel", "kelurahan", "dan", "and"})
_VOCABULARY_SECONDS = 30.0


def plain(text: str) -> str:
    """As maps_plain() does: no accents, case or punctuation."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return " ".join(re.findall(r"[a-z0-9]+", "".join(c for c in decomposed if not unicodedata.combining(c))))


def fold(text: str) -> str:
    """As maps_fold() does: plain(), without legal forms."""
    return " ".join(word for word in plain(text).split() if word not in _LEGAL_FORMS)


@dataclass(frozen=True)
class Vocabulary:
    """The short lists, each item with the folded phrases that mean it."""

    commodities: tuple[tuple[Commodity, tuple[str, ...]], ...]
    villages: tuple[tuple[Zone, tuple[str, ...]], ...]
    types: tuple[tuple[PermitType, tuple[str, ...]], ...]

    @property
    def lists(self) -> tuple[Any, Any, Any]:
        return self.commodities, self.villages, self.types

    @cached_property
    def digest(self) -> str:
        """Changes when a word does: what a text means may have changed then."""
        words = [(item.pk, phrases) for part in self.lists for item, phrases in part]
        return hashlib.blake2b(repr(words).encode(), digest_size=6).hexdigest()


def words_of(q: str) -> tuple[str, ...]:
    return tuple(fold(q).split()[:MAX_WORDS])


def vocabulary() -> Vocabulary:
    """Three queries, at most every 30 s a process."""
    return once("vocabulary", _vocabulary, _VOCABULARY_SECONDS)


def _vocabulary() -> Vocabulary:
    types = PermitType.objects.only("id", "code", "name", "name_en", "sector", "keywords")
    return Vocabulary(
        tuple((c, _phrases(c.name, c.name_en, *c.synonyms)) for c in Commodity.objects.all()),
        tuple((z, _phrases(z.name)) for z in Zone.objects.villages().defer("area")),
        tuple((t, _phrases(t.name, t.name_en, *t.keywords)) for t in types),
    )


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


def has_words(phrases: tuple[str, ...], words: tuple[str, ...]) -> bool:
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
    words = words_of(q)
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
        tuple(item for item, phrases in known.commodities if has_words(phrases, words)),
        tuple(item for item, phrases in known.types if has_words(phrases, words)),
    )


def nearly(words: tuple[str, ...], items: Any) -> tuple[Any, ...]:
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
    words = words_of(q)
    if not words:
        return []
    return [local(item) for item in (*nearly(words, known.commodities), *nearly(words, known.villages))][
        :limit
    ]


def number_like(text: str) -> Func:
    pattern = "%" + re.sub(r"([%_\\])", r"\\\1", text.strip()) + "%"
    return Func(
        F("number"),
        Value(pattern),
        arg_joiner=" ILIKE ",
        template="(%(expressions)s)",
        output_field=BooleanField(),
    )


def apply(rows: PlaceQuerySet, q: str) -> PlaceQuerySet:
    """The sites among `rows` that `q` means; none where it has no letter or digit. Few small queries here."""
    meaning = understand(q)
    if meaning.is_nothing:
        return rows.none()
    if meaning.within:
        rows = rows.filter(village__in=meaning.within)
    wanted = Q()
    if any(c.isdigit() for c in q):
        wanted |= Q(number_like(q))
    if meaning.villages:
        wanted |= Q(village__in=meaning.villages)
    if meaning.commodities:
        wanted |= Q(commodities__overlap=[item.pk for item in meaning.commodities])
    if meaning.types:
        wanted |= Q(type__in=[item.pk for item in meaning.types])
    certain = meaning.villages or meaning.commodities or meaning.types
    if certain or names.have(meaning.words):
        return rows.filter(wanted | Q(names.HasName(meaning.words)))
    if wanted and Place.objects.filter(wanted).exists():
        return rows.filter(wanted)
    known = vocabulary()
    wanted = Q(company_id__in=[one.id for one in names.by_name(meaning.words, plain(q), limit=MISSPELT)])
    if near := _corrected(meaning.words, known):
        wanted |= Q(commodities__overlap=[item.pk for item in near])
    elif zones := nearly(meaning.words, known.villages):
        wanted |= Q(village__in=zones)
    return rows.filter(wanted)


def company_matches(q: str, *, limit: int = 100, near: Point | None = None) -> list[int]:
    """Ids of PublicCompany, best first: by name, then with a permit about the commodity that `q` means."""
    meaning = understand(q)
    if meaning.is_nothing:
        return []
    certain = bool(meaning.commodities)
    ids: list[int] = []
    if not meaning.villages:
        ids = [one.id for one in names.by_name(meaning.words, plain(q), limit=limit, near=near)]
    if len(ids) < limit and (certain or meaning.villages or meaning.within):
        rows = Place.objects.exclude(company_id=None)
        if certain:
            rows = rows.of_commodities(*meaning.commodities)
        if zones := meaning.villages or meaning.within:
            rows = rows.filter(village__in=zones)
        more = rows.order_by("company_name", "company_id").values_list("company_id", flat=True).distinct()
        ids += [pk for pk in more[:limit] if pk is not None]
    return list(dict.fromkeys(ids))[:limit]
