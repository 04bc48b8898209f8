"""Separation of duties: in the code, and in the database whatever the code says."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from companies.models import Membership
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits import duties, workflow
from permits.models import Application, Event
from permits.models import ApplicationStatus as Status
from permits.workflow import MOVES, Actor, Forbidden
from tests import factories

pytestmark = pytest.mark.django_db
PAIRS = sorted((move, earlier) for move, before in duties.APART.items() for earlier in before)
STAFF = [name for name, one in MOVES.items() if one.actor not in (Actor.APPLICANT, Actor.SYSTEM)]


def written(application: Application, move: str, by: User, role: str = "head") -> None:
    """An event as somebody with the database's password would write it."""
    application.refresh_from_db()
    with transaction.atomic():
        Event.objects.create(
            application=application,
            move=move,
            source=application.status,
            target=application.status,
            role=role,
            by=by,
            at=timezone.now(),
        )


@pytest.mark.parametrize(("move", "earlier"), PAIRS)
def test_who_took_a_step_may_not_take_the_one_that_checks_it(move: str, earlier: str) -> None:
    made, person = factories.at("submitted"), factories.staff(Role.OFFICIAL)
    written(made, earlier, person)
    assert duties.refusal(made, move, person)
    with pytest.raises(IntegrityError, match=r"worked on application|who verified application"):
        written(made, move, person)
    other = factories.staff(Role.OFFICIAL)
    assert duties.refusal(made, move, other) is None
    written(made, move, other)


def test_the_database_knows_the_same_pairs() -> None:
    text = (Path(settings.BASE_DIR) / "permits/sql/duties.sql").read_text().partition("VALUES")[2]
    assert sorted(re.findall(r"\('(\w+)', '(\w+)'\)", text)) == PAIRS
    assert {name for pair in PAIRS for name in pair} <= set(MOVES)


@pytest.mark.parametrize("name", STAFF)
def test_nobody_decides_about_their_own_file(name: str) -> None:
    """Neither as the applicant nor as a member of the company."""
    made = factories.at("submitted")
    owner = made.applicant
    assert owner is not None
    assert duties.refusal(made, name, owner)
    with pytest.raises(IntegrityError, match="would decide about it"):
        written(made, name, owner)
    colleague, company = factories.staff(Role.HEAD), factories.company()
    Application.objects.filter(pk=made.pk).update(company=company)
    Membership.objects.create(company=company, user=colleague)
    made.refresh_from_db()
    assert duties.refusal(made, name, colleague)
    with pytest.raises(IntegrityError, match="would decide about it"):
        written(made, name, colleague)


def test_a_clerk_who_applies_is_told_that_somebody_else_must_work_on_it() -> None:
    made = factories.at("submitted")
    assert made.applicant is not None
    User.objects.filter(pk=made.applicant.pk).update(roles=[Role.FRONT_OFFICE])
    made.applicant.refresh_from_db()
    with pytest.raises(Forbidden, match="permohonan Anda sendiri"):
        workflow.apply(made, "accept", by=made.applicant)
    assert made.status == Status.SUBMITTED
    workflow.apply(made, "withdraw", by=made.applicant)


def test_who_holds_every_role_still_needs_others() -> None:
    """One person may process and draft; approving and signing are two others' work."""
    everybody = factories.staff(*Role)
    made = factories.at("submitted")
    for name in ("accept", "verify", "draft_permit", "submit_draft"):
        workflow.apply(made, name, by=everybody)
    with pytest.raises(Forbidden):
        workflow.apply(made, "approve", by=everybody)
    second = factories.staff(*Role)
    workflow.apply(made, "approve", by=second)
    for person in (everybody, second):
        with pytest.raises(Forbidden):
            workflow.apply(made, "sign", by=person, data={"second_factor": True})
    assert made.status == Status.SIGNING
    workflow.apply(made, "sign", by=factories.staff(Role.HEAD), data={"second_factor": True})
    assert made.status == Status.ISSUING
