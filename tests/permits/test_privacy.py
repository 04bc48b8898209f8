"""One's own data: taken away whole, erased as far as the archive allows, kept as long as the rules say."""

import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import models
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pytest_django.fixtures import Settings

from companies.models import Claim, ClaimKind, LegalForm, Membership
from geoportal import outbox
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.fields import EncryptedTextField
from geoportal.models import Attempt, Delivery, Message
from permits import applications, documents, erasure, owndata, retention, uploads, workflow
from permits.models import (
    Application,
    Complaint,
    Consent,
    ConsentTo,
    ErasureRequest,
    ErasureState,
    Purpose,
    Topic,
    Upload,
)
from permits.models import ApplicationStatus as Status
from permits.refusals import Refused
from tests import factories, leaks
from tests.geoportal.test_roles import role

pytestmark = pytest.mark.django_db
NIK, PHONE, EMAIL = "9975014101907731", "081299917731", "kenari-7731@contoh.example"
NAME, ADDRESS = "Kenari Tujuhtujuh", "Gang Kenari 7731"
QUESTIONS = [{"key": "nik", "kind": "text", "label": "NIK", "personal": True}]
SECRETS = {name: leaks.words(name) for name in (NIK, PHONE, EMAIL, NAME, ADDRESS)}


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def person() -> User:
    user = User.objects.create(username="kenari", first_name="Kenari", last_name="Tujuhtujuh", email=EMAIL)
    user.phone = PHONE
    user.save()
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    return user


def confirmed(client: Client, user: User) -> None:
    """Signed in, and the password given again just now."""
    client.force_login(user)
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, user, method="password", reauthenticated=True)
    request.session.save()


def picture(name: str = "ktp.jpg") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (300, 200), "white").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue())


def filed(by: User, *moves: str) -> Application:
    version = factories.version(questions=QUESTIONS, documents=[{"key": "ktp", "label": "KTP"}])
    made = applications.begin(version.type, Purpose.NEW, by=by)
    Application.objects.filter(pk=made.pk).update(
        applicant_name=NAME, applicant_phone=PHONE, applicant_email=EMAIL, proxy=f"{NAME}, kuasa",
        holder_name="Contoh Kicau", holder_form=LegalForm.SOLE_PROPRIETOR,
    )  # fmt: skip
    made.refresh_from_db()
    made.set_answers({"nik": NIK}, frozenset({"nik"}))
    made.save()
    applications.save_places(made, [applications.Place(ADDRESS, factories.HERE)], by=by)
    documents.attach(made, "ktp", picture(), name=f"{NAME}.jpg", by=by)
    for name in moves:
        if name == "submit":
            applications.submit(made, key=factories.KEY, by=by)
        elif name == "withdraw":
            workflow.apply(made, name, by=by)
        else:
            workflow.apply(made, name, by=factories.staff(Role(workflow.MOVES[name].actor.value)))
    return made


def refused(made: Application) -> None:
    """Decided: as if its letter had been signed."""
    workflow.apply(made, "draft_refusal", by=factories.staff(Role.BACK_OFFICE))
    made.draft.reasons = "Alasan uji"
    made.draft.save()
    workflow.apply(made, "submit_draft", by=factories.staff(Role.BACK_OFFICE))
    workflow.apply(made, "approve_refusal", by=factories.staff(Role.OFFICIAL))
    workflow.apply(made, "sign_refusal", by=factories.staff(Role.HEAD), data={"second_factor": True})
    workflow.apply(made, "finish_refusal", by=None)


def rows_of_everything() -> Iterator[tuple[str, str]]:
    """(table.column, text) of all that is stored, as the application reads it: decrypted."""
    for model in apps.get_models():
        if not model._meta.managed:
            continue
        fields = [f for f in model._meta.local_fields if not isinstance(f, models.BinaryField)]
        for row in model._default_manager.all():
            for one in fields:
                yield f"{model._meta.db_table}.{one.column}", str(getattr(row, one.attname))


