"""The table of moves as a whole, and what apply() refuses."""

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from geoportal.accounts.roles import Role
from permits import applications, corrections, workflow
from permits.models import FINAL, Application, Concerns, Event, Inspection, NumberCounter, Verdict
from permits.models import ApplicationStatus as Status
from permits.refusals import Refused
from permits.workflow import MOVES, PUBLIC, Actor, Forbidden, StaleCase, apply
from tests import factories

pytestmark = pytest.mark.django_db


def test_every_open_status_has_a_way_out_and_no_final_one() -> None:
    assert set(Status) - set().union(*(one.sources for one in MOVES.values())) == FINAL


def test_every_status_is_reached_and_leads_to_an_end() -> None:
    forward = {s: {one.target for one in MOVES.values() if s in one.sources} for s in Status}
    reached, todo = {Status.DRAFT}, deque([Status.DRAFT])
    while todo:
        for target in forward[todo.popleft()] - reached:
            reached.add(target)
            todo.append(target)
    assert reached == set(Status)
    for status in Status:
        ends, todo = {status}, deque([status])
        while todo:
            for target in forward[todo.popleft()] - ends:
                ends.add(target)
                todo.append(target)
        assert ends & FINAL, status


def test_every_status_has_a_public_label_and_names_fit_their_columns() -> None:
    assert set(PUBLIC) == set(Status)
    assert all(len(name) <= 20 for name in MOVES)


def test_the_diagram_is_what_the_table_says() -> None:
    call_command("workflow_diagram", check=True)


def test_one_application_from_draft_to_issuing() -> None:
    made = factories.at("issuing")
    assert made.status == Status.ISSUING
    assert made.registration_number is not None
    assert [event.target for event in made.events.all()][-1] == Status.ISSUING
    assert [event.ordinal for event in made.events.all()] == list(range(1, made.events_count + 1))


def test_moves_are_offered_to_whose_they_are_and_refused_to_the_others() -> None:
    made = factories.at("submitted")
    clerk, head = factories.staff(Role.FRONT_OFFICE), factories.staff(Role.HEAD)
    assert [one.name for one in workflow.allowed_moves(made, clerk)] == ["accept", "return"]
    assert workflow.allowed_moves(made, head) == []
    assert [one.name for one in workflow.allowed_moves(made, made.applicant)] == ["withdraw"]
    with pytest.raises(Forbidden):
        apply(made, "accept", by=head)
    with pytest.raises(Forbidden):
        apply(made, "withdraw", by=factories.applicant())
    with pytest.raises(Forbidden):
        apply(made, "accept", by=None)
    assert made.events.count() == 1


@pytest.mark.parametrize("name", sorted(MOVES))
def test_no_move_is_made_from_a_status_that_is_not_its_source(name: str) -> None:
    """A step skipped by a hand-made POST."""
    made = factories.at("processing") if Status.PROCESSING not in MOVES[name].sources else factories.draft()
    if made.status in MOVES[name].sources:
        made = factories.at("signing")
    actor = MOVES[name].actor
    by = made.applicant if actor == Actor.APPLICANT else None
    if actor not in (Actor.APPLICANT, Actor.SYSTEM):
        by = factories.staff(Role(actor.value))
    before = made.status, made.events_count
    with pytest.raises(Refused):
        apply(made, name, by=by, data={"second_factor": True, "note": "uji", "key": factories.KEY})
    assert (made.status, made.events_count) == before


def test_an_unknown_move_is_refused() -> None:
    with pytest.raises(Refused):
        apply(factories.draft(), "jump", by=None)


def test_who_comes_second_is_told_who_did_what_and_nothing_changes() -> None:
    made = factories.at("submitted")
    seen = made.events_count
    first, second = factories.staff(Role.FRONT_OFFICE), factories.staff(Role.FRONT_OFFICE)
    corrections.collect(made, concerns=Concerns.OTHER, key="", text="KTP tidak terbaca", by=first)
    apply(made, "accept", by=first, seen=seen)
    with pytest.raises(StaleCase) as told:
        apply(made, "return", by=second, seen=seen)
    assert first.get_full_name() in str(told.value)
    assert made.status == Status.ACCEPTED
    assert made.events_count == 2


