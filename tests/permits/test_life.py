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
from permits.workflow import Forbidden
from tests import factories

pytestmark = pytest.mark.django_db
WHY = {"reason": "Tidak memenuhi syarat uji.", "letter": "503/1/UJI, 24 November 2026"}


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
    life.decide(permit, Act.SUSPEND, by=head, **WHY)
    assert shown(client, permit) == Status.SUSPENDED
    assert "Dibekukan" in client.get(f"/validasi/{permit.public_id}/").content.decode()
    life.decide(permit, Act.REINSTATE, by=head, **WHY)
    assert shown(client, permit) == Status.IN_FORCE
    life.decide(permit, Act.REVOKE, by=head, **WHY)
    assert shown(client, permit) == Status.REVOKED
    assert list(permit.acts.values_list("act", flat=True)) == ["suspend", "reinstate", "revoke"]


def test_the_holder_is_told_once_and_not_the_reason(head: User, permit: Permit) -> None:
    life.decide(permit, Act.SUSPEND, by=head, **WHY)
    told = Message.objects.get(kind="permit.suspend")
    assert permit.number in told.subject
    assert WHY["letter"] in told.body
    assert WHY["reason"] not in told.body


def test_a_suspended_permit_may_be_revoked_and_comes_back_whole(head: User, permit: Permit) -> None:
    life.decide(permit, Act.SUSPEND, by=head, **WHY)
    life.decide(permit, Act.REVOKE, by=head, **WHY)
    assert life.possible(permit) == [Act.REINSTATE]
    life.decide(permit, Act.REINSTATE, by=head, **WHY)
    assert (permit.suspended_on, permit.revoked_on) == (None, None)


def test_a_suspended_permit_that_ended_meanwhile_stays_ended(head: User, permit: Permit) -> None:
    life.decide(permit, Act.SUSPEND, by=head, **WHY)
    Permit.objects.filter(pk=permit.pk).update(valid_until=timezone.localdate() - timedelta(days=1))
    with pytest.raises(Refused, match="Habis masa berlaku"):
        life.decide(permit, Act.REINSTATE, by=head, **WHY)
    assert life.status_of(permit) == Status.EXPIRED


@pytest.mark.parametrize("role", [role for role in Role if role != Role.HEAD])
def test_only_the_head_of_office_decides(role: Role, permit: Permit) -> None:
    with pytest.raises(Forbidden):
        life.decide(permit, Act.SUSPEND, by=factories.staff(role), **WHY)
    assert not PermitAct.objects.exists()


@pytest.mark.parametrize("gap", [{"reason": " "}, {"letter": ""}])
def test_reason_and_letter_are_asked_for(gap: dict[str, str], head: User, permit: Permit) -> None:
    with pytest.raises(Refused):
        life.decide(permit, Act.SUSPEND, by=head, **(WHY | gap))
    permit.refresh_from_db()
    assert permit.suspended_on is None


@pytest.mark.parametrize("act", [Act.SUSPEND, Act.REVOKE])
def test_twice_is_refused(act: Act, head: User, permit: Permit) -> None:
    life.decide(permit, act, by=head, **WHY)
    with pytest.raises(Refused):
        life.decide(permit, act, by=head, **WHY)
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
            life.decide(made, act, by=head, **WHY)


def test_a_replaced_permit_stays_replaced(head: User, permit: Permit) -> None:
    old = factories.permit(replaced_by=permit)
    with pytest.raises(Refused):
        life.decide(old, Act.SUSPEND, by=head, **WHY)


def test_decisions_are_never_rewritten(head: User, permit: Permit) -> None:
    life.decide(permit, Act.SUSPEND, by=head, **WHY)
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL ROLE sakpore_app")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            cursor.execute("DELETE FROM permits_permitact")
        cursor.execute("RESET ROLE")


def test_the_page_of_a_permit(
    client: Client, head: User, permit: Permit, django_assert_max_num_queries: Any
) -> None:
    url = f"/petugas/izin/{permit.public_id}/"
    client.force_login(head)
    assert client.get("/petugas/izin/", {"nomor": f" {permit.number} "}).headers["Location"] == url
    assert client.get("/petugas/izin/", {"nomor": "\0 <b>"}).status_code == 200
    with django_assert_max_num_queries(12):
        assert 'name="letter"' in client.get(url).content.decode()
    assert client.post(url, {"act": "suspend", "reason": "x"}).status_code == 422
    assert client.post(url, {"act": "reinstate"} | WHY).status_code == 422
    assert client.post(url, {"act": "suspend"} | WHY).status_code == 302
    permit.refresh_from_db()
    assert permit.suspended_on == timezone.localdate()
    client.force_login(factories.staff(Role.FRONT_OFFICE))
    page = client.get(url).content.decode()
    assert WHY["reason"] in page
    assert 'name="letter"' not in page
    assert client.post(url, {"act": "reinstate"} | WHY).status_code == 422
    client.force_login(factories.applicant())
    assert client.get(url).status_code == 403