def stored() -> dict[str, set[str]]:
    """Where the person is still found, by table and column."""
    found: dict[str, set[str]] = {}
    for place, text in rows_of_everything():
        if text and (names := {n for n, wanted in SECRETS.items() if any(w in text.lower() for w in wanted)}):
            found.setdefault(place, set()).update(names)
    return found


# --- Taking away


def test_the_archive_holds_all_that_is_theirs_and_nothing_of_others(client: Client, person: User) -> None:
    mine = filed(person, "submit")
    other = filed(factories.applicant(), "submit")
    confirmed(client, person)
    answer = client.post(reverse("own-data-download"))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Cache-Control"].startswith("private, no-store")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(BytesIO(content)) as zipped:
        told = json.loads(zipped.read("data.json"))
        files = [name for name in zipped.namelist() if name.startswith("files/")]
        assert zipped.read(files[0])[:2] == b"\xff\xd8"
    assert len(files) == 1
    assert told["account"]["email"] == EMAIL
    (application,) = told["applications"]
    assert application["answers"] == {"nik": NIK}
    assert application["applicant_phone"] == PHONE
    assert application["steps"][0]["what"] == "Terkirim"
    assert {one["to"] for one in told["consents"]} == {"location", "contact"}
    assert told["messages"][0]["recipient"] == EMAIL
    assert str(other.registration_number) not in json.dumps(told)
    assert str(mine.registration_number) in json.dumps(told)


def test_every_column_of_an_application_that_is_personal_is_in_the_archive(person: User) -> None:
    """Of those that are encrypted: a new one must not be forgotten."""
    filed(person, "submit")
    (told,) = owndata.everything(person)["applications"]
    personal = {f.name for f in Application._meta.local_fields if isinstance(f, EncryptedTextField)}
    assert personal - {"personal"} <= told.keys()  # which are among the answers


def test_it_is_made_by_post_alone_by_who_is_signed_in_and_not_without_end(
    client: Client, person: User
) -> None:
    assert client.post(reverse("own-data-download")).status_code == 302
    confirmed(client, person)
    assert client.get(reverse("own-data-download")).status_code == 405
    for _ in range(10):
        answer = client.post(reverse("own-data-download"))
        assert answer.status_code == 200
        b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # which closes it
    assert client.post(reverse("own-data-download")).status_code == 302


def test_it_asks_for_the_password_again(client: Client, person: User) -> None:
    client.force_login(person)
    answer = client.post(reverse("own-data-download"))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/akun/ulang/")


# --- Erasing


def everything_of(person: User) -> Application:
    """Of each kind something: a draft, a refusal, a claim, a complaint, messages, second factor, business."""
    decided = filed(person, "submit", "accept", "verify")
    refused(decided)
    filed(person)
    filed(person, "submit", "withdraw")
    company = factories.company(
        "Contoh Kicau", legal_form=LegalForm.SOLE_PROPRIETOR, phone=PHONE, email=EMAIL, consent_contact=True
    )
    Membership.objects.create(company=company, user=person)
    Claim.objects.create(
        company=company, kind=ClaimKind.ERROR, sender=NAME, contact=EMAIL, message=NIK, account=person
    )
    Complaint.objects.create(
        number="ADU-2026-00001", key="x", topic=Topic.OTHER, text=f"{NIK} {ADDRESS}", sender=NAME,
        contact=PHONE, account=person, due_on=timezone.localdate(), state="closed", replied_at=timezone.now(),
        replied_by=factories.staff(Role.FRONT_OFFICE), reply=f"Yth. {NAME}",
    )  # fmt: skip
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
    outbox.send(email=EMAIL, kind="uji", subject="Uji", body=NAME, key="uji.1")
    uploads.receive(picture(), by=person, name=f"{NAME}.jpg")
    return decided


