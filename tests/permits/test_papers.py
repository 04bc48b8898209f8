"""Documents of an application: asked for, sent, shown to who may see them, used again."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits import applications, documents
from permits.models import Application
from permits.refusals import Refused
from tests import factories

pytestmark = pytest.mark.django_db
RULES: list[dict[str, Any]] = [
    {"key": "ktp", "label": "KTP pemohon", "keeps_months": 12},
    {"key": "denah", "label": "Denah lokasi", "required": False},
]


@pytest.fixture(autouse=True)
def _private(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def owner(client: Client) -> User:
    user = factories.applicant()
    client.force_login(user)
    return user


def photo(name: str = "ktp.jpg") -> SimpleUploadedFile:
    held = io.BytesIO()
    Image.effect_noise((600, 400), 40).convert("RGB").save(held, "JPEG")
    return SimpleUploadedFile(name, held.getvalue(), "image/jpeg")


def where(application: Application) -> str:
    return reverse("apply-papers", args=[application.public_id])


def test_a_document_is_asked_for_sent_and_seen_by_the_desk(client: Client, owner: User) -> None:
    made = factories.draft(owner, documents=RULES)
    with pytest.raises(Refused) as told:
        applications.submit(made, key=factories.KEY, by=owner)
    assert "KTP pemohon" in str(told.value)
    assert client.post(where(made), {"dokumen": "ktp", "berkas": photo()}).status_code == 302
    document = made.documents.get()
    picture = reverse("upload-page", args=[document.upload.public_id, 1])
    assert picture in client.get(where(made)).content.decode()
    assert client.get(picture).headers["Content-Type"] == "image/jpeg"
    applications.submit(made, key=factories.KEY, by=owner)
    client.force_login(factories.applicant())
    assert client.get(picture).status_code == 404
    client.force_login(factories.staff(Role.FRONT_OFFICE))
    page = client.get(reverse("case", args=[made.public_id])).content.decode()
    assert picture in page
    correction = {"tandai": "document.ktp", "teks-document.ktp": "Buram"}
    client.post(reverse("case-correction", args=[made.public_id]), correction)
    assert made.corrections.get().items.get().key == "ktp"


def test_what_is_no_picture_is_refused_in_words_and_nothing_is_kept(client: Client, owner: User) -> None:
    made = factories.draft(owner, documents=RULES)
    bad = SimpleUploadedFile("ktp.jpg", b"<script>alert(1)</script>", "image/jpeg")
    answer = client.post(
        where(made), {"dokumen": "ktp", "berkas": bad}, headers={"accept": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json()["refused"]
    for data in ({"dokumen": "ktp"}, {"dokumen": "lain", "berkas": photo()}):
        answer = client.post(where(made), data, headers={"accept": "application/json"})
        assert answer.status_code == 422
    assert not made.documents.exists()


def test_what_was_given_once_is_offered_again_to_the_same_person_only(client: Client, owner: User) -> None:
    first = factories.draft(owner, documents=RULES)
    for key in ("ktp", "denah"):
        documents.attach(first, key, photo(), name="berkas.jpg", by=owner)
    second = factories.draft(owner)
    assert list(documents.offered(second)) == ["ktp"]  # a drawing of the place does not keep
    upload = documents.offered(second)["ktp"][0]
    client.post(where(second), {"dokumen": "ktp", "pakai": upload.public_id})
    assert second.documents.get().upload == upload
    stranger = factories.draft(factories.applicant())
    assert documents.offered(stranger) == {}
    assert stranger.applicant is not None
    with pytest.raises(Refused):
        documents.reuse(stranger, "ktp", upload.public_id, by=stranger.applicant)


def test_a_document_is_taken_out_only_while_the_form_is_open(client: Client, owner: User) -> None:
    made = factories.draft(owner, documents=RULES)
    documents.attach(made, "ktp", photo(), name="ktp.jpg", by=owner)
    pk = made.documents.get().pk
    client.post(where(made), {"hapus": pk})
    assert not made.documents.exists()
    documents.attach(made, "ktp", photo(), name="ktp.jpg", by=owner)
    applications.submit(made, key=factories.KEY, by=owner)
    assert client.get(where(made)).status_code == 302
    with pytest.raises(Refused):
        documents.remove(made, made.documents.get().pk, by=owner)
    assert made.documents.count() == 1
