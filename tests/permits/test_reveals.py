"""Personal data of a case is masked until somebody says why; who looked is kept and told to the applicant."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from companies import claims
from companies.models import Claim, ClaimKind
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.masking import mask, mask_within
from permits import applications, complaints, reveals, sightings
from permits.models import (
    Application,
    ApplicationDocument,
    Complaint,
    Reveal,
    Sighting,
    Topic,
    Upload,
    UploadKind,
    Why,
)
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
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (f"Telepon saya {PHONE}.", "Telepon saya ••••8877."),
        ("WA +62 812-9998-8877 atau (0285) 4998877", "WA ••••8877 atau ••••8877"),
        (f"Tulis ke {EMAIL}, ya", "Tulis ke k••••@contoh.example, ya"),
        (f"NIK {NIK}; 9975 0141 0190 0001", "NIK ••••0001; ••••0001"),
        ("Berkas 2026-000001, izin 503/0123456789/2026", "Berkas 2026-000001, izin 503/0123456789/2026"),
        ("Rp120.000.000 pada 12-03-2026 pukul 14.30", "Rp120.000.000 pada 12-03-2026 pukul 14.30"),
        ("", ""),
    ],
)
def test_what_somebody_wrote_hides_their_contact_and_no_other_number(text: str, seen: str) -> None:
    assert mask_within(text) == seen


# --- what people tell the office: one mechanism for all desks

SENDER, WORDS = "Pelapor Contoh", f"Hubungi saya: {PHONE}"


def _complaint() -> tuple[Complaint, str, Role]:
    words = complaints.Words(topic=Topic.FEE, text=WORDS, sender=SENDER, contact=EMAIL)
    made, _pin = complaints.complain(words, key=factories.KEY, by=None)
    return made, reverse("complaint-desk", args=[made.public_id]), Role.FRONT_OFFICE


def _sighting() -> tuple[Sighting, str, Role]:
    words = sightings.Words(text=WORDS, point=factories.HERE, contact=EMAIL)
    made = sightings.report(words, key=factories.KEY)
    return made, reverse("sighting-desk", args=[made.public_id]), Role.BACK_OFFICE


def _claim() -> tuple[Claim, str, Role]:
    made = claims.submit(
        company_id=factories.company("Contoh Bu Uji").pk, kind=ClaimKind.ERROR, sender=SENDER, contact=EMAIL,
        message=WORDS, by=None,
    )  # fmt: skip
    return made, reverse("claims-one", args=[made.reference]), Role.FRONT_OFFICE


@pytest.mark.parametrize("told", [_complaint, _sighting, _claim])
def test_who_told_the_office_is_masked_until_a_reason_is_chosen(client: Client, told: Any) -> None:
    made, where, role = told()
    user = factories.staff(role)
    client.force_login(user)
    secrets = {PHONE, EMAIL} | ({SENDER} if hasattr(made, "sender") else set())
    before = client.get(where).content.decode()
    assert not [one for one in secrets if one in before]
    assert "••••8877" in before
    refused = client.post(where, {"tindakan": "tampilkan", "alasan": "iseng"}, follow=True).content.decode()
    assert not [one for one in secrets if one in refused]
    assert not Reveal.objects.exists()
    chosen = {"tindakan": "tampilkan", "alasan": Why.CONTACT}
    after = client.post(where, chosen, follow=True).content.decode()
    assert all(one in after for one in secrets)
    row = Reveal.objects.get()
    assert (getattr(row, made._meta.model_name), row.by, row.role, row.why) == (made, user, role, "contact")
    other = Client()
    other.force_login(factories.staff(role))
    assert EMAIL not in other.get(where).content.decode()  # a reason is one person's


@pytest.mark.parametrize("told", [_complaint, _sighting, _claim])
def test_the_lists_of_the_desks_show_no_contact(client: Client, told: Any) -> None:
    _made, where, role = told()
    client.force_login(factories.staff(role))
    page = client.get(where.rsplit("/", 2)[0] + "/").content.decode()
    assert where in page
    assert not [one for one in (PHONE, EMAIL, SENDER) if one in page]


def test_who_complained_reads_who_looked(client: Client) -> None:
    words = complaints.Words(topic=Topic.FEE, text=WORDS, contact=EMAIL)
    made, pin = complaints.complain(words, key=factories.KEY, by=None)
    reveals.reveal(made, Why.REQUEST, by=factories.staff(Role.HEAD))
    page = client.post(reverse("complaint-follow"), {"nomor": made.number, "pin": pin}).content.decode()
    assert "Siapa yang membuka data saya" in page
    assert "Menjawab pengaduan atau permintaan" in page


def test_photographs_and_proofs_that_staff_open_are_kept(client: Client) -> None:
    complaint, sighting, officer = _complaint()[0], _sighting()[0], factories.staff(Role.HEAD)
    upload = Upload.objects.create(
        sha256="0" * 64, size=1, kind=UploadKind.JPEG, name="a.jpg", path="uploads/x", pages=1
    )
    complaint.uploads.add(upload)
    sighting.uploads.add(upload)
    reveals.opened(upload, by=officer)
    reveals.opened(upload, by=officer)
    claim = _claim()[0]
    reveals.proof_opened(claim, by=officer)
    seen = {(row.complaint, row.sighting, row.claim, row.file) for row in Reveal.objects.all()}
    assert seen == {
        (complaint, None, None, upload.public_id),
        (None, sighting, None, upload.public_id),
        (None, None, claim, claim.reference),
    }
    assert Reveal.objects.count() == 3


def test_a_look_is_at_one_case() -> None:
    officer = factories.staff(Role.HEAD)
    both = Reveal(complaint=_complaint()[0], sighting=_sighting()[0], by=officer, role="head", why=Why.CHECK)
    for look in (Reveal(by=officer, role="head", why=Why.CHECK), both):
        with pytest.raises(IntegrityError, match="permits_reveal_of_one_case"), transaction.atomic():
            look.save(force_insert=True)