#: What a decision rests on, until retention takes it. Nothing else may name the person.
ARCHIVE = {
    "permits_application.applicant_name",
    "permits_application.personal",
    "permits_applicationsite.address",
    "permits_upload.name",
    "permits_issuing.content",
}


def test_nothing_of_the_person_is_left_where_it_must_not_be(
    person: User, django_capture_on_commit_callbacks: Any, tmp_path: Path
) -> None:
    decided = everything_of(person)
    assert len(stored()) > 12  # the search sees it before
    request = erasure.ask(by=person)
    with django_capture_on_commit_callbacks(execute=True):
        erasure.execute(request, by=factories.staff(Role.ADMINISTRATOR))
    assert stored().keys() <= ARCHIVE
    person.refresh_from_db()
    assert (person.is_active, person.username) == (False, f"dihapus-{person.pk}")
    assert not person.has_usable_password()
    assert not Authenticator.objects.exists()
    assert not Membership.objects.exists()
    # the decided application is whole: its log, its documents, its name
    decided.refresh_from_db()
    assert (decided.status, decided.applicant_name) == (Status.REFUSED, NAME)
    assert decided.applicant_phone == ""
    (kept,) = Upload.objects.all()
    assert kept == decided.documents.get().upload
    files = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    assert {path.parent.name for path in files} == {kept.public_id}
    request.refresh_from_db()
    assert request.state == ErasureState.DONE


def test_what_is_not_decided_yet_is_in_the_way(person: User) -> None:
    waiting = filed(person, "submit")
    request = erasure.ask(by=person)
    with pytest.raises(Refused, match=str(waiting.registration_number)):
        erasure.execute(request, by=factories.staff(Role.FRONT_OFFICE))
    person.refresh_from_db()
    assert person.email == EMAIL
    assert ErasureRequest.objects.get().state == ErasureState.OPEN


def test_who_may_not_decide_it_is_refused(client: Client, person: User) -> None:
    request = erasure.ask(by=person)
    for by in (person, factories.staff(Role.INSPECTOR), factories.staff(Role.HEAD)):
        with pytest.raises(Refused):
            erasure.execute(request, by=by)
        client.force_login(by)
        assert client.get(reverse("erasures")).status_code == 403
        assert (
            client.post(reverse("erasure-decide", args=[request.pk]), {"langkah": "hapus"}).status_code == 403
        )
    with pytest.raises(Refused):
        erasure.ask(by=factories.staff(Role.HEAD))


def test_asked_for_read_answered_and_asked_again(client: Client, person: User) -> None:
    client.force_login(person)
    page = reverse("own-data")
    assert "Aturan kantor (contoh)" in client.get(page).content.decode()
    client.post(reverse("own-data-erase"))
    assert not ErasureRequest.objects.exists()  # the tick is missing
    for _ in range(2):
        client.post(reverse("own-data-erase"), {"paham": "1"})
    assert ErasureRequest.objects.count() == 1
    desk = Client()
    desk.force_login(factories.staff(Role.FRONT_OFFICE))
    assert NAME in desk.get(reverse("erasures")).content.decode()
    address = reverse("erasure-decide", args=[ErasureRequest.objects.get().pk])
    desk.post(address, {"langkah": "tolak", "catatan": ""})
    assert ErasureRequest.objects.get().state == ErasureState.OPEN
    desk.post(address, {"langkah": "tolak", "catatan": "Izin masih berlaku."})
    assert "Izin masih berlaku." in client.get(page).content.decode()
    client.post(reverse("own-data-erase"), {"paham": "1"})
    client.post(reverse("own-data-erase"), {"batal": "1"})
    assert not ErasureRequest.objects.filter(state=ErasureState.OPEN).exists()
    desk.post(address, {"langkah": "hapus"})  # decided before
    person.refresh_from_db()
    assert person.is_active


# --- Consents


