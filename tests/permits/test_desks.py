"""/petugas/antrean/ and the case page."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from companies.models import Membership
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits import applications, desks, documents, workflow
from permits.models import Application, Correction
from permits.models import ApplicationStatus as Status
from tests import factories
from tests.permits.test_papers import _private, photo  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def signed_in(client: Client, *roles: Role) -> User:
    user = factories.staff(*roles)
    client.force_login(user)
    return user


def url(name: str, application: Application) -> str:
    return reverse(name, args=[application.public_id])


def post(client: Client, application: Application, move: str, **data: Any) -> str:
    """Makes a move by the page's form; returns what the page says afterwards."""
    data = {"langkah": move, "dilihat": application.events_count} | data
    page = client.post(url("case-move", application), data, follow=True).content.decode()
    application.refresh_from_db()
    return page


def test_each_role_has_its_queue_derived_from_the_table() -> None:
    assert desks.statuses_of(Role.FRONT_OFFICE) == [Status.SUBMITTED, Status.PAYMENT]
    assert desks.statuses_of(Role.OFFICIAL) == [Status.ACCEPTED, Status.REVIEW]
    assert desks.statuses_of(Role.BACK_OFFICE) == [
        Status.PROCESSING,
        Status.INSPECTION,
        Status.DRAFTING,
    ]
    assert desks.statuses_of(Role.INSPECTOR) == [Status.INSPECTION]
    assert desks.statuses_of(Role.HEAD) == [Status.SIGNING]
    waited_for = {status for role in Role for status in desks.statuses_of(role)}
    assert set(Status) - waited_for == {"draft", "returned", "issuing", "issued", "refused", "withdrawn"}


def test_the_most_urgent_comes_first_and_overdue_is_said(client: Client) -> None:
    late, fresh = factories.at("submitted"), factories.at("submitted")
    Application.objects.filter(pk=fresh.pk).update(holder_name="Contoh Segar")
    Application.objects.filter(pk=late.pk).update(
        holder_name="Contoh Terlambat", due_on=timezone.localdate() - timedelta(days=3)
    )
    signed_in(client, Role.FRONT_OFFICE)
    page = client.get("/petugas/antrean/").content.decode()
    assert page.index("Contoh Terlambat") < page.index("Contoh Segar")
    assert page.count('data-due="over"') == 1
    assert "Contoh Segar" not in client.get("/petugas/antrean/?q=Terlambat").content.decode()


def test_pages_of_the_queue_hold_each_file_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks, "PAGE", 2)
    made = [factories.at("submitted") for _ in range(5)]
    Application.objects.filter(pk=made[0].pk).update(due_on=None)
    user = signed_in(client, Role.FRONT_OFFICE)
    rows = desks.queue(desks.Wanted([Status.SUBMITTED]), user=user)
    seen, cursor = [], ""
    while True:
        found, cursor = desks.page(rows, cursor)
        seen += [row.pk for row in found]
        if not cursor:
            break
    assert seen == [one.pk for one in (*made[1:], made[0])]
    assert client.get("/petugas/antrean/?lanjut=palsu").status_code == 200


def test_files_are_assigned_in_bulk(client: Client) -> None:
    made = [factories.at("submitted") for _ in range(3)]
    user = signed_in(client, Role.FRONT_OFFICE)
    picked = [one.pk for one in made[:2]]
    client.post("/petugas/antrean/bagi/", {"berkas": picked, "kepada": user.pk})
    assert set(user.assigned_applications.values_list("pk", flat=True)) == set(picked)
    nobody = factories.applicant()
    client.post("/petugas/antrean/bagi/", {"berkas": picked, "kepada": nobody.pk})
    assert not nobody.assigned_applications.exists()
    away = client.post("/petugas/antrean/bagi/", {"berkas": picked, "kembali": "https://contoh.example/"})
    assert away["Location"] == "/petugas/antrean/"
    assert not user.assigned_applications.exists()


def test_only_staff_see_queue_and_cases_and_nobody_a_draft(client: Client) -> None:
    made = factories.at("submitted")
    client.force_login(made.applicant or factories.applicant())
    assert client.get("/petugas/antrean/").status_code == 403
    assert client.get(url("case", made)).status_code == 403
    assert client.post(url("case-move", made), {"langkah": "accept"}).status_code == 403
    signed_in(client, Role.FRONT_OFFICE)
    assert client.get(url("case", made)).status_code == 200
    assert client.get(url("case", factories.draft())).status_code == 404


def test_a_page_takes_at_most_twelve_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    made = factories.at("review")
    holder = factories.company()
    factories.permit(holder)
    Application.objects.filter(pk=made.pk).update(company=holder)
    for n in range(3):
        factories.at("submitted")
        applications.add_note(made, f"Catatan {n}", by=factories.staff(Role.OFFICIAL))
    signed_in(client, Role.FRONT_OFFICE, Role.OFFICIAL)
    client.get("/petugas/")  # what a process looks up once
    with django_assert_max_num_queries(12):
        assert client.get("/petugas/antrean/").status_code == 200
    with django_assert_max_num_queries(12):
        page = client.get(url("case", made)).content.decode()
    assert "Catatan 2" in page


