"""The definition of a permit type, from its catalogue entry and the parts in fixtures/definitions.toml."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from permits.definitions import Definition, DefinitionError
from permits.models import Channel, Need, PermitType, Purpose, Stage

_OWN = ("questions", "rules", "letter", "procedure", "fee", "number_template", "inspection")
_RENEWED = [Purpose.RENEWAL.value, Purpose.CHANGE.value]


def can_be_applied_for(kind: PermitType) -> bool:
    """Here: online, or at the counter by the front office."""
    return kind.stage == Stage.ACTIVE and kind.channel != Channel.OSS


def read_defaults(path: Path) -> dict[str, Any]:
    """Raises OSError or ValueError (with the place) for a file that cannot be read."""
    return tomllib.loads(path.read_text(encoding="utf-8-sig"))


def derive(kind: PermitType, own: Any, defaults: Mapping[str, Any]) -> Definition:
    """`own`: the entry's `definition` table. Its questions come after the default ones, its `rules` refine
    documents of the catalogue by their label, the rest replaces. Raises DefinitionError.
    """
    problems = []
    if not isinstance(own, Mapping):
        raise DefinitionError([_("is not a table of keys and values.")])
    unknown = [str(key) for key in own if key not in _OWN]
    if unknown:
        known = ", ".join(_OWN)
        problems += [f"{key}: " + _("is not known here; known are %s.") % known for key in unknown]
    data: dict[str, Any] = {
        "questions": [],
        "documents": [],
        "service_days": kind.service_days,
        "validity_months": kind.validity_months,
        "needs_inspection": kind.needs_inspection == Need.YES,
    }
    for part in defaults.get("part", []):
        if all(getattr(kind, name) in part.get(name, (getattr(kind, name),)) for name in _FILTERS):
            data["questions"] += part.get("questions", [])
            data["documents"] += part.get("documents", [])
            data |= {key: part[key] for key in ("letter", "procedure", "inspection") if key in part}
    rules = {rule.get("label"): rule for rule in own.get("rules", []) if isinstance(rule, Mapping)}
    labels = {*kind.documents, *kind.renewal_documents}
    problems += [
        "rules: " + _("“%s” is no document of this entry.") % name for name in rules if name not in labels
    ]
    data["documents"] = [*_documents(kind, rules, defaults), *data["documents"]]
    if isinstance(own.get("questions"), list):
        data["questions"] = [*data["questions"], *own["questions"]]
    data |= {key: own[key] for key in _OWN[2:] if key in own}
    try:
        definition = Definition.parse({key: value for key, value in data.items() if value is not None})
    except DefinitionError as error:
        problems += error.problems
    if problems:
        raise DefinitionError(problems)
    return definition


_FILTERS = ("applicant", "location_kind")


def _documents(
    kind: PermitType, rules: Mapping[Any, Mapping[str, Any]], defaults: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """For a new permit, for a renewal or for both. A change wants what a renewal does."""
    optional = re.compile(
        r"\([^)]*\b(" + "|".join(map(re.escape, defaults.get("optional_words", ["—"]))) + ")"
    )
    renewal = kind.renewal_documents or kind.documents
    taken: set[str] = set()
    found = []
    for label in dict.fromkeys([*kind.documents, *renewal]):
        purposes = [Purpose.NEW.value] * (label in kind.documents) + _RENEWED * (label in renewal)
        rule: dict[str, Any] = {
            "key": _key(label, taken),
            "label": label,
            "required": not optional.search(label),
            "purposes": purposes,
        }
        for begins, months in defaults.get("keeps_months", {}).items():
            if label.startswith(begins):
                rule["keeps_months"] = months
        rule |= rules.get(label, {})
        taken.add(rule["key"])
        found.append(rule)
    return found


def _key(label: str, taken: set[str]) -> str:
    base = (
        slugify(label.partition("(")[0]).replace("-", "_").lstrip("0123456789_")[:36].rstrip("_") or "dokumen"
    )
    key, n = base, 2
    while key in taken:
        key, n = f"{base}_{n}", n + 1
    return key