def test_what_was_agreed_to_is_kept_with_its_words(person: User) -> None:
    made = filed(person)
    Application.objects.filter(pk=made.pk).update(consent_location=True)
    made.refresh_from_db()
    applications.submit(made, key=factories.KEY, by=person)
    found = {one.to: one for one in Consent.objects.filter(application=made)}
    assert (found[ConsentTo.LOCATION].given, found[ConsentTo.CONTACT].given) == (True, False)
    assert "peta" in found[ConsentTo.LOCATION].text
    assert found[ConsentTo.LOCATION].by == person


# --- Retention


def later(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=days))


def due() -> dict[str, int]:
    rules, problems = retention.read(retention.default())
    assert problems == []
    return {rule.what: n for rule in rules if (n := rule.due().count())}


def test_a_dry_run_counts_and_changes_nothing(
    person: User, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    everything_of(person)
    before = stored()
    later(4000, monkeypatch)
    call_command("retention", dry_run=True)
    assert "withdrawn: 1 (anonymise after 365 days; Aturan kantor (contoh))" in capsys.readouterr().out
    assert stored() == before


def test_after_ten_years_contact_data_is_gone_and_the_second_run_finds_nothing(
    person: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    everything_of(person)
    assert due() == {}
    Message.objects.update(status=Delivery.SENT)
    later(4000, monkeypatch)
    assert {"drafts", "withdrawn", "files", "messages", "complaints", "decided"} <= due().keys()
    with django_capture_on_commit_callbacks(execute=True):
        call_command("retention", verbosity=0)
    left = due()
    assert left.keys() <= {"files"}  # what the withdrawn and the drafts held is free only now
    with django_capture_on_commit_callbacks(execute=True):
        call_command("retention", verbosity=0)
    assert due() == {}
    assert not Message.objects.exists()
    assert not Application.objects.filter(status=Status.DRAFT).exists()
    assert Application.objects.get(status=Status.REFUSED).applicant_phone == ""
    assert Application.objects.get(status=Status.WITHDRAWN).applicant_name == erasure.GONE


def test_what_is_young_or_open_stays(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = filed(person, "submit")
    later(4000, monkeypatch)
    call_command("retention", verbosity=0)
    waiting.refresh_from_db()
    assert (waiting.applicant_phone, waiting.documents.count()) == (PHONE, 1)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (
            '[[rule]]\nwhat = "semua"\ndays = 1\naction = "delete"\nabout = "x"\nground = "x"\n',
            "no kind of data",
        ),
        ('[[rule]]\nwhat = "drafts"\ndays = 1\naction = "anonymise"\nabout = "x"\nground = "x"\n', "delete"),
        ('[[rule]]\nwhat = "drafts"\ndays = -1\naction = "delete"\nabout = "x"\nground = "x"\n', "days"),
        ("rule = 1\n", "rule"),
        ("", "no entry|Tidak ada|tidak ada|belum ada|entri"),
    ],
)
def test_a_rule_that_cannot_be_done_stops_all_of_it(tmp_path: Path, text: str, word: str) -> None:
    Attempt.objects.create(bucket="uji", key=b"x", hits=1, since=timezone.now() - timedelta(days=9))
    file = tmp_path / "rules.toml"
    file.write_text(text)
    with pytest.raises(CommandError, match=word):
        call_command("retention", str(file))
    assert Attempt.objects.filter(bucket="uji").exists()


def test_the_sites_own_role_may_do_all_of_it(
    person: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    everything_of(person)
    request, officer = erasure.ask(by=person), factories.staff(Role.ADMINISTRATOR)
    with role(site.DATABASE_APP_ROLE), django_capture_on_commit_callbacks(execute=True):
        erasure.execute(request, by=officer)
    other = factories.applicant()
    filed(other)
    filed(other, "submit", "withdraw")
    Message.objects.update(status=Delivery.SENT)
    later(4000, monkeypatch)
    with role(site.DATABASE_APP_ROLE), django_capture_on_commit_callbacks(execute=True):
        call_command("retention", verbosity=0)
    assert stored().keys() <= ARCHIVE
