"""Suspension, revocation and reinstatement of issued permits."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.models import Message
from permits import life
from permits.models import Act, Permit, PermitAct
from permits.refusals import Refused
from permits.status import Status
from tests import factories

pytestmark = pytest.mark.django_db
WHY = {"reason": "Tidak memenuhi syarat uji.", "letter": "503/1/UJI, 24 November 2026"}


def decide(permit: Permit, act: Act, *, by: User, reason: str, letter: str) -> PermitAct:
    """What permits.decisions does once the letter is signed."""
    with transaction.atomic():
        life.check(permit, act)
        document = factories.letter(permit)
        today = timezone.localdate()
        return life.put_in_effect(
            permit, act, reason=reason, letter=letter, document=document, on=today, by=by
        )


@pytest.fixture
def head(db: None) -> User:
    return factories.staff(Role.HEAD)


@pytest.fixture
def permit(db: None) -> Permit:
    factories.village()
    made = factories.permit()
    made.company.memberships.create(user=factories.applicant())
    return made


def shown(client: Client, permit: Permit) -> Any:
    return client.get(f"/api/v1/permits/{permit.public_id}/").json()["properties"]["status"]


def test_each_decision_is_on_the_map_and_in_validation_at_once(
    client: Client, head: User, permit: Permit
) -> None:
    assert shown(client, permit) == Status.IN_FORCE
    decide(permit, Act.SUSPEND, by=head, **WHY)
    assert shown(client, permit) == Status.SUSPENDED
    assert "Dibekukan" in client.get(f"/validasi/{permit.public_id}/").content.decode()
    decide(permit, Act.REINSTATE, by=head, **WHY)
    assert shown(client, permit) == Status.IN_FORCE
    decide(permit, Act.REVOKE, by=head, **WHY)
    assert shown(client, permit) == Status.REVOKED
    assert list(permit.acts.values_list("act", flat=True)) == ["suspend", "reinstate", "revoke"]


def test_the_holder_is_told_once_and_not_the_reason(head: User, permit: Permit) -> None:
    decide(permit, Act.SUSPEND, by=head, **WHY)
    told = Message.objects.get(kind="permit.suspend")
    assert permit.number in told.subject
    assert WHY["letter"] in told.body
    assert WHY["reason"] not in told.body


def test_a_suspended_permit_may_be_revoked_and_comes_back_whole(head: User, permit: Permit) -> None:
    decide(permit, Act.SUSPEND, by=head, **WHY)
    decide(permit, Act.REVOKE, by=head, **WHY)
    assert life.possible(permit) == [Act.REINSTATE]
    decide(permit, Act.REINSTATE, by=head, **WHY)
    assert (permit.suspended_on, permit.revoked_on) == (None, None)


def test_a_suspended_permit_that_ended_meanwhile_stays_ended(head: User, permit: Permit) -> None:
    decide(permit, Act.SUSPEND, by=head, **WHY)
    Permit.objects.filter(pk=permit.pk).update(valid_until=timezone.localdate() - timedelta(days=1))
    with pytest.raises(Refused, match="Habis masa berlaku"):
        decide(permit, Act.REINSTATE, by=head, **WHY)
    assert life.status_of(permit) == Status.EXPIRED


@pytest.mark.parametrize("act", [Act.SUSPEND, Act.REVOKE])
def test_twice_is_refused(act: Act, head: User, permit: Permit) -> None:
    decide(permit, act, by=head, **WHY)
    with pytest.raises(Refused):
        decide(permit, act, by=head, **WHY)
    assert PermitAct.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"valid_until": date(2026, 2, 1)}, Status.EXPIRED),
        ({"revoked_on": date(2026, 2, 1)}, Status.REVOKED),
        ({"registered_only": True}, Status.REGISTERED),
    ],
)
def test_what_cannot_be_decided_about(fields: dict[str, Any], status: Status, head: User) -> None:
    made = factories.permit(**fields)
    assert life.status_of(made) == status
    assert life.possible(made) == []
    for act in Act:
        with pytest.raises(Refused):
            decide(made, act, by=head, **WHY)


def test_a_replaced_permit_stays_replaced(head: User, permit: Permit) -> None:
    old = factories.permit(replaced_by=permit)
    with pytest.raises(Refused):
        decide(old, Act.SUSPEND, by=head, **WHY)


def test_decisions_are_never_rewritten(head: User, permit: Permit) -> None:
    decide(permit, Act.SUSPEND, by=head, **WHY)
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL ROLE sakpore_app")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            cursor.execute("DELETE FROM permits_permitact")
        cursor.execute("RESET ROLE")


def test_a_closure_that_the_holder_asked_for_outlives_a_reinstatement(head: User, permit: Permit) -> None:
    decide(permit, Act.SUSPEND, by=head, **WHY)
    permit.refresh_from_db()
    today = timezone.localdate()
    Permit.objects.filter(pk=permit.pk).update(revoked_on=today)  # while the letter was being signed
    permit.refresh_from_db()
    document = factories.letter(permit)
    life.put_in_effect(permit, Act.REINSTATE, document=document, on=today, by=head, **WHY)
    assert life.status_of(permit) == Status.REVOKED
