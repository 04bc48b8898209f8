"""What the database keeps true about applications, whoever writes."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from geoportal.accounts.roles import Role
from permits import applications, corrections, workflow
from permits.applications import Consent
from permits.models import Application, Concerns, Event, Note, Purpose, Stage
from permits.models import ApplicationStatus as Status
from permits.refusals import Refused
from permits.workflow import Forbidden
from tests import factories

pytestmark = pytest.mark.django_db


def broken() -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM permits_broken_logs()")
        return sorted(cursor.fetchall())


def test_a_status_is_never_written_by_hand() -> None:
    made = factories.at("submitted")
    for values in ({"status": "issued"}, {"events_count": 7}, {"head": b"x"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Application.objects.filter(pk=made.pk).update(**values)
    with pytest.raises(DatabaseError), transaction.atomic():
        Application.objects.create(version=made.version, status="issued", registration_number="uji")


def test_an_event_must_start_where_the_application_is() -> None:
    made = factories.at("submitted")
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.create(
            application=made,
            move="sign",
            source="signing",
            target="issued",
            role="head",
            by=factories.staff(Role.HEAD),
            at=made.created_at,
        )


def test_the_chain_tells_an_altered_event_and_a_cut_off_end() -> None:
    first, second = factories.at("processing"), factories.at("processing")
    assert broken() == []
    Event.objects.filter(application=first, ordinal=2).update(note="disisipkan")
    assert broken() == [(first.pk, 2)]
    Event.objects.filter(application=second, ordinal=3).delete()
    assert broken() == [(first.pk, 2), (second.pk, 3)]


def test_the_sites_role_cannot_alter_events_and_notes() -> None:
    made = factories.at("submitted")
    applications.add_note(made, "Catatan uji", by=factories.staff(Role.FRONT_OFFICE))
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        for table in (Event._meta.db_table, Note._meta.db_table):
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                cursor.execute("SELECT has_table_privilege('sakpore_app', %s, %s)", [table, right])
                assert cursor.fetchone() == (False,), (table, right)


def test_personal_answers_are_stored_encrypted_alone() -> None:
    made = factories.draft()
    made.set_answers({"nik": "3375010101900001", "usaha": "Batik"}, frozenset({"nik"}))
    made.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT a::text FROM permits_application a WHERE id = %s", [made.pk])
        row = cursor.fetchone()[0]
    assert "3375010101900001" not in row
    assert b"3375010101900001".hex() not in row
    made.refresh_from_db()
    assert made.all_answers == {"nik": "3375010101900001", "usaha": "Batik"}


def test_a_site_knows_its_village() -> None:
    factories.village()
    made = factories.draft()
    assert made.sites.get().village_id == "99.01.01.0001"


def test_filing_for_somebody_needs_the_front_office_and_their_consent() -> None:
    kind = factories.version().type
    clerk = factories.staff(Role.FRONT_OFFICE)
    with pytest.raises(Refused):
        applications.begin(kind, Purpose.NEW, by=clerk, consent=Consent(given=False))
    with pytest.raises(Forbidden):
        applications.begin(kind, Purpose.NEW, by=factories.applicant(), consent=Consent(given=True))
    consent = Consent(given=True, proxy="Wakil Contoh, surat kuasa 2 Januari 2026")
    made = applications.begin(kind, Purpose.NEW, by=clerk, consent=consent)
    assert made.assisted
    assert made.consented_at is not None
    assert made.applicant is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=made.pk).update(consented_at=None)
    colleague = factories.staff(Role.FRONT_OFFICE)
    assert [one.name for one in workflow.allowed_moves(made, colleague)] == ["submit", "withdraw"]


def test_beginning_twice_returns_the_untouched_draft() -> None:
    kind, owner = factories.version().type, factories.applicant()
    first = applications.begin(kind, Purpose.NEW, by=owner)
    assert applications.begin(kind, Purpose.NEW, by=owner) == first
    applications.save_places(first, [], by=owner)
    assert applications.begin(kind, Purpose.NEW, by=owner) != first


def test_a_type_retired_while_a_draft_is_open_is_not_sent() -> None:
    made = factories.draft()
    kind = made.version.type
    kind.stage = Stage.RETIRED
    kind.save()
    assert made.applicant is not None
    with pytest.raises(Refused):
        applications.submit(made, key=factories.KEY, by=made.applicant)
    with pytest.raises(Refused):
        applications.begin(kind, Purpose.NEW, by=made.applicant)


def test_what_was_sent_is_not_changed_by_the_applicant() -> None:
    made = factories.at("submitted")
    assert made.applicant is not None
    with pytest.raises(Refused):
        applications.save_places(made, [], by=made.applicant)
    with pytest.raises(Forbidden):
        applications.save_places(factories.draft(), [], by=factories.applicant())
    assert made.sites.count() == 1


def test_a_new_pin_makes_the_old_one_worthless() -> None:
    made = factories.at("submitted")
    assert made.applicant is not None
    old = made.pin_hash
    assert len(applications.new_pin(made, by=made.applicant)) == 6
    assert made.pin_hash != old
    with pytest.raises(Forbidden):
        applications.new_pin(made, by=factories.applicant())


def test_a_returned_file_that_nobody_answers_is_closed() -> None:
    made, other = factories.at("submitted"), factories.at("submitted")
    clerk = factories.staff(Role.FRONT_OFFICE)
    corrections.collect(made, concerns=Concerns.OTHER, key="", text="Uji", by=clerk)
    event = workflow.apply(made, "return", by=clerk)
    on = event.at.date()
    assert applications.lapse(on, after_days=14) == 0
    assert applications.lapse(on.replace(year=on.year + 1), after_days=14) == 1
    made.refresh_from_db()
    other.refresh_from_db()
    assert (made.status, other.status) == (Status.WITHDRAWN, Status.SUBMITTED)
