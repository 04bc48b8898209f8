"""/layanan/bantu/: "Izin apa yang saya perlukan?", a few questions answered from data of the types."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from geoportal.caching import public_cache
from maps.pages.validate import OSS_URL
from permits.models import Applicant, Channel, LocationKind, PermitType, Stage

FEW = 4  # so many types need no further question
_WHO: Mapping[str, Promise] = {
    Applicant.PERSON: gettext_lazy("For myself, as a person"),
    Applicant.COMPANY: gettext_lazy("For a company, a foundation or another body"),
}
_WHAT: Mapping[str, Promise] = {
    LocationKind.BUSINESS: gettext_lazy("Run a business, a school or another place"),
    LocationKind.PRACTICE: gettext_lazy("Practise or work in health care"),
    LocationKind.SIGNBOARD: gettext_lazy("Put up a sign, a banner or a billboard"),
    LocationKind.PARCEL: gettext_lazy("Build on land, or use it for something else"),
    LocationKind.OFFICE: gettext_lazy("Something on the road or without a place of its own"),
}
OTHER = "lain"


@dataclass(frozen=True)
class Question:
    """`values`: the answers under which a type fits. `label`: how an answer is said."""

    name: str
    text: Promise
    values: Callable[[PermitType], tuple[str, ...]]
    label: Callable[[str, list[PermitType]], str]


def _general(kind: PermitType) -> bool:
    """Stands for every business that has no type of its own: only registered nationally."""
    return kind.official and kind.channel == Channel.OSS


def _applicants(kind: PermitType) -> tuple[str, ...]:
    return tuple(_WHO) if kind.applicant == Applicant.BOTH else (kind.applicant,)


def _sector(kind: PermitType) -> tuple[str, ...]:
    return (OTHER,) if _general(kind) else (slugify(kind.sector),)


def _sector_label(value: str, kinds: list[PermitType]) -> str:
    if value == OTHER:
        return _("Another business: shop, food stall, workshop, craft, services")
    return next(kind.sector for kind in kinds if value in _sector(kind))


QUESTIONS = (
    Question(
        "kegiatan",
        gettext_lazy("What would you like to do?"),
        lambda kind: (kind.location_kind,),
        lambda value, _kinds: str(_WHAT[value]),
    ),
    Question("untuk", gettext_lazy("Whom is it for?"), _applicants, lambda value, _kinds: str(_WHO[value])),
    Question("bidang", gettext_lazy("What is it about?"), _sector, _sector_label),
)


@dataclass(frozen=True)
class Answered:
    text: Promise
    label: str
    back: str  # the query string that asks this again


@login_not_required
@require_safe
@public_cache
def which(request: HttpRequest) -> HttpResponse:
    kinds = list(PermitType.objects.filter(stage=Stage.ACTIVE).order_by("-official", "name"))
    given: dict[str, str] = {}
    answered: list[Answered] = []
    asked: Question | None = None
    options: list[tuple[str, str]] = []
    for question in QUESTIONS:
        values = list(dict.fromkeys(value for kind in kinds for value in question.values(kind)))
        labels = [(value, question.label(value, kinds)) for value in values]
        answer = request.GET.get(question.name, "")
        if answer in values:
            back = QueryDict(mutable=True)
            back.update(given)
            answered.append(Answered(question.text, dict(labels)[answer], back.urlencode()))
            given[question.name] = answer
            kinds = [kind for kind in kinds if answer in question.values(kind)]
        elif len(values) > 1 and len(kinds) > FEW:
            asked, options = question, sorted(labels, key=lambda pair: (pair[0] == OTHER, pair[1]))
            break
    national = [kind for kind in kinds if kind.channel == Channel.OSS]
    context = {
        "asked": asked,
        "options": options,
        "given": given,
        "answered": answered,
        "kinds": [kind for kind in kinds if kind.channel != Channel.OSS],
        "nib": bool(national),
        "national": [kind for kind in national if not _general(kind)],
        "oss_url": OSS_URL,
        "trail": [
            (_("Home"), "/"), (_("Permit types"), reverse("services")), (_("Which permit do I need?"), ""),
        ],
    }  # fmt: skip
    return render(request, "maps/which.html", context)
