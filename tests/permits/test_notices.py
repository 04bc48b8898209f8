"""Messages to applicants, and the work of the day."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from geoportal.accounts.roles import Role
from geoportal.models import Channel, Message
from permits import applications, corrections, notices, reminders, workflow
from permits.applications import Consent
from permits.models import Application, Concerns, Purpose
from permits.models import ApplicationStatus as Status
from tests import factories

pytestmark = pytest.mark.django_db


def returned() -> Application:
    made = factories.at("submitted")
    clerk = factories.staff(Role.FRONT_OFFICE)
    corrections.collect(made, concerns=Concerns.OTHER, key="", text="Foto tidak terbaca", by=clerk)
    workflow.apply(made, "return", by=clerk, data={"note": "rahasia dapur"})
    return made


def test_every_move_that_tells_has_its_words() -> None:
    assert set(notices.TOLD) == {name for name, move in workflow.MOVES.items() if move.tells}


def test_a_move_tells_number_what_now_and_where(settings: Any) -> None:
    settings.SITE_URL = "https://izin.example"
    made = returned()
    message = Message.objects.get(kind="application.return")
    assert made.applicant is not None
    assert message.recipient == made.applicant.email
    assert str(made.registration_number) in message.subject
    assert str(made.registration_number) in message.body
    assert "Permohonan Anda perlu diperbaiki" in message.body
    assert f"https://izin.example/permohonan/{made.public_id}/" in message.body


def test_no_message_holds_the_pin_or_an_address() -> None:
    made = factories.draft()
    assert made.applicant is not None
    Application.objects.filter(pk=made.pk).update(applicant_phone="+628000000077")
    pin = applications.submit(made, key=factories.KEY, by=made.applicant)
    body = Message.objects.get(kind="application.submit").body
    assert pin
    assert pin not in body.replace(str(made.registration_number), "")
    assert "+628000000077" not in body
    assert "Jalan Uji" not in body


def test_the_same_event_is_told_once() -> None:
    made = returned()
    notices.tell(made, made.events.latest("ordinal"))
    assert Message.objects.filter(kind="application.return").count() == 1


def test_what_only_concerns_the_office_is_not_told() -> None:
    factories.at("processing")
    assert set(Message.objects.values_list("kind", flat=True)) == {"application.submit", "application.accept"}


@pytest.mark.parametrize("address", ["", "bukan alamat"])
def test_who_cannot_be_reached_is_served_all_the_same(address: str) -> None:
    clerk = factories.staff(Role.FRONT_OFFICE)
    like = factories.draft()
    made = applications.begin(like.version.type, Purpose.NEW, by=clerk, consent=Consent(given=True))
    values = {"applicant_name": "Warga Uji", "holder_name": "Uji", "holder_form": "pt"}
    Application.objects.filter(pk=made.pk).update(**values, applicant_email=address)
    made.refresh_from_db()
    applications.save_places(made, [applications.Place("Jalan Uji No. 1", factories.HERE)], by=clerk)
    applications.submit(made, key=factories.KEY, by=clerk)
    assert made.status == Status.SUBMITTED
    assert not Message.objects.exists()


def test_by_telephone_where_a_gateway_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    class Configured:
        configured = True

    monkeypatch.setattr("geoportal.outbox.messenger", Configured)
    made = factories.draft()
    assert made.applicant is not None
    made.applicant.phone = "+6281234567890"
    made.applicant.save(update_fields=["phone"])
    applications.submit(made, key=factories.KEY, by=made.applicant)
    assert set(Message.objects.values_list("channel", flat=True)) == {Channel.EMAIL, Channel.PHONE}


def test_a_returned_file_that_nobody_answers_closes_with_notice(settings: Any) -> None:
    settings.ANSWER_DAYS = 30
    made = returned()
    today = timezone.localdate()
    assert reminders.close_unanswered(today + timedelta(days=29)) == 0
    assert reminders.close_unanswered(today + timedelta(days=30)) == 1
    made.refresh_from_db()
    assert made.status == Status.WITHDRAWN
    assert Message.objects.filter(kind="application.lapse").count() == 1
    assert reminders.close_unanswered(today + timedelta(days=31)) == 0


def ending(**fields: Any) -> Any:
    made = factories.permit(
        valid_from=date(2030, 1, 1), issued_on=date(2030, 1, 1), valid_until=END, **fields
    )
    made.company.memberships.create(user=factories.applicant())
    return made


END = date(2031, 1, 1)


def test_reminded_60_30_and_7_days_before_the_end_each_once() -> None:
    permit = ending()
    days = [END - timedelta(days=left) for left in range(70, -3, -1)]
    told = []
    for day in days:
        before = Message.objects.count()
        reminders.remind_of_ends(day)
        if Message.objects.count() > before:
            told.append((END - day).days)
    assert told == [60, 30, 7]
    assert permit.number in Message.objects.latest("pk").body
    assert "1 Januari 2031" in Message.objects.latest("pk").subject


def test_a_missed_day_is_made_up_for_but_not_thrice() -> None:
    ending()
    reminders.remind_of_ends(END - timedelta(days=5))
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"revoked_on": date(2030, 5, 1)},
        {"suspended_on": date(2030, 5, 1)},
        {"registered_only": True},
        {"published": False},
    ],
)
def test_no_reminder_of_what_cannot_be_renewed(fields: dict[str, Any]) -> None:
    ending(**fields)
    assert reminders.remind_of_ends(END - timedelta(days=7)) == 0
    assert not Message.objects.exists()


def test_no_reminder_on_the_day_of_issue() -> None:
    permit = ending()
    permit.issued_on = END - timedelta(days=20)
    permit.save(update_fields=["issued_on"])
    assert reminders.remind_of_ends(END - timedelta(days=20)) == 0
    assert reminders.remind_of_ends(END - timedelta(days=7)) == 1


def test_no_reminder_once_renewal_is_asked_for() -> None:
    permit = ending()
    renewal = factories.at("submitted")
    Application.objects.filter(pk=renewal.pk).update(purpose=Purpose.RENEWAL, former=permit)
    assert reminders.remind_of_ends(END - timedelta(days=7)) == 0


def test_the_command_counts_and_a_dry_run_sends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    today = timezone.localdate()
    permit = factories.permit(valid_until=today + timedelta(days=7))
    permit.company.memberships.create(user=factories.applicant())
    call_command("daily", dry_run=True)
    assert not Message.objects.exists()
    call_command("daily")
    assert Message.objects.count() == 1
    assert "remind_of_ends 1" in capsys.readouterr().out
