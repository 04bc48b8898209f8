"""/lapor/ and its desk: a place told without a name becomes a visit, or is dismissed with a reason."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.ids import new_id
from geoportal.models import Message
from permits import sightings
from permits.models import Outcome, Sighting, SightingState, SpotCheck
from permits.refusals import Refused
from tests import factories
from tests.permits.test_papers import _private, photo  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
TEXT = "Toko cat, papan nama Contoh Warna."


def told(**more: Any) -> Sighting:
    words: dict[str, Any] = {"text": TEXT, "point": factories.HERE} | more
    return sightings.report(sightings.Words(**words), key=new_id(26))


def form_of(client: Client, **more: Any) -> dict[str, Any]:
    found = re.search(r'name="token" value="([^"]+)"', client.get("/lapor/").content.decode())
    assert found is not None
    return {"token": found[1], "text": TEXT, "point": "-6.889, 109.675"} | more


def desk(client: Client, *roles: Role) -> User:
    user = factories.staff(*(roles or (Role.BACK_OFFICE,)))
    client.force_login(user)
    return user


def where(sighting: Sighting) -> str:
    return reverse("sighting-desk", args=[sighting.public_id])


def test_told_without_account_or_name(client: Client) -> None:
    answer = client.post("/lapor/", form_of(client))
    row = Sighting.objects.get()
    assert row.number in client.get(answer["Location"]).content.decode()
    assert Client().get(answer["Location"]).status_code == 302  # only for who sent it
    assert (row.text, row.contact, row.state) == (TEXT, "", SightingState.NEW)
    assert row.point is not None
    assert round(row.point.y, 3) == -6.889


def test_an_account_leaves_no_trace(client: Client) -> None:
    client.force_login(factories.applicant())
    client.post("/lapor/", form_of(client, photos=photo()))
    assert Sighting.objects.get().uploads.get().owner is None
    names = {field.name for field in Sighting._meta.get_fields() if field.is_relation}
    assert names == {"uploads", "dismissed_by", "spot_check", "reveals"}


def test_the_map_hands_its_point_over(client: Client) -> None:
    assert 'value="-6.888600, 109.675300"' in client.get("/lapor/?lat=-6.8886&lon=109.6753").content.decode()
    for odd in ("?lat=x&lon=1", "?lat=nan&lon=nan", "?lat=99&lon=0", "?lat=%00", f"?lat={'9' * 500}"):
        page = client.get(f"/lapor/{odd}")
        assert page.status_code == 200
        assert 'name="point" value=' not in page.content.decode()


def test_the_page_says_that_absence_proves_nothing(client: Client) -> None:
    assert "tidak membuktikan apa-apa" in client.get("/lapor/").content.decode()
    around = client.get("/peta/sekitar/?dekat=109.6753,-6.8886&radius=60").content.decode()
    assert 'href="/lapor/?lat=-6.8886&amp;lon=109.6753"' in around
    assert 'href="/lapor/"' in client.get("/peta/?q=zzqqxx").content.decode()


def test_somewhere_it_must_be_and_within_the_city(client: Client, zones: None) -> None:
    assert client.post("/lapor/", form_of(client, point="")).status_code == 422
    assert client.post("/lapor/", form_of(client, point="bukan titik")).status_code == 422
    sea = client.post("/lapor/", form_of(client, point="-6.0, 109.675"))
    assert sea.status_code == 422
    assert "di luar kota" in sea.content.decode()
    assert client.post("/lapor/", form_of(client, text="")).status_code == 422
    assert client.post("/lapor/", form_of(client, surname="Robot")).status_code == 303
    assert not Sighting.objects.exists()
    assert client.post("/lapor/", form_of(client, point="", where="Depan pasar")).status_code == 303
    with pytest.raises(IntegrityError), transaction.atomic():
        Sighting.objects.update(where="")


def test_a_double_press_tells_it_once(client: Client) -> None:
    form = form_of(client)
    assert [client.post("/lapor/", form).status_code for _n in range(2)] == [303, 303]
    assert Sighting.objects.count() == 1


def test_it_is_never_public(client: Client) -> None:
    row = told(contact="saksi@contoh.example")
    assert client.get(where(row)).status_code == 302
    for path in ("/", "/peta/", "/statistik/", "/api/v1/statistics/", "/lapor/"):
        text = client.get(path).content.decode()
        assert "Contoh Warna" not in text
        assert row.number not in text
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, contact FROM permits_sighting")
        assert not any(word in bytes(one) for one in cursor.fetchone() for word in (b"Warna", b"saksi"))


def test_the_back_office_makes_it_a_visit_and_the_inspector_reports(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    holder = factories.permit()
    row, inspector = told(contact="saksi@contoh.example"), factories.staff(Role.INSPECTOR)
    desk(client)
    client.get("/petugas/")
    with django_assert_max_num_queries(12):
        assert row.number in client.get("/petugas/laporan/").content.decode()
    with django_assert_max_num_queries(12):
        assert holder.number in client.get(where(row)).content.decode()  # a permit stands right there
    assert client.post(where(row), {"tindakan": "kunjungi"}).status_code == 409
    order = {"tindakan": "kunjungi", "kepada": inspector.pk, "pesan": "Tanyakan NIB"}
    assert client.post(where(row), order).status_code == 302
    client.force_login(inspector)
    page = client.get(where(row)).content.decode()
    assert "Tanyakan NIB" in page
    result = {"tindakan": "hasil", "visited_on": timezone.localdate().isoformat(), "outcome": "differs"}
    assert client.post(where(row), {"tindakan": "hasil"}).status_code == 422
    assert client.post(where(row), result).status_code == 409  # without findings
    wrong = client.post(where(row), result | {"findings": "Salah papan", "number": "TIDAK/ADA"})
    assert wrong.status_code == 409
    assert "Salah papan" in wrong.content.decode()
    assert client.post(where(row), result | {"findings": "Beda", "number": holder.number}).status_code == 302
    check = SpotCheck.objects.get()
    assert (check.outcome, check.permit, check.reported_by) == (Outcome.DIFFERS, holder, inspector)
    row.refresh_from_db()
    assert row.state == SightingState.VISITED
    sent = Message.objects.get(kind="sighting")
    assert "Beda" not in sent.body


def test_a_dismissal_has_its_reason(client: Client) -> None:
    row = told()
    desk(client, Role.OFFICIAL)
    assert client.post(where(row), {"tindakan": "hentikan", "alasan": " "}).status_code == 409
    assert client.post(where(row), {"tindakan": "xx"}).status_code == 409
    assert client.post(where(row), {"tindakan": "hentikan", "alasan": "Izinnya ada"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.dismissal) == (SightingState.DISMISSED, "Izinnya ada")
    assert "Izinnya ada" in client.get(where(row)).content.decode()
    assert row.number not in client.get("/petugas/laporan/").content.decode()
    assert row.number in client.get("/petugas/laporan/?lihat=semua").content.decode()


def test_one_of_two_clerks_wins_and_the_other_is_told(client: Client) -> None:
    row, first = told(), factories.staff(Role.OFFICIAL)
    sightings.dismiss(row, "Izinnya ada", by=first)
    desk(client)
    order = {"tindakan": "kunjungi", "kepada": factories.staff(Role.INSPECTOR).pk}
    page = client.post(where(row), order)
    assert page.status_code == 409
    assert first.get_full_name() in page.content.decode()
    assert not SpotCheck.objects.exists()


def test_who_was_not_sent_neither_reads_nor_decides(client: Client) -> None:
    row = told()
    for user in (factories.applicant(), factories.staff(Role.FRONT_OFFICE), factories.staff(Role.HEAD)):
        client.force_login(user)
        assert client.get("/petugas/laporan/").status_code == 403
        assert client.get(where(row)).status_code == 403
        with pytest.raises(Refused):
            sightings.dismiss(row, "x", by=user)
    sent, other = factories.staff(Role.INSPECTOR), factories.staff(Role.INSPECTOR)
    sightings.order_visit(row, to=sent, errand="", by=factories.staff(Role.BACK_OFFICE))
    client.force_login(other)
    assert client.get(where(row)).status_code == 404
    today = timezone.localdate()
    with pytest.raises(Refused):
        sightings.record(row, sightings.Finding(Outcome.NOTHING, today, "x"), by=other)
    with pytest.raises(Refused):
        sightings.dismiss(row, "x", by=sent)  # deciding is not for who was sent
    late = sightings.Finding(Outcome.NOTHING, today + timedelta(days=1), "x")
    with pytest.raises(Refused):
        sightings.record(row, late, by=sent)
    with pytest.raises(Refused):
        sightings.order_visit(told(), to=factories.applicant(), errand="", by=factories.staff(Role.OFFICIAL))


def test_photographs_are_for_who_may_read_the_report(client: Client) -> None:
    client.post("/lapor/", form_of(client, photos=photo()))
    row, inspector = Sighting.objects.get(), factories.staff(Role.INSPECTOR)
    picture = reverse("upload-page", args=[row.uploads.get().public_id, 1])
    client.force_login(inspector)
    assert client.get(picture).status_code == 404
    sightings.order_visit(row, to=inspector, errand="", by=factories.staff(Role.BACK_OFFICE))
    assert client.get(picture).status_code == 200
    desk(client, Role.FRONT_OFFICE)
    assert client.get(picture).status_code == 404
