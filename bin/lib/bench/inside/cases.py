"""Applications of invented people, written many at a time; each walks its moves through the log, whose
triggers set its status."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.contrib.gis.geos import Point
from django.utils import timezone

from companies.models import Commodity, Company, LegalForm
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.geography.quality import Quality
from permits import questions
from permits.definitions import QuestionKind, definition_of
from permits.models import (
    Application,
    ApplicationSite,
    Draft,
    DraftKind,
    Event,
    LocationKind,
    TypeVersion,
    VersionState,
)
from permits.models import ApplicationStatus as Status
from permits.workflow import MOVES, Actor

S = Status
_VERIFIED = ("submit", "accept", "verify")
_DRAFTED = (*_VERIFIED, "draft_permit")
_READ = (*_DRAFTED, "submit_draft")
#: How an open case came to where it stands.
WALKED: Final[Mapping[Status, tuple[str, ...]]] = {
    S.SUBMITTED: ("submit",),
    S.RETURNED: ("submit", "return"),
    S.ACCEPTED: ("submit", "accept"),
    S.PROCESSING: _VERIFIED,
    S.INSPECTION: (*_VERIFIED, "order_inspection"),
    S.DRAFTING: _DRAFTED,
    S.REVIEW: _READ,
    S.PAYMENT: (*_READ, "bill"),
    S.SIGNING: (*_READ, "approve"),
    S.ISSUING: (*_READ, "approve", "sign"),
}
_WORDS = ("Batik", "Apotek", "Warung", "Bengkel", "Toko", "Klinik", "Gudang")


def people() -> dict[str, User]:
    """Whoever acts as what, each made when missing."""
    found = {}
    for actor in Actor:
        if actor is Actor.SYSTEM:
            continue
        roles = [Role(actor.value)] if actor is not Actor.APPLICANT else []
        found[actor.value], _made = User.objects.get_or_create(
            username=f"bench-{actor.value}",
            defaults={"first_name": "Contoh", "last_name": str(actor.value), "roles": roles},
        )
    return found


def make(wanted: Mapping[Status, int]) -> list[Application]:
    """`wanted` cases of each status, mixed; sent, free of charge and complete enough for a letter."""
    ends = [status for status, n in wanted.items() for _ in range(n)]
    ends = [ends[n * 7919 % len(ends)] for n in range(len(ends))] if len(ends) % 7919 else ends
    staff = people()
    made = Application.objects.bulk_create(_applications(ends, staff), batch_size=1000)
    ApplicationSite.objects.bulk_create(
        (
            ApplicationSite(
                application=one, address=f"Jalan Contoh No. {n}", point=_point(n), quality=Quality.BUILDING
            )
            for n, one in enumerate(made, 1)
        ),
        batch_size=1000,
    )
    by = staff[Actor.BACK_OFFICE]
    drafted = [one for one, end in zip(made, ends, strict=True) if "draft_permit" in WALKED[end]]
    Draft.objects.bulk_create(
        (Draft(application=one, kind=DraftKind.PERMIT, by=by) for one in drafted), batch_size=1000
    )
    _walk(made, ends, staff)
    return made


def _applications(ends: list[Status], staff: dict[str, User]) -> list[Application]:
    versions = list(
        TypeVersion.objects.filter(
            state=VersionState.ACTIVE, type__location_kind=LocationKind.BUSINESS
        ).select_related("type").order_by("type__code")[:3]
    )  # fmt: skip
    holders = [*Company.objects.order_by("pk")[:2000], None]
    filled = [_answers(version) for version in versions]
    today, now = timezone.localdate(), timezone.now()
    found = []
    for n, end in enumerate(ends):
        version, holder = versions[n % len(versions)], holders[n % len(holders)]
        stopped = end in (S.RETURNED, S.PAYMENT)
        one = Application(
            version=version,
            registration_number=f"{today.year}-{n + 1:06}",
            applicant=staff[Actor.APPLICANT],
            applicant_name="Contoh Pemohon",
            company=holder,
            holder_name=holder.name if holder else f"Contoh {_WORDS[n % len(_WORDS)]} {n + 1}",
            holder_form=LegalForm.PT,
            assigned_to=staff[Actor.BACK_OFFICE] if n % 3 == 0 else None,
            submitted_at=now,
            accepted_on=today,
            promised_on=today + timedelta(days=14),
            due_on=None if stopped else today + timedelta(days=n * 31 % 25 - 10),
        )
        answers, personal = filled[n % len(versions)]
        one.set_answers(answers, personal)
        found.append(one)
    return found


def _answers(version: TypeVersion) -> tuple[dict[str, Any], frozenset[str]]:
    definition = definition_of(version)
    goods = list(Commodity.objects.values_list("slug", flat=True)[:2])
    answers: dict[str, Any] = {}
    for question in definition.questions:
        if question.kind is QuestionKind.TEXT:
            answers[question.key] = f"Contoh isi {question.key}"
        elif question.kind is QuestionKind.COMMODITY:
            answers[question.key] = goods
    return answers, questions.personal_keys(definition)


def _point(n: int) -> Point:
    return Point(109.655 + n * 37 % 400 / 10_000, -6.9 + n * 53 % 300 / 10_000, srid=4326)


def _walk(made: list[Application], ends: list[Status], staff: dict[str, User]) -> None:
    """Move by move: the log takes a move only when the one before it has set the status."""
    standing = [S.DRAFT] * len(made)
    for step in range(max(map(len, WALKED.values()))):
        events = []
        for n, (one, end) in enumerate(zip(made, ends, strict=True)):
            if step >= len(WALKED[end]):
                continue
            move = MOVES[WALKED[end][step]]
            events.append(
                Event(
                    application=one,
                    move=move.name,
                    source=standing[n],
                    target=move.target,
                    role=move.actor,
                    by=staff[move.actor],
                    at=timezone.now(),
                )
            )
            standing[n] = move.target
        Event.objects.bulk_create(events, batch_size=1000)
