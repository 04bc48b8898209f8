"""The letter's way to its holder."""

import re
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.models import Message
from geoportal.plugins import plugin
from permits import applications, delivery, issuing
from permits.models import Application, Delivery, DeliveryEvent, DeliveryState, Way
from permits.refusals import Refused
from permits.workflow import Forbidden
from tests import factories
from tests.contracts.post_server import Server, running

pytestmark = pytest.mark.django_db
S = DeliveryState
ADDRESS = "Jalan Uji No. 7\nKelurahan Uji\nKota Uji 99999"
_serial = iter(range(1, 1000))


def issued() -> Application:
    factories.village()
    made = factories.at("issuing")
    issuing.issue(made, number=f"UJI/POS/{next(_serial)}", on=timezone.localdate())
    return made


def applicant(made: Application) -> User:
    assert made.applicant is not None
    return made.applicant


def chosen(made: Application | None = None) -> Delivery:
    made = made or issued()
    return delivery.choose(made, way=Way.POST, recipient="Pemohon Uji", address=ADDRESS, by=applicant(made))


@pytest.fixture
def clerk(db: None) -> User:
    return factories.staff(Role.BACK_OFFICE)


@pytest.fixture
def fo(db: None) -> User:
    return factories.staff(Role.FRONT_OFFICE)


@pytest.fixture
def tracking(settings: Any) -> Iterator[Server]:
    with running() as server:
        slot = {"BACKEND": "permits.post.http.HttpPost", "OPTIONS": {"url": server.url}}
        settings.PLUGINS = settings.PLUGINS | {"POST": slot}
        plugin.cache_clear()
        yield server
    plugin.cache_clear()


def states(row: Delivery) -> list[str]:
    return list(row.events.order_by("ordinal").values_list("state", flat=True))


def test_posted_with_a_number_that_the_applicant_is_told(clerk: User) -> None:
    row = chosen()
    delivery.send(row, tracking_number=" uji 0000 0001 ", by=clerk)
    assert (row.state, row.tracking_number) == (S.SENT, "UJI00000001")
    told = Message.objects.get(kind="delivery.sent")
    assert "UJI00000001" in told.body
    assert "Jalan Uji No. 7" not in told.body
    delivery.arrived(row, by=clerk)
    assert states(row) == [S.PREPARED, S.SENT, S.RECEIVED]


def test_the_address_is_stored_encrypted() -> None:
    row = chosen()
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(d)::text FROM permits_delivery d WHERE id = %s", [row.pk])
        stored = cursor.fetchone()[0]
    assert "Jalan Uji" not in stored
    assert "4a616c616e" not in stored  # "Jalan" as bytes
    assert Delivery.objects.get(pk=row.pk).address == ADDRESS


@pytest.mark.parametrize("address", ["", "Jalan Uji", "a\nb\nc\nd\ne\nf"])
def test_an_address_that_no_postman_finds_is_refused(address: str) -> None:
    made = issued()
    with pytest.raises(Refused):
        delivery.choose(made, way=Way.POST, recipient="Uji", address=address, by=applicant(made))
    assert not Delivery.objects.exists()


def test_chosen_by_nobody_else(clerk: User) -> None:
    made = issued()
    with pytest.raises(Forbidden):
        delivery.choose(made, way=Way.COUNTER, by=clerk)


def test_nothing_is_posted_before_there_is_a_letter(clerk: User) -> None:
    row = chosen(factories.at("submitted"))
    with pytest.raises(Refused):
        delivery.send(row, tracking_number="UJI00000001", by=clerk)
    assert not Delivery.objects.to_post().exists()


@pytest.mark.parametrize("number", ["", "KURANG1", "UJI-0000-0001", "=CMD|0000001", "U" * 31])
def test_what_is_no_tracking_number(number: str, clerk: User) -> None:
    row = chosen()
    with pytest.raises(Refused):
        delivery.send(row, tracking_number=number, by=clerk)
    assert row.state == S.PREPARED


def test_one_tracking_number_is_of_one_letter(clerk: User) -> None:
    first, second = chosen(), chosen()
    delivery.send(first, tracking_number="UJI00000001", by=clerk)
    with pytest.raises(Refused):
        delivery.send(second, tracking_number="UJI00000001", by=clerk)
    second.refresh_from_db()
    assert (second.state, second.events.count()) == (S.PREPARED, 1)


