"""Questions that are answered by a place, an outline or a file."""

import io
from datetime import date
from typing import Any

import pytest
from django.contrib.gis.geos import Polygon
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits import applications, questions
from permits.definitions import definition_of
from permits.letters import wording
from permits.models import Application, Upload
from permits.points import square_metres
from tests import factories

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}
SQUARE = "-6.888000, 109.674000\n-6.888000, 109.675000\n-6.889000, 109.675000\n-6.889000, 109.674000"
BOW = "-6.888000, 109.674000\n-6.889000, 109.675000\n-6.888000, 109.675000\n-6.889000, 109.674000"
DEFINITION: dict[str, Any] = {
    "questions": [
        {"key": "titik", "kind": "point", "label": "Titik sumur"},
        {"key": "batas", "kind": "polygon", "label": "Batas lahan"},
        {"key": "denah", "kind": "file", "label": "Denah bangunan"},
    ],
    "letter": {"title": "Izin Uji", "paragraphs": ["Lahan seluas {batas}, sumur di {titik}."]},
}


@pytest.fixture(autouse=True)
def _private(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def owner(client: Client, settings: Any) -> User:
    settings.CITY_ZONE = factories.village().code[:5]
    user = factories.applicant()
    client.force_login(user)
    return user


@pytest.fixture
def made(owner: User) -> Application:
    return factories.draft(owner, factories.permit_type("UJI-LAHAN"), **DEFINITION)


def photo() -> SimpleUploadedFile:
    held = io.BytesIO()
    Image.effect_noise((600, 400), 40).convert("RGB").save(held, "JPEG")
    return SimpleUploadedFile("denah.jpg", held.getvalue(), "image/jpeg")


def step(application: Application) -> str:
    return f"/permohonan/{application.public_id}/isi/isian/"


def test_a_square_is_as_large_as_postgis_says(db: Any) -> None:
    ring = [(109.674, -6.888), (109.675, -6.888), (109.675, -6.889), (109.674, -6.889), (109.674, -6.888)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT ST_Area(ST_GeogFromText(%s))", [Polygon(ring).wkt])
        assert square_metres(ring) == pytest.approx(cursor.fetchone()[0], rel=1e-4)


def test_places_and_files_are_kept_and_told(client: Client, made: Application, owner: User) -> None:
    page = client.get(step(made)).content.decode()
    assert "data-outline" in page
    assert 'name="berkas:q-denah"' in page
    answer = client.post(
        step(made), {"q-titik": "-6.8885, 109.6745", "q-batas": SQUARE, "berkas:q-denah": photo()}
    )
    assert answer.status_code == 302
    made.refresh_from_db()
    upload = Upload.objects.get()
    assert made.answers["denah"] == upload.public_id
    assert made.answers["batas"]["type"] == "Polygon"
    told = client.get(f"/permohonan/{made.public_id}/ringkasan/").content.decode()
    assert "4 sudut" in told
    assert f"/berkas/{upload.public_id}/" in told
    assert "denah.jpg" in told
    assert "di luar kota" not in told
    applications.submit(made, key=factories.KEY, by=owner)
    assert client.get(f"/permohonan/{made.public_id}/").status_code == 200
    client.force_login(factories.staff(Role.FRONT_OFFICE))
    case = client.get(f"/petugas/permohonan/{made.public_id}/").content.decode()
    assert f"/berkas/{upload.public_id}/" in case
    assert client.get(f"/berkas/{upload.public_id}/1/").status_code == 200
    values = wording._values(made, [], date(2026, 1, 5), None)
    assert values["batas"].endswith("m², 4 sudut")
    assert values["titik"] == "-6.888500, 109.674500"


@pytest.mark.parametrize(
    ("text", "said"),
    [(BOW, "memotong"), ("-6.88, 109.67\n-6.89, 109.67", "tiga sudut"), ("sebelah pasar", "di peta")],
)
def test_an_outline_that_is_none_is_refused_and_kept_as_typed(
    text: str, said: str, client: Client, made: Application
) -> None:
    answer = client.post(step(made), {"q-batas": text})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert text in page
    made.refresh_from_db()
    typed = questions.to_texts(definition_of(made.version).questions, made.answers)["q-batas"]
    assert [line.split(",")[0][:5] for line in typed.splitlines()] == [
        line.split(",")[0][:5] for line in text.splitlines()
    ]


def test_outside_the_city_is_a_warning(client: Client, made: Application) -> None:
    far = SQUARE.replace("109.", "110.")
    answer = client.post(step(made), {"q-titik": "-6.8, 110.9", "q-batas": far, "berkas:q-denah": photo()})
    assert answer.status_code == 302
    assert client.get(step(made)).content.decode().count("di luar kota") >= 2
    told = client.get(f"/permohonan/{made.public_id}/ringkasan/").content.decode()
    assert told.count("(di luar kota)") == 2


def test_a_file_is_sent_alone_replaced_and_taken_out(client: Client, made: Application) -> None:
    client.post(step(made), {"q-titik": "-6.8885, 109.6745"}, headers=JSON)
    said = client.post(step(made), {"berkas:q-denah": photo()}, headers=JSON).json()
    assert said["conflicts"] == {}
    first = said["stored"]["q-denah"]
    assert said["stored"]["q-titik"] == "-6.888500, 109.674500"
    second = client.post(step(made), {"berkas:q-denah": photo()}, headers=JSON).json()["stored"]["q-denah"]
    assert second not in ("", first)
    client.post(step(made), {"q-denah": second, "tanpa": "q-denah"}, headers=JSON)
    made.refresh_from_db()
    assert "denah" not in made.answers


def test_a_bad_file_is_refused_and_the_rest_is_kept(client: Client, made: Application) -> None:
    bad = SimpleUploadedFile("denah.exe", b"MZ", "application/octet-stream")
    assert client.post(step(made), {"berkas:q-denah": bad}, headers=JSON).status_code == 409
    bad.seek(0)
    page = client.post(step(made), {"q-titik": "-6.8885, 109.6745", "berkas:q-denah": bad}, follow=True)
    assert "-6.888500, 109.674500" in page.content.decode()
    assert not Upload.objects.exists()


def test_somebody_elses_file_is_no_answer(client: Client, made: Application) -> None:
    client.post(step(made), {"berkas:q-denah": photo()}, headers=JSON)
    other = factories.applicant()
    theirs = factories.draft(other, made.version.type, **DEFINITION)
    client.force_login(other)
    client.post(step(theirs), {"q-denah": Upload.objects.get().public_id}, headers=JSON)
    theirs.refresh_from_db()
    assert "denah" not in theirs.answers
