"""Permit types by everyday words: at most 99 of them, so they are searched in memory."""

from difflib import get_close_matches

from django.utils.text import slugify

from permits.models import PermitType

CLOSE = 0.78  # how alike a word must be to stand for a mistyped one


def find(query: str, kinds: list[PermitType]) -> list[PermitType]:
    """Those with every word of `query` in name, keywords, sector or code, or one close to it."""
    words = slugify(query).split("-") if slugify(query) else []
    if not words:
        return kinds if not query else []
    haystacks = [_words(kind) for kind in kinds]
    vocabulary = sorted({word for words_of in haystacks for word in words_of})
    found = kinds
    for word in words:
        hits = {w for w in vocabulary if w.startswith(word) or (len(word) > 3 and word in w)}
        if not hits and len(word) > 3:
            hits = set(get_close_matches(word, vocabulary, n=5, cutoff=CLOSE))
        found = [kind for kind in found if hits & _words(kind)]
    return found


def _words(kind: PermitType) -> set[str]:
    text = " ".join([kind.name, kind.name_en, kind.sector, kind.code, *kind.keywords])
    return set(slugify(text).split("-"))
