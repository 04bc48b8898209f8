"""/pengaduan/ and its desk: sent without an account, answered by the clock, read with number and PIN."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.ids import new_id
from geoportal.models import Message
from permits import clock, complaints
from permits.demo.remove import remove_city
from permits.models import Complaint, ComplaintState, Note, Topic, Upload
from permits.pages import voice
from permits.refusals import Refused
from tests import factories
from tests.permits.test_papers import _private, photo  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
TEXT = "Berkas saya belum dijawab sejak Senin."


def words(**more: Any) -> complaints.Words:
    return complaints.Words(**({"topic": Topic.DELAY, "text": TEXT} | more))


def made(**more: Any) -> tuple[Complaint, str]:
    return complaints.complain(words(**more), key=new_id(26), by=None)


def form_of(client: Client, **more: Any) -> dict[str, Any]:
    page = client.get("/pengaduan/").content.decode()
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None
    return {"token": found[1], "topic": "delay", "text": TEXT} | more


def desk(client: Client, *roles: Role) -> User:
    user = factories.staff(*(roles or (Role.FRONT_OFFICE,)))
    client.force_login(user)
    return user


def pin_on(page: str) -> tuple[str, str]:
    found = re.search(r"(ADU-\d{4}-\d{5}).*?(\d{6})\s*</dd>", page, re.S)
    assert found is not None
    return found[1], found[2]


def test_sent_without_an_account_and_followed_with_number_and_pin(client: Client) -> None:
    answer = client.post("/pengaduan/", form_of(client))
    number, pin = pin_on(client.get(answer["Location"]).content.decode())
    assert pin not in answer["Location"]
    assert number not in answer["Location"]
    row = Complaint.objects.get()
    assert (row.number, row.account, row.text) == (number, None, TEXT)
    assert pin not in row.pin_hash
    assert row.due_on == clock.working_day_after(timezone.localdate(), complaints.DAYS)
    page = Client().post("/pengaduan/ikuti/", {"nomor": number.lower(), "pin": pin}).content.decode()
    assert TEXT in page
    assert "Menunggu jawaban" in page
    wrong = Client().post("/pengaduan/ikuti/", {"nomor": number, "pin": "000000" if pin != "000000" else "1"})
    assert wrong.status_code == 422
    assert TEXT not in wrong.content.decode()
    other = Client().get("/pengaduan/terkirim/")
    assert other["Location"] == "/pengaduan/ikuti/"


def test_guessing_pins_ends(client: Client) -> None:
    row, pin = made()
    for _n in range(10):
        assert client.post("/pengaduan/ikuti/", {"nomor": row.number, "pin": "x"}).status_code == 422
    late = client.post("/pengaduan/ikuti/", {"nomor": row.number, "pin": pin})
    assert late.status_code == 429
    assert TEXT not in late.content.decode()


def test_a_double_press_sends_one_and_shows_the_same_pin(client: Client) -> None:
    form = form_of(client)
    client.post("/pengaduan/", form)
    first = pin_on(client.get("/pengaduan/terkirim/").content.decode())
    again = Client()
    again.post("/pengaduan/", form)
    assert pin_on(again.get("/pengaduan/terkirim/").content.decode()) == first
    assert Complaint.objects.count() == 1


def test_bad_input_is_told_and_programs_write_nothing(client: Client) -> None:
    assert client.post("/pengaduan/", {}).status_code == 422
    page = client.post("/pengaduan/", form_of(client, contact="bukan kontak"))
    assert page.status_code == 422
    assert TEXT in page.content.decode()  # what was typed is still there
    assert client.post("/pengaduan/", form_of(client, topic="xx")).status_code == 422
    assert client.post("/pengaduan/", form_of(client, text="a\x00b")).status_code == 422
    assert client.post("/pengaduan/", form_of(client, surname="Robot")).status_code == 303
    assert not Complaint.objects.exists()


def test_much_from_one_address_is_stopped(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "MOST", 2)
    for _n in range(2):
        assert client.post("/pengaduan/", form_of(client)).status_code == 303
    stopped = client.post("/pengaduan/", form_of(client))
    assert stopped.status_code == 429
    assert int(stopped["Retry-After"]) > 0
    assert TEXT in stopped.content.decode()
    assert Complaint.objects.count() == 2


def test_files_go_through_the_pipeline_and_only_answerers_see_them(client: Client) -> None:
    good = photo("foto.jpg")
    bad = SimpleUploadedFile("foto.png", b"bukan gambar")
    page = client.post("/pengaduan/", form_of(client, photos=[good, bad]))
    assert page.status_code == 422
    assert "foto.png" in page.content.decode()
    assert not Complaint.objects.exists()
    many = [photo(f"{n}.jpg") for n in range(4)]
    assert client.post("/pengaduan/", form_of(client, photos=many)).status_code == 422
    good.seek(0)
    assert client.post("/pengaduan/", form_of(client, photos=good)).status_code == 303
    upload = Complaint.objects.get().uploads.get()
    assert upload.owner is None
    where = reverse("upload-page", args=[upload.public_id, 1])
    for role, status in ((Role.FRONT_OFFICE, 200), (Role.HEAD, 200), (Role.INSPECTOR, 404)):
        desk(client, role)
        assert client.get(where).status_code == status
    client.force_login(factories.applicant())
    assert client.get(where).status_code == 404
    assert Upload.objects.filter(complaints=None).count() == 1  # the good one of the refused form


def test_an_account_fills_in_its_name_and_may_leave_it_out(client: Client) -> None:
    mine = factories.applicant()
    client.force_login(mine)
    assert mine.get_full_name() in client.get("/pengaduan/").content.decode()
    client.post("/pengaduan/", form_of(client))
    row = Complaint.objects.get()
    assert (row.account, row.sender, row.contact) == (mine, "", "")


def test_what_identifies_people_is_stored_encrypted(client: Client) -> None:
    made(sender="Nama Contoh", contact="nama@contoh.example")
    with connection.cursor() as cursor:
        cursor.execute("SELECT sender, contact, text, pin_hash FROM permits_complaint")
        row = cursor.fetchone()
    stored = b"|".join(one.encode() if isinstance(one, str) else bytes(one) for one in row)
    for secret in ("Contoh", "contoh.example", "Senin"):
        assert secret.encode() not in stored


def test_the_number_that_it_is_about_leads_to_the_case(client: Client) -> None:
    case, permit = factories.at("submitted"), factories.permit()
    assert made(about=f" {case.registration_number} ")[0].application == case
    assert made(about=permit.number)[0].permit == permit
    row, _pin = made(about="<script>alert(1)</script>")
    assert (row.application, row.permit) == (None, None)
    desk(client)
    page = client.get(reverse("complaint-desk", args=[row.public_id])).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_queue_shows_the_most_urgent_first_and_says_overdue(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    fresh, late = made()[0], made()[0]
    Complaint.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - timedelta(days=2))
    desk(client)
    client.get("/petugas/")
    with django_assert_max_num_queries(12):
        page = client.get("/petugas/pengaduan/").content.decode()
    assert page.index(late.number) < page.index(fresh.number)
    assert page.count('data-due="over"') == 1
    found = client.get(f"/petugas/pengaduan/?q={fresh.number}").content.decode()
    assert fresh.number in found
    assert late.number not in found
    for odd in ("?hal=99", "?hal=x", "?q=%00", "?lihat=xx"):
        assert client.get(f"/petugas/pengaduan/{odd}").status_code == 200


def test_only_those_who_answer_read_them(client: Client) -> None:
    row, _pin = made()
    one = reverse("complaint-desk", args=[row.public_id])
    for user in (factories.applicant(), factories.staff(Role.INSPECTOR), factories.staff(Role.BACK_OFFICE)):
        client.force_login(user)
        assert client.get("/petugas/pengaduan/").status_code == 403
        assert client.post(one, {"tindakan": "jawab", "jawaban": "x"}).status_code == 403
        with pytest.raises(Refused):
            complaints.reply(row, "x", answered=True, by=user)
    row.refresh_from_db()
    assert row.state == ComplaintState.OPEN


def test_an_answer_reaches_the_sender_and_is_read_with_the_pin(client: Client) -> None:
    row, pin = made(contact="nama@contoh.example")
    received = Message.objects.get(key=f"complaint.{row.pk}.open")
    assert row.number in received.subject
    assert pin not in received.body
    desk(client)
    where = reverse("complaint-desk", args=[row.public_id])
    assert client.post(where, {"tindakan": "jawab", "jawaban": " "}).status_code == 409
    assert client.post(where, {"tindakan": "xx", "jawaban": "Baik"}).status_code == 409
    assert client.post(where, {"tindakan": "jawab", "jawaban": "Sudah kami proses."}).status_code == 302
    assert "Sudah kami proses." in Message.objects.get(key=f"complaint.{row.pk}.answered").body
    page = Client().post("/pengaduan/ikuti/", {"nomor": row.number, "pin": pin}).content.decode()
    assert "Sudah kami proses." in page
    assert "Dijawab" in page
    assert "Petugas Uji" not in page  # the office answers, not a person


def test_without_a_contact_nobody_is_told() -> None:
    row, _pin = made()
    complaints.reply(row, "Ditutup: laporan ganda.", answered=False, by=factories.staff(Role.OFFICIAL))
    assert not Message.objects.filter(kind="complaint").exists()
    row.refresh_from_db()
    assert row.state == ComplaintState.CLOSED


def test_the_second_to_answer_is_told_and_loses_no_word(client: Client) -> None:
    row, _pin = made()
    first = factories.staff(Role.HEAD)
    complaints.reply(row, "Jawaban pertama.", answered=True, by=first)
    desk(client)
    where = reverse("complaint-desk", args=[row.public_id])
    page = client.post(where, {"tindakan": "tutup", "jawaban": "Jawaban kedua."})
    assert page.status_code == 409
    text = page.content.decode()
    assert first.get_full_name() in text
    assert "Jawaban kedua." in text
    row.refresh_from_db()
    assert (row.reply, row.state) == ("Jawaban pertama.", ComplaintState.ANSWERED)


def test_put_before_a_case_its_desks_read_of_it(client: Client) -> None:
    case = factories.at("processing")
    row, _pin = made(about=case.registration_number)
    desk(client)
    where = reverse("complaint-desk", args=[row.public_id])
    assert client.post(where, {"tindakan": "teruskan", "nomor": "2026-999999"}).status_code == 409
    for status in (302, 409):  # pressed twice, it is one note
        sent = client.post(where, {"tindakan": "teruskan", "nomor": case.registration_number})
        assert sent.status_code == status
    assert row.number in Note.objects.get(application=case).text
    row.refresh_from_db()
    assert (row.forwarded_to, row.state) == (case, ComplaintState.OPEN)
    assert TEXT not in client.get(reverse("case", args=[case.public_id])).content.decode()


def test_the_database_keeps_an_answer_whole() -> None:
    row, _pin = made()
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=row.pk).update(state=ComplaintState.ANSWERED)


def test_figures_are_public_and_words_are_not(client: Client) -> None:
    assert complaints.figures(timezone.localdate()) is None
    row, _pin = made()
    made()
    complaints.reply(row, "Selesai.", answered=True, by=factories.staff(Role.HEAD))
    found = complaints.figures(timezone.localdate())
    assert found == complaints.Figures(received=2, answered=1, days=0.0, in_time=1)
    caches["pages"].clear()
    page = client.get("/statistik/").content.decode()
    assert "Pengaduan" in page
    assert TEXT not in page


def test_a_demo_city_can_go_while_a_complaint_stays() -> None:
    invented = factories.permit(factories.company(demo=True), demo=True)
    row, _pin = made(about=invented.number)
    assert list(remove_city()) == [1]
    row.refresh_from_db()
    assert (row.permit, row.about) == (None, invented.number)