def test_the_second_of_two_clerks_is_told(clerk: User) -> None:
    row = chosen()
    stale = Delivery.objects.get(pk=row.pk)
    delivery.send(row, tracking_number="UJI00000001", by=clerk)
    with pytest.raises(Refused, match="Dikirim"):
        delivery.send(stale, tracking_number="UJI00000002", by=clerk)
    assert Message.objects.filter(kind="delivery.sent").count() == 1


def test_only_the_post_room_posts(fo: User) -> None:
    row = chosen()
    with pytest.raises(Forbidden):
        delivery.send(row, tracking_number="UJI00000001", by=fo)


def test_returned_gets_a_new_address_and_a_new_number(clerk: User) -> None:
    row = chosen()
    delivery.send(row, tracking_number="UJI00000001", by=clerk)
    delivery.came_back(row, by=clerk, note="Alamat tidak dikenal")
    assert Message.objects.filter(kind="delivery.returned").exists()
    assert not Delivery.objects.to_post().exists()
    made = row.application
    delivery.choose(
        made, way=Way.POST, recipient="Pemohon Uji", address="Jalan Baru 1\nKota Uji", by=applicant(made)
    )
    row.refresh_from_db()
    assert (row.state, row.tracking_number) == (S.RESENDING, "")
    assert Delivery.objects.to_post().get() == row
    delivery.send(row, tracking_number="UJI00000002", by=clerk)
    numbers = row.events.exclude(tracking_number="").order_by("ordinal")
    assert [one.tracking_number for one in numbers] == ["UJI00000001", "UJI00000001", "UJI00000002"]


def test_returned_and_sent_again_to_the_same_address(clerk: User) -> None:
    row = chosen()
    delivery.send(row, tracking_number="UJI00000001", by=clerk)
    delivery.came_back(row, by=clerk)
    delivery.send_again(row, by=clerk)
    assert row.state == S.RESENDING


def test_lost_post_is_printed_again_and_says_why(clerk: User) -> None:
    row = chosen()
    delivery.send(row, tracking_number="UJI00000001", by=clerk)
    with pytest.raises(Refused):
        delivery.lost(row, by=clerk, note=" ")
    delivery.lost(row, by=clerk, note="Tidak ditemukan di gudang")
    assert row.state == S.RESENDING
    assert "gudang" in row.events.latest("ordinal").note


def test_what_is_on_its_way_keeps_its_address(clerk: User) -> None:
    row = chosen()
    delivery.send(row, tracking_number="UJI00000001", by=clerk)
    made = row.application
    with pytest.raises(Refused):
        delivery.choose(made, way=Way.COUNTER, by=applicant(made))
    with pytest.raises(Refused):
        delivery.hand_over(made, name="Uji", by=factories.staff(Role.FRONT_OFFICE))


def test_handed_over_by_pin(fo: User) -> None:
    made = issued()
    pin = applications.new_pin(made, by=fo)
    wrong = f"{(int(pin) + 1) % 10**6:06d}"
    with pytest.raises(Refused):
        delivery.hand_over(made, pin=wrong, by=fo)
    delivery.hand_over(made, pin=pin, by=fo)
    row = Delivery.objects.get(application=made)
    assert (row.way, row.state, row.received_by) == (Way.COUNTER, S.RECEIVED, "")
    with pytest.raises(Refused):
        delivery.hand_over(made, pin=pin, by=fo)
    assert row.events.count() == 1


def test_handed_over_to_a_name_that_is_kept(fo: User) -> None:
    row = chosen()
    delivery.hand_over(row.application, name="Utusan Uji", by=fo)
    row.refresh_from_db()
    assert (row.state, row.received_by, row.address) == (S.RECEIVED, "Utusan Uji", "")


def test_not_handed_over(fo: User, clerk: User) -> None:
    made = issued()
    with pytest.raises(Refused):
        delivery.hand_over(made, by=fo)
    with pytest.raises(Forbidden):
        delivery.hand_over(made, name="Uji", by=clerk)
    with pytest.raises(Refused):
        delivery.hand_over(factories.at("processing"), name="Uji", by=fo)


def test_the_post_is_asked_and_moves_what_arrived(tracking: Server, clerk: User) -> None:
    rows = [chosen() for _ in range(3)]
    for n, row in enumerate(rows):
        delivery.send(row, tracking_number=f"UJI0000000{n}", by=clerk)
    tracking.known = {"UJI00000000": {"status": "delivered"}, "UJI00000001": {"status": "returned"}}
    assert delivery.follow_the_post(timezone.localdate()) == 2
    assert delivery.follow_the_post(timezone.localdate()) == 0
    for row in rows:
        row.refresh_from_db()
    assert [row.state for row in rows] == [S.RECEIVED, S.RETURNED, S.SENT]
    assert rows[0].events.latest("ordinal").by is None


