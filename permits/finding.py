"""Permit types by everyday words: at most 99 of them, so they are searched in memory."""

import math
import re
from collections.abc import Iterable
from difflib import get_close_matches

from django.utils.text import slugify

from permits.models import PermitType

CLOSE = 0.82  # how alike a word must be to stand for a mistyped one
WORTH = 0.6  # of the best fit: where no type has every word, those below are not shown
#: What people say around the matter itself; it says nothing about which type they mean.
_FILLER = (
    "saya aku kami mau ingin hendak akan untuk buat bikin buka membuka mendirikan dirikan punya ada perlu"
    " butuh izin ijin surat perizinan urus mengurus cara bagaimana apa di ke dari dan yang dengan baru"
    " sebuah usaha pasang memasang jual jualan menjual berjualan tempat i want to open a an the permit of for"
)
FILLER = frozenset(_FILLER.split())
_SPELT = {"praktek": "praktik", "apotik": "apotek"}
_AROUND = re.compile(
    r"^(?:me(?:ng|ny|n|m)?|pe(?:ng|ny|n|m|r)?|ber|ter|di)(?=\w{4})|(?<=\w{4})(?:kan|nya|an)$"
)


def find(query: str, kinds: list[PermitType]) -> list[PermitType]:
    """What fits `query` best comes first: by name, keywords, sector and code, forgiving typing errors.

    Those with every word that any type knows; where none has them all, those with most of them.
    """
    words = _words(query)
    if not words:
        return [] if query else kinds
    words = [word for word in words if word not in FILLER] or words
    texts = [_texts(kind) for kind in kinds]
    owned = [{word for text in own for word in text} for own in texts]
    vocabulary = sorted(set().union(*owned))
    meant = [hits for hits in (_meant(word, vocabulary) for word in words) if hits]
    weights = [math.log(1 + len(kinds) / sum(bool(hits & own) for own in owned)) for hits in meant]
    stems = [_stem(word) for word in words]
    scores = []
    for own, text in zip(owned, texts, strict=True):
        had = [weight for hits, weight in zip(meant, weights, strict=True) if hits & own]
        exact = sum(word in own for word in words) * 0.1
        said = max((len(phrase) for phrase in text if _within([_stem(w) for w in phrase], stems)), default=0)
        scores.append((len(had) == len(meant), sum(had), said + exact))
    best = max((fit for _all, fit, _said in scores), default=0.0)
    whole = any(every for every, fit, _said in scores if fit)
    found = [
        (every, round(fit, 6), said, -n)
        for n, (every, fit, said) in enumerate(scores)
        if fit and (every if whole else fit >= WORTH * best)
    ]
    found.sort(key=lambda one: (one[2] + one[1], one[3]), reverse=True)
    return [kinds[-n] for _every, _fit, _said, n in found]


def _words(text: str) -> list[str]:
    return [_SPELT.get(word, word) for word in slugify(text).split("-") if word]


def _texts(kind: PermitType) -> list[list[str]]:
    return [_words(text) for text in (kind.name, kind.name_en, kind.sector, kind.code, *kind.keywords)]


def _stem(word: str) -> str:
    """Without what Indonesian puts around a word: pembuangan, membuang and buang are one."""
    return _AROUND.sub("", _AROUND.sub("", word, count=1), count=1)


def _meant(word: str, vocabulary: Iterable[str]) -> set[str]:
    """The words of the catalogue that `word` may stand for."""
    stem = _stem(word)
    long = len(word) > 3
    hits = {w for w in vocabulary if w == word or (long and (word in w or _stem(w) == stem))}
    return hits or (set(get_close_matches(word, vocabulary, n=5, cutoff=CLOSE)) if long else set())


def _within(phrase: list[str], words: list[str]) -> bool:
    """Does `phrase` stand in `words`, in its order and without a gap?"""
    n = len(phrase)
    return bool(n) and any(words[at : at + n] == phrase for at in range(len(words) - n + 1))