def test_what_was_seen_counts_even_where_the_status_is_the_same_again() -> None:
    made = factories.at("drafting")
    clerk = made.events.get(move="draft_permit").by
    seen = made.events_count
    apply(made, "rethink", by=clerk)
    apply(made, "draft_permit", by=clerk)
    with pytest.raises(StaleCase):
        apply(made, "submit_draft", by=clerk, seen=seen)


def test_a_file_is_returned_only_with_corrections_which_are_sent_once() -> None:
    made = factories.at("submitted")
    clerk = factories.staff(Role.FRONT_OFFICE)
    with pytest.raises(Refused):
        apply(made, "return", by=clerk)
    corrections.collect(made, concerns=Concerns.DOCUMENT, key="ktp", text="KTP tidak terbaca", by=clerk)
    item = corrections.collect(made, concerns=Concerns.QUESTION, key="nama", text="Nama keliru", by=clerk)
    event = apply(made, "return", by=clerk)
    assert made.corrections.get().event == event
    owner = made.applicant
    assert owner is not None
    with pytest.raises(Refused):
        apply(made, "resubmit", by=owner)
    for one in made.corrections.get().items.all():
        corrections.answer(made, one.pk, text="Sudah diganti", by=owner)
    apply(made, "resubmit", by=owner)
    assert made.status == Status.SUBMITTED
    with pytest.raises(Refused):  # sent before: the next return needs a new list
        apply(made, "return", by=clerk)
    with pytest.raises(Refused):
        corrections.answer(made, item.pk, text="Lagi", by=owner)


def test_an_incomplete_draft_is_not_sent_and_says_what_is_missing() -> None:
    made = factories.draft()
    assert made.applicant is not None
    applications.save_places(made, [], by=made.applicant)
    with pytest.raises(Refused) as told:
        applications.submit(made, key=factories.KEY, by=made.applicant)
    assert "peta" in str(told.value)
    assert made.status == Status.DRAFT
    assert NumberCounter.objects.count() == 0


def test_sending_twice_is_sending_once_with_the_same_pin() -> None:
    made = factories.draft()
    assert made.applicant is not None
    pin = applications.submit(made, key=factories.KEY, by=made.applicant)
    assert applications.submit(made, key=factories.KEY, by=made.applicant) == pin
    assert made.events.count() == 1
    assert pin not in made.pin_hash
    assert check_password(pin, made.pin_hash)
    with pytest.raises(StaleCase):
        applications.submit(made, key="LAIN" * 8, by=made.applicant)


def test_a_failed_sending_leaves_no_gap_in_the_numbers() -> None:
    first, second = factories.draft(), factories.draft()
    assert first.applicant is not None
    assert second.applicant is not None
    with transaction.atomic():
        applications.submit(first, key=factories.KEY, by=first.applicant)
        transaction.set_rollback(True)
    applications.submit(second, key=factories.KEY, by=second.applicant)
    assert str(second.registration_number).endswith("-000001")


def test_who_verified_may_not_sign_in_code_nor_in_the_database() -> None:
    made = factories.at("signing")
    verifier = made.events.get(move="approve").by
    assert verifier is not None
    verifier.roles = [Role.OFFICIAL, Role.HEAD]
    verifier.save()
    with pytest.raises(Refused):
        apply(made, "sign", by=verifier, data={"second_factor": True})
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.create(application=made, move="sign", source="signing", target="issuing", role="head",
                             by=verifier, at=made.created_at)  # fmt: skip
    with pytest.raises(Refused):
        apply(made, "sign", by=factories.staff(Role.HEAD))  # without a second factor
    apply(made, "sign", by=factories.staff(Role.HEAD), data={"second_factor": True})


