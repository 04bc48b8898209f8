"""What an application still lacks before it can be sent."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from permits import questions
from permits.definitions import DocumentRule, clean, definition_of
from permits.models import Application, LocationKind, Purpose

HOLDER, PLACE, DOCUMENTS = "pemegang", "lokasi", "dokumen"  # steps of the form, as in its address


@dataclass(frozen=True)
class Gap:
    step: str
    key: str
    text: str


def missing(application: Application) -> list[Gap]:
    """Everything at once, in the order of the steps; [] when it may be sent."""
    return [*_holder(application), *_answers(application), *_places(application), *_papers(application)]


def _holder(application: Application) -> list[Gap]:
    found = []
    if not application.applicant_name:
        found.append(Gap(HOLDER, "applicant_name", _("the applicant's name")))
    if application.company_id is None and not application.holder_name:
        found.append(Gap(HOLDER, "holder_name", _("the name of the permit's holder")))
    if application.purpose != Purpose.NEW and application.former_id is None:
        found.append(Gap(HOLDER, "former", _("the permit that this is about")))
    return found


def _answers(application: Application) -> list[Gap]:
    """What the type's own questions still want, in the office's words for each."""
    definition = definition_of(application.version)
    wrong = questions.problems(definition, application.all_answers)
    found = []
    for screen in questions.screens(definition):
        rows = questions.rows_of(screen.questions, dict.fromkeys(wrong, "x"))
        labels = {name: label for name, label, _q in questions.fields(screen.questions, rows)}
        labels |= {questions.PREFIX + q.key: q.label for q in screen.questions}
        found += [Gap(screen.slug, n, f"{labels[n]}: {text}") for n, text in wrong.items() if n in labels]
    return found


def _places(application: Application) -> list[Gap]:
    """As the type's kind of location demands. Copy and closure are about a permit that has its place."""
    if application.purpose in (Purpose.COPY, Purpose.CLOSURE):
        return []
    sites = list(application.sites.all())
    if application.version.type.location_kind == LocationKind.PARCEL:
        if any(site.area or site.point for site in sites):
            return []
        return [Gap(PLACE, "area", _("the outline of the parcel, or a point in it"))]
    if any(site.point for site in sites):
        return []
    return [Gap(PLACE, "point", _("the place on the map"))]


def rules(application: Application) -> list[DocumentRule]:
    """The documents that the answers so far and the purpose ask for."""
    definition = definition_of(application.version)
    values = clean(definition, application.all_answers, complete=False).values
    return definition.documents_for(application.purpose, values)


def _papers(application: Application) -> list[Gap]:
    given = set(application.documents.values_list("key", flat=True))
    return [Gap(DOCUMENTS, r.key, r.label) for r in rules(application) if r.required and r.key not in given]