def test_a_post_that_is_down_loses_nothing(tracking: Server, clerk: User) -> None:
    row = chosen()
    delivery.send(row, tracking_number="UJI00000001", by=clerk)
    tracking.status = 503
    assert delivery.follow_the_post(timezone.localdate()) == 0
    row.refresh_from_db()
    assert row.state == S.SENT


def test_events_are_never_rewritten() -> None:
    row = chosen()
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL ROLE sakpore_app")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            cursor.execute("UPDATE permits_deliveryevent SET note = 'x' WHERE delivery_id = %s", [row.pk])
        cursor.execute("RESET ROLE")
    assert DeliveryEvent.objects.filter(note="x").count() == 0


def test_pages_of_the_post_room(client: Client, clerk: User, django_assert_max_num_queries: Any) -> None:
    rows = [chosen() for _ in range(3)]
    client.force_login(clerk)
    with django_assert_max_num_queries(12):
        page = client.get("/petugas/pos/").content.decode()
    assert all(str(row.application) in page for row in rows)
    url = f"/petugas/pos/{rows[0].application.public_id}/"
    answer = client.post(url, {"langkah": "kirim", "resi": "salah"}, follow=True)
    assert "8" in answer.content.decode()
    client.post(url, {"langkah": "kirim", "resi": "UJI00000001"})
    rows[0].refresh_from_db()
    assert rows[0].state == S.SENT
    client.post(url, {"langkah": "hilang", "catatan": "Hilang di jalan"})
    rows[0].refresh_from_db()
    assert rows[0].state == S.RESENDING
    assert client.post(url, {"langkah": "terbang"}, follow=True).status_code == 200


def test_labels_and_the_list_of_a_batch(client: Client, clerk: User, tmp_path: Any) -> None:
    rows = [chosen() for _ in range(2)]
    client.force_login(clerk)
    ids = [row.application.public_id for row in rows]
    labels = client.get("/petugas/pos/cetak/", {"berkas": ids, "cetak": "label"})
    assert labels.headers["Content-Type"] == "application/pdf"
    assert "no-store" in labels.headers["Cache-Control"]
    (tmp_path / "label.pdf").write_bytes(labels.content)
    with pikepdf.open(tmp_path / "label.pdf") as pdf:
        assert len(pdf.pages) == 2
    listed = client.get("/petugas/pos/cetak/", {"berkas": ids, "cetak": "daftar"})
    assert listed.content.startswith(b"%PDF-")
    assert client.get("/petugas/pos/cetak/", {"berkas": ["x" * 50]}).status_code == 302


@pytest.mark.parametrize("role", [Role.FRONT_OFFICE, Role.HEAD])
def test_the_post_room_is_for_the_back_office(client: Client, role: Role) -> None:
    client.force_login(factories.staff(role))
    assert client.get("/petugas/pos/").status_code == 403


def test_the_applicant_chooses_on_a_page_without_javascript(client: Client) -> None:
    made = issued()
    client.force_login(applicant(made))
    url = f"/permohonan/{made.public_id}/penyerahan/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"way": "post", "recipient": "Uji", "address": "satu"}).status_code == 422
    assert client.post(url, {"way": "merpati"}).status_code == 422
    told = {"way": "post", "recipient": "<script>alert(1)</script>", "address": ADDRESS}
    page = client.post(url, told, follow=True).content.decode()
    assert "<script>alert(1)" not in page
    assert Delivery.objects.get(application=made).way == Way.POST
    client.force_login(factories.applicant())
    assert client.get(url).status_code == 404


def test_the_counter_hands_over_on_a_page(client: Client, fo: User, clerk: User) -> None:
    made = issued()
    url = f"/petugas/permohonan/{made.public_id}/serah/"
    client.force_login(clerk)
    assert client.get(url).status_code == 403
    client.force_login(fo)
    assert re.search(rf'href="{url}"', client.get(f"/petugas/permohonan/{made.public_id}/").content.decode())
    assert client.get(url).status_code == 200
    assert client.post(url, {}).status_code == 200
    assert client.post(url, {"pin": "000000x"}).status_code == 422
    assert client.post(url, {"name": "Utusan Uji"}).status_code == 302
    assert Delivery.objects.get(application=made).state == S.RECEIVED