def test_answers_are_read_by_name_in_few_queries_whatever_the_reader_owns(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    goods = {"key": "barang", "kind": "commodity", "label": "Barang", "required": False}
    made = factories.at("signing", questions=[goods])
    for slug, name in (("batik", "Kain Batik"), ("tenun", "Kain Tenun"), ("tahu", "Tahu")):
        factories.commodity(slug, name=name)
    Application.objects.filter(pk=made.pk).update(
        company=factories.company("Contoh Yang Dipilih"), answers={"barang": ["batik", "tenun"]}
    )
    user = signed_in(client, Role.FRONT_OFFICE)
    own = factories.company("Contoh Milik Petugas")
    Membership.objects.create(user=user, company=own)
    client.get(url("case", made))  # what a process looks up once
    with django_assert_max_num_queries(12):
        page = client.get(url("case", made)).content.decode()
    assert "Kain Batik, Kain Tenun" in page
    assert "Contoh Yang Dipilih" in page
    assert "Contoh Milik Petugas" not in page
    assert ">Tahu<" not in page


def test_a_case_from_counter_to_signature_by_the_pages(client: Client) -> None:
    made = factories.at("submitted", needs_inspection=True)
    signed_in(client, Role.FRONT_OFFICE)
    page = client.get(url("case", made)).content.decode()
    assert 'value="accept"' in page
    assert 'value="verify"' not in page
    assert "Selesai" in post(client, made, "accept")
    signed_in(client, Role.OFFICIAL)
    post(client, made, "verify")
    back_office = signed_in(client, Role.BACK_OFFICE)
    post(client, made, "order_inspection")
    signed_in(client, Role.INSPECTOR)
    report = {
        "verdict": "with_notes",
        "visited_on": timezone.localdate().isoformat(),
        "dilihat": made.events_count,
    }
    assert client.post(url("case-report", made), report).status_code == 422
    client.post(
        url("case-report", made), report | {"notes": "Papan nama belum ada", "point": "-6.889, 109.675"}
    )
    client.force_login(back_office)
    made.refresh_from_db()
    assert made.status == Status.PROCESSING
    post(client, made, "draft_permit")
    client.post(
        url("case-draft", made), {"conditions": "Satu\n\nDua", "copies_to": "Camat Uji", "serahkan": "1"}
    )
    made.refresh_from_db()
    assert made.status == Status.REVIEW
    assert made.draft.conditions == ["Satu", "Dua"]
    signed_in(client, Role.OFFICIAL)
    assert "Camat Uji" in client.get(url("case", made)).content.decode()
    assert made.status == Status.REVIEW
    post(client, made, "send_back")
    assert made.status == Status.REVIEW  # without a reason
    post(client, made, "approve")
    assert made.status == Status.SIGNING
    signed_in(client, Role.HEAD)
    post(client, made, "sign", second_factor="1")
    assert made.status == Status.SIGNING  # this page signs nothing


def test_a_return_is_collected_on_the_page(client: Client) -> None:
    made = factories.at("submitted")
    signed_in(client, Role.FRONT_OFFICE)
    where = url("case-correction", made)
    client.post(where, {"mengenai": "location", "teks": "Titik di sungai"})
    client.post(where, {"mengenai": "other", "teks": "Salah ketik"})
    client.post(where, {"teks": " "})
    items = Correction.objects.get(application=made).items
    assert items.count() == 2
    client.post(where, {"hapus": items.latest("pk").pk})
    post(client, made, "return")
    assert made.status == Status.RETURNED
    assert [item.text for item in items.all()] == ["Titik di sungai"]
    client.post(where, {"teks": "Terlambat"})
    assert items.count() == 1


def test_the_second_clerk_is_told_and_a_double_click_does_nothing(client: Client) -> None:
    made = factories.at("submitted")
    seen = made.events_count
    first = factories.staff(Role.FRONT_OFFICE)
    workflow.apply(made, "accept", by=first)
    signed_in(client, Role.FRONT_OFFICE)
    page = post(client, made, "accept", dilihat=seen)
    assert first.get_full_name() in page
    assert made.events_count == 2


def test_filing_at_the_counter(client: Client) -> None:
    kind = factories.version().type
    clerk = signed_in(client, Role.FRONT_OFFICE)
    form = {"kind": kind.pk, "purpose": "new", "proxy": "Wakil Contoh, surat kuasa 2 Januari 2026"}
    assert client.post("/petugas/permohonan/baru/", form).status_code == 422
    answer = client.post("/petugas/permohonan/baru/", form | {"consent": "on"})
    made = Application.objects.get(filed_by=clerk)
    assert answer["Location"] == reverse("apply-step", args=[made.public_id, "pemegang"])
    client.post(answer["Location"], {"applicant_name": "Mbah Contoh", "holder_name": "Warung Contoh"})
    client.post(reverse("apply-step", args=[made.public_id, "lokasi"]), {"point_1": "-6.889, 109.675"})
    sent = client.post(reverse("apply-summary", args=[made.public_id]), {"kunci": factories.KEY})
    assert "code big" in client.get(sent["Location"]).content.decode()
    assert "Wakil Contoh" not in client.get(url("case", made)).content.decode()
    page = client.post(url("case-reveal", made), {"alasan": "contact"}, follow=True).content.decode()
    assert "Wakil Contoh" in page
    signed_in(client, Role.BACK_OFFICE)
    assert client.get("/petugas/permohonan/baru/").status_code == 403
    assert client.get(sent["Location"]).status_code == 404


def test_a_renewal_at_the_counter_names_its_permit(client: Client) -> None:
    old = factories.permit()
    factories.version(old.type)
    signed_in(client, Role.FRONT_OFFICE)
    form = {"kind": old.type.pk, "purpose": "renewal", "consent": "on"}
    assert client.post("/petugas/permohonan/baru/", form | {"number": "TIDAK/ADA"}).status_code == 422
    assert client.post("/petugas/permohonan/baru/", form | {"number": old.number}).status_code == 302
    made = Application.objects.get()
    assert (made.former, made.company) == (old, old.company)


def placed(count: int, step: float) -> list[Application]:
    """Submitted files whose places lie `step` degrees apart."""
    made = [factories.at("submitted") for _ in range(count)]
    for n, one in enumerate(made):
        point = Point(factories.HERE.x + n * step, factories.HERE.y, srid=4326)
        one.sites.update(point=point)
    return made


def test_the_queue_as_a_map_links_each_file_from_its_place(
    client: Client, zones: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    far, *others = placed(3, 0.01)
    Application.objects.filter(pk=others[0].pk).update(due_on=timezone.localdate() - timedelta(days=3))
    signed_in(client, Role.FRONT_OFFICE)
    assert 'class="plan"' not in client.get("/petugas/antrean/").content.decode()
    client.get("/petugas/")
    with django_assert_max_num_queries(12):
        page = client.get("/petugas/antrean/?tampil=peta").content.decode()
    drawn = page.partition('class="plan"')[2].partition("</svg>")[0]
    assert all(url("case", one) in drawn for one in (far, *others))
    assert drawn.count("spot late") == 1  # by its shape too
    assert drawn.index("spot late") < drawn.index('<circle class="spot"')  # number 1 is the most urgent
    assert "tampil=peta" in page.partition("<form")[2]


def test_files_at_one_place_share_a_mark_and_those_elsewhere_are_counted(client: Client, zones: None) -> None:
    made = placed(4, 0)
    made[3].sites.update(point=Point(0, 0, srid=4326))
    signed_in(client, Role.FRONT_OFFICE)
    page = client.get("/petugas/antrean/?tampil=peta").content.decode()
    drawn = page.partition('class="plan"')[2].partition("</svg>")[0]
    assert drawn.count('href="') == 1
    assert 'href="#berkas-1"' in drawn
    assert "1 berkas tidak punya titik" in page
    assert 'id="berkas-1"' in page


def test_a_case_shows_its_place_and_its_documents_side_by_side(client: Client, zones: None) -> None:
    rules = [
        {"key": "ktp", "label": "KTP pemohon", "required": False},
        {"key": "denah", "label": "Denah", "required": False},
    ]
    made = factories.draft(documents=rules)
    assert made.applicant is not None
    for key in ("ktp", "denah"):
        documents.attach(made, key, photo(), name=f"{key}.jpg", by=made.applicant)
    applications.submit(made, key=factories.KEY, by=made.applicant)
    signed_in(client, Role.FRONT_OFFICE)
    assert 'class="plan"' in client.get(url("case", made)).content.decode()
    both = client.get(url("case-papers", made)).content.decode()
    pictures = [reverse("upload-page", args=[d.upload.public_id, 1]) for d in made.documents.order_by("id")]
    assert both.index(pictures[0]) < both.index(pictures[1])
    turned = client.get(url("case-papers", made), {"kiri": "denah", "kanan": "ktp"}).content.decode()
    assert turned.index(pictures[1]) < turned.index(pictures[0])
    assert client.get(url("case-papers", made), {"kiri": "tidak-ada"}).status_code == 200
    assert client.get(url("case-papers", factories.at("submitted"))).status_code == 200
    client.force_login(made.applicant)
    assert client.get(url("case-papers", made)).status_code == 403
