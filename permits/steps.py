"""The form of an application, one matter a screen.

Every step is a flat set of texts, so that any of them can be saved as it is typed, and two tabs can be told
apart field by field.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from companies.models import Company, LegalForm
from geoportal.accounts.models import User
from geoportal.geography.quality import Quality
from permits import applications, questions
from permits.completeness import HOLDER, PLACE
from permits.definitions import Definition, QuestionKind, definition_of
from permits.documents import ANSWER
from permits.models import Application, Concerns, LocationKind, Purpose
from permits.points import latlon, outline, read_latlon, read_outline

Texts = dict[str, str]
MOST_PLACES = 10


class Step:
    slug: str
    title: str | Promise
    concerns: Concerns  # what a request to correct one of its fields is about

    def texts(self, application: Application) -> Texts:
        """What is stored, by field name, as the form would send it."""
        raise NotImplementedError

    def write(self, row: Application, texts: Texts, by: User) -> tuple[str, ...]:
        """Puts texts into the row, dropping what it cannot hold; returns the columns to save."""
        raise NotImplementedError


@dataclass(frozen=True)
class Saved:
    """`stored` is what the database holds now; `conflicts` what another tab or person wrote meanwhile."""

    stored: Texts
    conflicts: Texts


def save(
    application: Application,
    step: Step,
    texts: Mapping[str, str],
    base: Mapping[str, str] | None,
    *,
    by: User,
) -> Saved:
    """Stores those of `texts` that differ from `base`, what this tab had been shown.

    A field that somebody else changed since is left as they wrote it and named in `conflicts`; without `base`
    nothing counts as changed.
    """
    with transaction.atomic():
        row = applications.opened(application, by)
        stored = step.texts(row)
        base = stored if base is None else base
        conflicts, wanted = {}, dict(stored)
        for name in texts:
            if name not in stored and name not in base and not texts[name]:
                continue
            now, seen = stored.get(name, ""), base.get(name, "")
            if texts[name] == seen or texts[name] == now:
                continue
            if now == seen:
                wanted[name] = texts[name]
            else:
                conflicts[name] = now
        if wanted != stored:
            applications.written(row, *step.write(row, wanted, by))
        stored = step.texts(row)
    application.refresh_from_db()
    return Saved(stored, conflicts)


_TEXT_FIELDS = (
    "applicant_name",
    "applicant_phone",
    "applicant_email",
    "holder_name",
    "holder_form",
    "holder_nib",
)
_TICKS = ("consent_location", "consent_contact")


class HolderStep(Step):
    """Who asks, and who will hold the permit."""

    slug, title, concerns = HOLDER, _("Applicant and holder"), Concerns.HOLDER

    def texts(self, application: Application) -> Texts:
        texts = {name: str(getattr(application, name)) for name in _TEXT_FIELDS}
        texts |= {name: "on" if getattr(application, name) else "" for name in _TICKS}
        texts["company"] = str(application.company_id or "")
        return texts

    def write(self, row: Application, texts: Texts, by: User) -> tuple[str, ...]:
        for name in _TEXT_FIELDS:
            setattr(row, name, texts[name].strip()[:200])
        row.holder_nib = row.holder_nib[:13]
        if row.holder_form not in LegalForm:
            row.holder_form = ""
        for name in _TICKS:
            setattr(row, name, bool(texts[name]))
        if row.former_id is None:
            wanted = texts["company"]
            row.company = companies_of(by).filter(pk=int(wanted)).first() if _is_key(wanted) else None
        return (*_TEXT_FIELDS, *_TICKS, "company")


def _is_key(text: str) -> bool:
    """Not every text of digits can be one: Python refuses to read the longest."""
    return text.isdecimal() and len(text) < 19


def companies_of(user: User) -> "models.QuerySet[Company]":
    return Company.objects.filter(memberships__user=user).order_by("name")


class QuestionStep(Step):
    """One screen of the type's own questions."""

    concerns = Concerns.QUESTION

    def __init__(self, definition: Definition, screen: questions.Screen) -> None:
        self.definition, self.screen = definition, screen
        self.slug, self.title = screen.slug, screen.title

    def texts(self, application: Application) -> Texts:
        return questions.to_texts(self.screen.questions, application.all_answers)

    def write(self, row: Application, texts: Texts, by: User) -> tuple[str, ...]:
        mine = {question.key for question in self.screen.questions}
        others = {key: value for key, value in row.all_answers.items() if key not in mine}
        answers = others | questions.from_texts(self.screen.questions, self._own_files(row, texts))
        row.set_answers(answers, questions.personal_keys(self.definition))
        return ("answers", "personal")

    def _own_files(self, row: Application, texts: Texts) -> Texts:
        """Without ids of files that were not sent for this application."""
        rows = dict.fromkeys((q.key for q in self.screen.questions), questions.ROWS)
        names = [
            n for n, _l, q in questions.fields(self.screen.questions, rows) if q.kind is QuestionKind.FILE
        ]
        if not any(texts.get(name) for name in names):
            return texts
        sent = row.documents.filter(key=ANSWER).values_list("upload__public_id", flat=True)
        known = set(sent)
        return texts | {name: "" for name in names if texts.get(name, "") not in known}


class PlaceStep(Step):
    """Where. One place, several for signboards, an outline for a parcel."""

    slug, title, concerns = PLACE, _("Where it is"), Concerns.LOCATION

    def texts(self, application: Application) -> Texts:
        texts = {}
        for n, site in enumerate(application.sites.all(), 1):
            texts[f"address_{n}"] = site.address
            texts[f"point_{n}"] = latlon(site.point) if site.point and not site.area else ""
            texts[f"area_{n}"] = outline(site.area) if site.area else ""
        return texts

    def write(self, row: Application, texts: Texts, by: User) -> tuple[str, ...]:
        places = []
        for n in range(1, MOST_PLACES + 1):
            area = read_outline(texts.get(f"area_{n}", ""))
            point = read_latlon(texts.get(f"point_{n}", ""))
            address = texts.get(f"address_{n}", "").strip()[:300]
            if point or area or address:
                places.append(applications.Place(address, point, area, Quality.BUILDING))
        applications.replace_places(row, places)
        return ()


def steps(application: Application) -> list[Step]:
    """In the order of the form. A copy or a closure is about a permit that has its place."""
    found: list[Step] = [HolderStep()]
    definition = definition_of(application.version)
    found += [QuestionStep(definition, screen) for screen in questions.screens(definition)]
    if application.purpose not in (Purpose.COPY, Purpose.CLOSURE):
        found.append(PlaceStep())
    return found


def place_rows(application: Application, filled: Iterable[str] = ()) -> int:
    """How many places the form offers: one more than there are, where there may be several."""
    if application.version.type.location_kind != LocationKind.SIGNBOARD:
        return 1
    ends = (name.rsplit("_", 1)[1] for name in filled)
    used = [int(end) for end in ends if _is_key(end)]
    stored = application.sites.count() if application.pk else 0  # a preview is stored nowhere
    return min(MOST_PLACES, max([*used, stored], default=0) + 1)
