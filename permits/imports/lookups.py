"""Permit types and commodities by the words that files use for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from companies.models import Commodity
from permits.imports.values import word_key
from permits.models import Applicant, LocationKind, PermitType


@dataclass(frozen=True, slots=True)
class TypeFacts:
    id: int
    of_practitioners: bool


def types_by_word() -> dict[str, TypeFacts]:
    """By code, and by the `word_key` of code and of name."""
    found: dict[str, TypeFacts] = {}
    for kind in PermitType.objects.order_by("-official", "code"):
        practice = kind.location_kind == LocationKind.PRACTICE and kind.applicant == Applicant.PERSON
        for word in (kind.code, word_key(kind.code), word_key(kind.name)):
            found.setdefault(word, TypeFacts(kind.pk, practice))
    return found


def commodities_by_word() -> dict[str, int]:
    """Ids by the `word_key` of name, slug and synonym; a name wins over another's synonym."""
    rows: Sequence[Commodity] = list(Commodity.objects.all())
    found: dict[str, int] = {}
    for row in rows:
        for word in (row.name, row.slug, row.name_en):
            found.setdefault(word_key(word), row.pk)
    for row in rows:
        for word in row.synonyms:
            found.setdefault(word_key(word), row.pk)
    found.pop("", None)
    return found