def test_a_fee_is_paid_before_the_signature() -> None:
    made = factories.at("review")
    Application.objects.filter(pk=made.pk).update(fee=150_000)
    made.refresh_from_db()
    official = factories.staff(Role.OFFICIAL)
    assert [one.name for one in workflow.allowed_moves(made, official)] == ["bill", "send_back"]
    with pytest.raises(Refused):
        apply(made, "approve", by=official)
    apply(made, "bill", by=official)
    clerk = factories.staff(Role.FRONT_OFFICE)
    with pytest.raises(Refused):
        apply(made, "settle", by=clerk)
    apply(made, "settle", by=clerk, data={"note": "SSRD 0001"})
    assert made.fee_settled_at is not None
    assert made.status == Status.SIGNING


def test_a_type_that_needs_a_visit_gets_no_letter_without_one() -> None:
    made = factories.at("processing", needs_inspection=True)
    clerk, inspector = factories.staff(Role.BACK_OFFICE), factories.staff(Role.INSPECTOR)
    with pytest.raises(Refused):
        apply(made, "draft_permit", by=clerk)
    apply(made, "order_inspection", by=clerk)
    with pytest.raises(Refused):
        apply(made, "report", by=inspector)
    report = Inspection(verdict=Verdict.FITS, point=factories.HERE, visited_on=made.created_at.date())
    apply(made, "report", by=inspector, data={"report": report})
    apply(made, "draft_permit", by=clerk)
    assert made.inspections.get().by == inspector


def test_a_visit_is_not_offered_where_the_type_knows_none() -> None:
    made = factories.at("processing")
    offered = [one.name for one in workflow.allowed_moves(made, factories.staff(Role.BACK_OFFICE))]
    assert offered == ["draft_permit", "draft_refusal"]


def test_a_refusal_goes_the_same_way_and_needs_reasons() -> None:
    made = factories.at("processing")
    clerk = factories.staff(Role.BACK_OFFICE)
    apply(made, "draft_refusal", by=clerk)
    with pytest.raises(Refused):
        apply(made, "submit_draft", by=clerk)
    applications.write_draft(made, conditions=[], copies_to=[], reasons="Di luar zona usaha.", by=clerk)
    apply(made, "submit_draft", by=clerk)
    official = factories.staff(Role.OFFICIAL)
    assert [one.name for one in workflow.allowed_moves(made, official)] == ["approve_refusal", "send_back"]
    apply(made, "approve_refusal", by=official)
    apply(made, "sign_refusal", by=factories.staff(Role.HEAD), data={"second_factor": True})
    apply(made, "finish_refusal", by=None)
    assert made.status == Status.REFUSED


def test_what_follows_a_move_is_undone_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made = factories.at("submitted")
    told: list[str] = []

    def fails(application: Application, event: Event) -> None:
        told.append(f"{event.move} -> {application.status}")
        raise RuntimeError

    monkeypatch.setattr(workflow, "_followers", [])
    workflow.follow(fails)
    with pytest.raises(RuntimeError):
        apply(made, "accept", by=factories.staff(Role.FRONT_OFFICE))
    assert told == ["accept -> accepted"]
    assert made.status == Status.SUBMITTED
    assert made.events.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_at_once_one_wins() -> None:
    made = factories.at("submitted")
    clerks = [factories.staff(Role.FRONT_OFFICE) for _ in range(6)]

    def accept(clerk: Any) -> str:
        try:
            apply(Application.objects.get(pk=made.pk), "accept", by=clerk, seen=1)
        except StaleCase:
            return "stale"
        finally:
            connection.close()
        return "won"

    with ThreadPoolExecutor(len(clerks)) as pool:
        outcomes = sorted(pool.map(accept, clerks))
    assert outcomes == ["stale"] * 5 + ["won"]
    assert made.events.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_many_times_at_once_makes_one_application() -> None:
    made = factories.draft()
    owner = made.applicant
    assert owner is not None

    def send(_: int) -> str:
        try:
            return applications.submit(Application.objects.get(pk=made.pk), key=factories.KEY, by=owner)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        pins = set(pool.map(send, range(6)))
    assert len(pins) == 1
    assert made.events.count() == 1
    assert NumberCounter.objects.get().last == 1
