"""A type's questions as texts of a form: named, put together again, and what is wrong with them.

Names in the form are "q-<key>", inside a group "q-<key>.<row>.<key>". What is stored until the application is
sent are the texts as typed; then definitions.clean's values. Both become the same texts again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.formats import number_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

from permits import definitions, places
from permits.definitions import Definition, Question, QuestionKind
from permits.models import Application
from permits.points import read_corners, read_latlon, square_metres

Texts = dict[str, str]
PREFIX = "q-"
ROWS = 10


@dataclass(frozen=True)
class Screen:
    """Questions that are asked together."""

    slug: str
    title: str
    questions: tuple[Question, ...]


def screens(definition: Definition) -> list[Screen]:
    """In the order of the definition; questions of one `step` share a screen."""
    found: dict[str, list[Question]] = {}
    for question in definition.questions:
        found.setdefault(question.step, []).append(question)
    return [
        Screen(slugify(title)[:40] or "isian", title or _("What the office has to know"), tuple(questions))
        for title, questions in found.items()
    ]


def personal_keys(definition: Definition) -> frozenset[str]:
    """What is stored encrypted; a group with one personal question wholly."""
    return frozenset(
        question.key
        for question in definition.questions
        if question.personal or any(one.personal for one in question.questions)
    )


def fields(questions: Sequence[Question], rows: Mapping[str, int]) -> Iterator[tuple[str, str, Question]]:
    """(name, label, question) of every field; `rows`: how many rows each group shows."""
    for question in questions:
        if question.kind is not QuestionKind.GROUP:
            yield PREFIX + question.key, question.label, question
            continue
        for n in range(rows.get(question.key, 1)):
            for one in question.questions:
                yield f"{PREFIX}{question.key}.{n}.{one.key}", f"{question.label} {n + 1}: {one.label}", one


def rows_of(questions: Sequence[Question], texts: Mapping[str, str]) -> dict[str, int]:
    """One row more than is filled in, so that another entry can be written."""
    found = {}
    for question in questions:
        if question.kind is QuestionKind.GROUP:
            head = f"{PREFIX}{question.key}."
            used = {n for n in range(ROWS) if any(v for k, v in texts.items() if k.startswith(f"{head}{n}."))}
            most = int(question.maximum) if question.maximum is not None else ROWS
            found[question.key] = min(most, ROWS, max(used, default=-1) + 2)
    return found


def to_texts(questions: Sequence[Question], answers: Mapping[str, Any]) -> Texts:
    texts: Texts = {}
    for question in questions:
        value = answers.get(question.key)
        if question.kind is not QuestionKind.GROUP:
            texts[PREFIX + question.key] = _text(value)
            continue
        for n, row in enumerate(value if isinstance(value, list) else []):
            for one in question.questions:
                texts[f"{PREFIX}{question.key}.{n}.{one.key}"] = _text(row.get(one.key))
    return texts


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ",".join(map(str, value))
    if isinstance(value, dict):
        return "\n".join(f"{y:.6f}, {x:.6f}" for x, y in _corners(value))
    return str(value)


def _corners(shape: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Of a point or an outline; a closed ring ends where it began, which is not written twice."""
    if shape["type"] == "Point":
        return [shape["coordinates"]]
    ring: list[tuple[float, float]] = shape["coordinates"][0]
    return ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring


def read(question: Question, value: Any) -> str:
    """A clean place in words: coordinates, or the size of what is enclosed. "" for anything else."""
    if not isinstance(value, dict):
        return ""
    if question.kind is QuestionKind.POINT:
        return _text(value)
    corners = _corners(value)
    area = number_format(round(square_metres([*corners, corners[0]])), use_l10n=True, force_grouping=True)
    return _("%(area)s m², %(n)d corners") % {"area": area, "n": len(corners)}


def outside(shape: Mapping[str, Any]) -> bool:
    """Whether a part of a place that was answered lies outside the city: a warning, never a refusal."""
    return not all(places.name(Point(x, y, srid=4326)).inside for x, y in _corners(shape))


def from_texts(questions: Sequence[Question], texts: Mapping[str, str]) -> dict[str, Any]:
    """Answers as they are stored before they are clean; empty ones are left away."""
    answers: dict[str, Any] = {}
    for question in questions:
        if question.kind is not QuestionKind.GROUP:
            value = _value(question, texts.get(PREFIX + question.key, ""))
            if value:
                answers[question.key] = value
            continue
        rows = []
        for n in range(ROWS):
            head = f"{PREFIX}{question.key}.{n}."
            row = {one.key: _value(one, texts.get(head + one.key, "")) for one in question.questions}
            if any(row.values()):
                rows.append({key: value for key, value in row.items() if value})
        if rows:
            answers[question.key] = rows
    return answers


def _value(question: Question, text: str) -> Any:
    """Places become GeoJSON where they can be read; what cannot stays as typed and is complained of."""
    if question.kind is QuestionKind.COMMODITY:
        return [part for part in text.split(",") if part]
    if question.kind is QuestionKind.POINT and (point := read_latlon(text)):
        return {"type": "Point", "coordinates": [point.x, point.y]}
    if question.kind is QuestionKind.POLYGON and (corners := read_corners(text)):
        ring = [list(corner) for corner in corners]
        return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    return text


def problems(definition: Definition, answers: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong or missing, by the name of its field."""
    found = definitions.clean(definition, answers)
    return {PREFIX + key: text for key, text in found.errors.items()}


def shown(definition: Definition, answers: Mapping[str, Any]) -> frozenset[str]:
    """Keys of the questions that are asked, given these answers."""
    values = definitions.clean(definition, answers, complete=False).values
    return frozenset(q.key for q in definition.questions if definitions.is_shown(q.shown_if, values))


def settle(application: Application) -> None:
    """Replaces what was typed by clean values, and prices them. Not saved."""
    definition = definitions.definition_of(application.version)
    values = definitions.clean(definition, application.all_answers).values
    application.set_answers(values, personal_keys(definition))
    if application.fee_settled_at is None:
        application.fee = definitions.fee_of(definition, values)
