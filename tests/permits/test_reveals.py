"""Personal data of a case is masked until somebody says why; who looked is kept and told to the applicant."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits import applications, reveals
from permits.models import Application, ApplicationDocument, Reveal, Upload, UploadKind, Why
from permits.refusals import Refused
from permits.workflow import Forbidden
from tests import factories

pytestmark = pytest.mark.django_db
NIK, PHONE, EMAIL = "9975014101900001", "081299988877", "kenari@contoh.example"
QUESTIONS = [
    {"key": "nik", "kind": "text", "label": "NIK", "personal": True},
    {"key": "luas", "kind": "text", "label": "Luas"},
]


@pytest.fixture
def filed() -> Application:
    made = factories.draft(questions=QUESTIONS)
    made.set_answers({"nik": NIK, "luas": "120"}, frozenset({"nik"}))
    made.applicant_phone, made.applicant_email, made.proxy = PHONE, EMAIL, "Kuasa Contoh"
    made.save()

    assert made.applicant is not None
    applications.submit(made, key=factories.KEY, by=made.applicant)
    return made


@pytest.fixture
def officer(client: Client) -> User:
    user = factories.staff(Role.FRONT_OFFICE)
    client.force_login(user)
    return user


def page(client: Client, application: Application) -> str:
    return client.get(reverse("case", args=[application.public_id])).content.decode()


def show(client: Client, application: Application, why: str = Why.CHECK) -> Any:
    return client.post(reverse("case-reveal", args=[application.public_id]), {"alasan": why}, follow=True)


def test_masked_until_a_reason_is_chosen(client: Client, officer: User, filed: Application) -> None:
    before = page(client, filed)
    for secret in (NIK, PHONE, EMAIL):
        assert secret not in before
    assert "••••0001" in before
    assert "120" in before  # what is not personal is read at once
    after = show(client, filed).content.decode()
    for secret in (NIK, PHONE, EMAIL):
        assert secret in after
    (row,) = Reveal.objects.all()
    assert (row.application, row.by, row.role, row.why, row.file) == (
        filed,
        officer,
        "front_office",
        "check",
        "",
    )


def test_one_tap_holds_for_the_case_and_the_person_and_an_hour(
    client: Client, officer: User, filed: Application
) -> None:
    show(client, filed)
    show(client, filed, Why.CONTACT)
    assert Reveal.objects.count() == 1
    other = factories.draft()
    assert not reveals.shows(other, officer)
    assert not reveals.shows(filed, factories.staff(Role.FRONT_OFFICE))
    Reveal.objects.update(at=timezone.now() - timedelta(minutes=61))
    assert NIK not in page(client, filed)


def test_without_a_reason_nothing_is_shown(client: Client, officer: User, filed: Application) -> None:
    assert NIK not in show(client, filed, "").content.decode()
    with pytest.raises(Refused):
        reveals.reveal(filed, "iseng", by=officer)
    with pytest.raises(Forbidden):
        reveals.reveal(filed, Why.CHECK, by=factories.applicant())
    assert not Reveal.objects.exists()


def test_a_file_that_staff_open_is_kept_once_an_hour_and_ones_own_never(filed: Application) -> None:
    assert filed.applicant is not None
    upload = Upload.objects.create(
        sha256="0" * 64, size=1, kind=UploadKind.JPEG, name="ktp.jpg", path="uploads/x", pages=1,
        owner=filed.applicant,
    )  # fmt: skip
    ApplicationDocument.objects.create(application=filed, key="ktp", upload=upload)
    officer = factories.staff(Role.FRONT_OFFICE)
    reveals.opened(upload, by=officer)
    reveals.opened(upload, by=officer)
    reveals.opened(upload, by=filed.applicant)
    (row,) = Reveal.objects.all()
    assert (row.file, row.by, row.application) == (upload.public_id, officer, filed)
    assert not reveals.shows(filed, officer)  # looking at a picture unmasks no form


def test_its_owner_reads_who_looked_by_role_and_never_by_name(
    client: Client, officer: User, filed: Application
) -> None:
    show(client, filed, Why.CONTACT)
    owner = Client()
    assert filed.applicant is not None
    owner.force_login(filed.applicant)
    told = owner.get(reverse("apply-own", args=[filed.public_id])).content.decode()
    assert "Front office:" in told
    assert officer.last_name not in told
    assert len(reveals.told(filed)) == 1


def test_the_sites_role_cannot_undo_that_somebody_looked(filed: Application) -> None:
    reveals.reveal(filed, Why.CHECK, by=factories.staff(Role.HEAD))
    role = connection.ops.quote_name(settings.DATABASE_APP_ROLE)
    for sql in (
        "DELETE FROM permits_reveal",
        "UPDATE permits_reveal SET by_id = 1",
        "TRUNCATE permits_reveal",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {role}; {sql}")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (NIK, "••••0001"),
        ("0812-9998-8877", "••••8877"),
        (EMAIL, "k••••@contoh.example"),
        ("pendek", "••••"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_a_mask_tells_two_apart_and_no_more(text: str, masked: str) -> None:
    assert reveals.mask(text) == masked
