"""/permohonan/ and /lacak/: the form, two tabs, sending, following."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits import applications, corrections, workflow
from permits.models import Application, Concerns, LocationKind, Purpose, Stage
from permits.models import ApplicationStatus as Status
from tests import factories

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture
def owner(client: Client) -> User:
    user = factories.applicant()
    client.force_login(user)
    return user


def step(application: Application, slug: str) -> str:
    return reverse("apply-step", args=[application.public_id, slug])


def begun(by: User, **fields: Any) -> Application:
    kind = factories.permit_type(**fields)
    return applications.begin(factories.version(kind).type, Purpose.NEW, by=by)


def test_a_type_is_found_by_everyday_words_and_begun(client: Client, owner: User) -> None:
    kind = factories.permit_type("UJI-APOTEK", name="Izin Apotek Uji", keywords=["toko obat"])
    factories.version(kind)
    factories.version(factories.permit_type("UJI-REKLAME", name="Izin Reklame Uji"))
    page = client.get("/permohonan/baru/?q=toko obat").content.decode()
    assert "Izin Apotek Uji" in page
    assert "Izin Reklame Uji" not in page
    answer = client.post("/permohonan/baru/", {"jenis": "UJI-APOTEK"})
    made = Application.objects.get(applicant=owner)
    assert answer["Location"] == step(made, "pemegang")


def test_a_retired_type_cannot_be_begun(client: Client, owner: User) -> None:
    kind = factories.permit_type("UJI-LAMA", stage=Stage.RETIRED)
    factories.version(kind)
    assert client.post("/permohonan/baru/", {"jenis": "UJI-LAMA"}).status_code == 302
    assert client.post("/permohonan/baru/", {"jenis": "TIDAK-ADA"})["Location"] == "/permohonan/baru/"
    assert not Application.objects.exists()


def test_the_form_from_the_first_screen_to_the_receipt(client: Client, owner: User) -> None:
    factories.village()
    made = begun(owner)
    answer = client.post(
        step(made, "pemegang"), {"applicant_name": "Sari Contoh", "holder_name": "Batik Uji"}
    )
    assert answer["Location"] == step(made, "lokasi")
    answer = client.post(step(made, "lokasi"), {"address_1": "Jalan Uji 1", "point_1": "-6.889, 109.675"})
    assert answer["Location"] == reverse("apply-summary", args=[made.public_id])
    page = client.get(answer["Location"]).content.decode()
    assert "Batik Uji" in page
    key = re.search(r'name="kunci" value="(\w+)"', page)
    assert key
    sent = client.post(answer["Location"], {"kunci": key[1]})
    assert sent.status_code == 303
    again = client.post(answer["Location"], {"kunci": key[1]})
    made.refresh_from_db()
    assert (made.status, made.events_count) == (Status.SUBMITTED, 1)
    receipt = client.get(again["Location"])
    pin = re.search(r'class="code big">\s*(\d{6})\s*<', receipt.content.decode())
    assert pin
    assert made.registration_number is not None
    assert made.registration_number in receipt.content.decode()
    found = Client().post("/lacak/", {"nomor": made.registration_number, "pin": pin[1]})
    assert "Sedang diverifikasi" in found.content.decode()
    assert "Sari Contoh" not in found.content.decode()


def test_an_invalid_answer_is_said_without_losing_what_was_typed(client: Client, owner: User) -> None:
    made = begun(owner)
    answer = client.post(
        step(made, "pemegang"), {"applicant_name": "Sari", "holder_name": "X", "holder_nib": "12"}
    )
    assert answer.status_code == 422
    assert 'value="12"' in answer.content.decode()
    made.refresh_from_db()
    assert made.holder_name == "X"
    answer = client.post(step(made, "lokasi"), {"address_1": "Jalan Uji 1", "point_1": "di sana"})
    assert answer.status_code == 422
    assert "di sana" in answer.content.decode()
    assert made.sites.get().address == "Jalan Uji 1"


def test_two_tabs_do_not_overwrite_one_another(client: Client, owner: User) -> None:
    made = begun(owner)
    base = {"holder_name": "", "holder_nib": ""}
    one = client.post(
        step(made, "pemegang"), {"holder_name": "Tab Satu", "dasar": json.dumps(base)}, headers=JSON
    )
    assert one.json()["conflicts"] == {}
    other = {"holder_name": "Tab Dua", "holder_nib": "1234567890123", "dasar": json.dumps(base)}
    two = client.post(step(made, "pemegang"), other, headers=JSON)
    assert two.json()["conflicts"] == {"holder_name": "Tab Satu"}
    made.refresh_from_db()
    assert (made.holder_name, made.holder_nib) == ("Tab Satu", "1234567890123")
    mine = client.post(
        step(made, "pemegang"), other | {"dasar": json.dumps(two.json()["stored"])}, headers=JSON
    )
    assert mine.json()["conflicts"] == {}
    made.refresh_from_db()
    assert made.holder_name == "Tab Dua"
    page = client.post(step(made, "pemegang"), {"holder_name": "Tanpa Skrip", "dasar": json.dumps(base)})
    assert page.status_code == 409
    assert "Tab Dua" in page.content.decode()


def test_a_tick_that_was_taken_away_is_saved(client: Client, owner: User) -> None:
    made = begun(owner)
    ticks = {"centang": "consent_location consent_contact", "applicant_name": "Sari", "holder_name": "X"}
    client.post(step(made, "pemegang"), ticks | {"consent_location": "on"})
    made.refresh_from_db()
    assert made.consent_location
    client.post(step(made, "pemegang"), ticks | {"dasar": json.dumps({"consent_location": "on"})})
    made.refresh_from_db()
    assert not made.consent_location


def test_signboards_have_several_points_and_a_parcel_an_outline(client: Client, owner: User) -> None:
    signs = begun(owner, code="UJI-REKLAME", location_kind=LocationKind.SIGNBOARD)
    answer = client.post(step(signs, "lokasi"), {"point_1": "-6.889,109.675", "tambah": "1"})
    assert 'name="point_2"' in answer.content.decode()
    base = client.post(step(signs, "lokasi"), {"point_1": "-6.889,109.675"}, headers=JSON).json()["stored"]
    client.post(step(signs, "lokasi"), base | {"point_2": "-6.888,109.676", "dasar": json.dumps(base)})
    assert signs.sites.count() == 2
    parcel = begun(owner, code="UJI-TANAH", location_kind=LocationKind.PARCEL)
    corners = "-6.889,109.675\n-6.889,109.676\n-6.888,109.676"
    assert client.post(step(parcel, "lokasi"), {"area_1": corners}).status_code == 302
    site = parcel.sites.get()
    assert site.area is not None
    assert site.point is not None
    assert site.area.covers(site.point)
    crossing = "-6.889,109.675\n-6.888,109.676\n-6.889,109.676\n-6.888,109.675"
    assert client.post(step(parcel, "lokasi"), {"area_1": crossing}).status_code == 422


def test_a_point_is_named_back_and_the_sea_is_said(client: Client, owner: User, settings: Any) -> None:
    factories.village()
    settings.CITY_ZONE = "99.01"
    said = client.get("/permohonan/wilayah/?titik=-6.889,109.675").json()
    assert said == {"name": "Kelurahan Uji, Kecamatan Uji", "inside": True}
    assert client.get("/permohonan/wilayah/?titik=-5.0,109.675").json() == {"name": "", "inside": False}
    assert client.get("/permohonan/wilayah/?titik=x").status_code == 400
    settings.CITY_ZONE = "33.75"
    assert client.get("/permohonan/wilayah/?titik=-6.889,109.675").json()["inside"] is False


def test_nobody_opens_another_persons_application(client: Client, owner: User) -> None:
    other = factories.at("submitted")
    names = ["apply-own", "apply-summary", "apply-receipt"]
    answers = [client.get(reverse(name, args=[other.public_id])).status_code for name in names]
    answers.append(client.get(step(other, "pemegang")).status_code)
    answers += [
        client.post(reverse(f"apply-{n}", args=[other.public_id])).status_code for n in ("pin", "withdraw")
    ]
    assert set(answers) == {404}


def test_corrections_are_answered_and_the_file_sent_again(client: Client, owner: User) -> None:
    made = factories.draft(owner)
    applications.submit(made, key=factories.KEY, by=owner)
    clerk = factories.staff(Role.FRONT_OFFICE)
    item = corrections.collect(made, concerns=Concerns.LOCATION, key="", text="Titik keliru", by=clerk)
    workflow.apply(made, "return", by=clerk)
    page = client.get(reverse("apply-own", args=[made.public_id])).content.decode()
    assert "Titik keliru" in page
    answer = reverse("apply-answer", args=[made.public_id])
    client.post(answer, {"kirim": "1"})
    made.refresh_from_db()
    assert made.status == Status.RETURNED
    client.post(answer, {f"jawab-{item.pk}": "Sudah digeser", "kirim": "1"})
    made.refresh_from_db()
    assert made.status == Status.SUBMITTED
    item.refresh_from_db()
    assert item.answer == "Sudah digeser"


def test_following_needs_number_and_pin_and_guesses_are_counted(client: Client) -> None:
    made = factories.at("submitted")
    answers = [client.post("/lacak/", {"nomor": made.registration_number, "pin": "x"}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert answers[-1].headers["Retry-After"]
    unknown = Client(REMOTE_ADDR="10.0.0.9").post("/lacak/", {"nomor": "1999-000001", "pin": "000000"})
    assert unknown.status_code == 422
    assert client.post("/lacak/", {"nomor": "", "pin": ""}).status_code == 422


def test_a_withdrawn_application_is_closed(client: Client, owner: User) -> None:
    made = factories.draft(owner)
    client.post(reverse("apply-withdraw", args=[made.public_id]))
    made.refresh_from_db()
    assert made.status == Status.WITHDRAWN
    assert client.get("/permohonan/").status_code == 200


def test_names_are_escaped(client: Client, owner: User) -> None:
    made = factories.draft(owner)
    Application.objects.filter(pk=made.pk).update(holder_name="<script>alert(1)</script>")
    page = client.get(reverse("apply-summary", args=[made.public_id])).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
