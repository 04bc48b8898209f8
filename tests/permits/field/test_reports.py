"""Reports from the field: one counts, all are kept, none twice."""

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pikepdf
import pytest
from django.contrib.gis.geos import Point
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.geography.quality import Quality
from permits import fieldnotes, issuing, photos, reports, uploads, visits, workflow
from permits.letters import store
from permits.letters.content import Kind
from permits.letters.render import render
from permits.models import (
    Application,
    Conflict,
    Doubt,
    Event,
    Letter,
    LocationKind,
    PermitSite,
    SiteHistory,
    Visit,
    VisitPhoto,
    VisitReport,
    VisitState,
)
from permits.models import ApplicationStatus as Status
from permits.refusals import Refused
from tests import factories
from tests.permits.field.evidence import exif, photograph, picture, sent, told
from tests.permits.field.test_plan import inspector, planned
from tests.permits.letters.example import content
from tests.permits.letters.test_render import text_of

pytestmark = pytest.mark.django_db
SITE = "https://izin.example"


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.CITY_ZONE = "99.01"
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def person(db: None) -> User:
    factories.village()
    return inspector()


def hand_in(visit: Visit, by: User, **change: Any) -> VisitReport:
    data = told(visit, by, **change)
    return reports.hand_in(visit, uuid4(), data, sent_at=timezone.now(), by=by, site=SITE)[0]


def application_of(visit: Visit) -> Application:
    assert visit.application is not None
    visit.application.refresh_from_db()
    return visit.application


def test_a_report_moves_the_case_and_its_hashes_stand_in_the_event(person: User, tmp_path: Path) -> None:
    visit = planned(person)
    report = hand_in(visit, person, conditions=["Pasang APAR"], verdict="with_notes", findings="APAR kurang")
    application = application_of(visit)
    assert application.status == Status.PROCESSING
    visit.refresh_from_db()
    assert visit.state == VisitState.DONE
    event = Event.objects.get(application=application, move="report")
    assert event.facts["sha256"] == report.sha256
    assert event.facts["photos"] == [VisitPhoto.objects.get().upload.sha256]
    assert report.distance is not None
    assert 20 < report.distance < 35
    assert report.village == "Kelurahan Uji, Kecamatan Uji"
    pdf = store.get(report.pdf)
    with pikepdf.open(BytesIO(pdf)) as made:
        box = [round(float(edge) / 72 * 25.4) for edge in made.pages[0].MediaBox]
    assert box == [0, 0, 210, 330]
    text = text_of(pdf, tmp_path)
    for word in (
        "Sesuai dengan catatan",
        "APAR kurang",
        "Pasang APAR",
        "Ibu Contoh",
        person.last_name,
    ):
        assert word in text
    assert Letter.objects.filter(kind="report", sha256=bytes.fromhex(report.sha256)).count() == 1
    workflow.apply(application, "draft_permit", by=factories.staff(Role.BACK_OFFICE))
    assert application.draft.conditions[-1] == "Pasang APAR"


def test_the_same_report_again_is_the_same_report(person: User) -> None:
    visit, key = planned(person), uuid4()
    data = told(visit, person)
    first, new = reports.hand_in(visit, key, data, sent_at=None, by=person, site=SITE)
    again, newer = reports.hand_in(visit, key, data, sent_at=None, by=person, site=SITE)
    assert (first, new, newer) == (again, True, False)
    with pytest.raises(Refused, match="lain"):
        reports.hand_in(visit, key, data, sent_at=None, by=inspector(), site=SITE)
    with pytest.raises(Refused, match="lain"):
        reports.hand_in(planned(person), key, data, sent_at=None, by=person, site=SITE)
    assert VisitReport.objects.count() == 1


def test_reports_that_come_too_late_are_kept_with_the_reason(person: User) -> None:
    other = inspector()
    visit = planned(person, other)
    first, second = hand_in(visit, person), hand_in(visit, other, verdict="does_not_fit", findings="Kosong")
    assert (first.conflict, second.conflict) == ("", Conflict.REPORTED)
    cancelled = planned(person)
    data = {"note": "Salah alamat"}
    workflow.apply(
        application_of(cancelled), "cancel_inspection", by=factories.staff(Role.BACK_OFFICE), data=data
    )
    late = hand_in(cancelled, person)
    assert late.conflict == Conflict.CANCELLED
    assert application_of(cancelled).status == Status.PROCESSING
    assert not Letter.objects.filter(sha256=bytes.fromhex(late.sha256)).exists()
    given_away = planned(person)
    assert given_away.day is not None
    visits.plan(
        [given_away.public_id], day=given_away.day, team=[other.pk], by=factories.staff(Role.OFFICIAL)
    )
    assert hand_in(given_away, person).conflict == Conflict.NOT_ASSIGNED
    assert hand_in(given_away, other).conflict == ""


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"verdict": ""}, "hasil"),
        ({"verdict": "does_not_fit"}, "temuan|ditemukan"),
        ({"answers": {}}, "Jawab"),
        ({"photos": []}, "foto"),
        ({"signature": "", "unsigned_reason": ""}, "menandatangani"),
        ({"signature": "data:image/png;base64,%%%"}, "Tanda tangan"),
        ({"signer_name": " "}, "nama"),
        ({"outline": "1, 1\n2, 2"}, "Batas"),
    ],
)
def test_a_report_that_lacks_something_says_what_and_keeps_nothing(
    person: User, change: dict[str, Any], word: str
) -> None:
    visit = planned(person)
    with pytest.raises(fieldnotes.Invalid, match=word):
        hand_in(visit, person, **change)
    assert not VisitReport.objects.exists()
    assert application_of(visit).status == Status.INSPECTION


def test_photographs_that_did_not_arrive_are_asked_for_first(person: User) -> None:
    visit, missing = planned(person), uuid4()
    with pytest.raises(reports.PhotosMissing) as error:
        hand_in(visit, person, photos=[{"key": str(missing), "caption": ""}])
    assert error.value.keys == [missing]


def doubts(visit: Visit, by: User, **change: Any) -> set[str]:
    return set(hand_in(visit, by, **change).doubts)


def test_doubts_are_written_down_and_nothing_is_pretended(person: User) -> None:
    now = timezone.now()
    at = {"lat": -6.8891, "lon": 109.6752, "accuracy": 6, "at": now.isoformat()}
    assert doubts(planned(person), person) == set()
    assert doubts(planned(person), person, readings=[]) == {Doubt.NO_POSITION}
    rough = hand_in(planned(person), person, readings=[at | {"accuracy": 2000}])
    assert (rough.point, rough.accuracy, rough.doubts) == (None, 2000, [Doubt.INACCURATE])
    old = at | {"at": (now - timedelta(days=1)).isoformat()}
    assert doubts(planned(person), person, readings=[old]) == {Doubt.STALE}
    assert doubts(planned(person), person, readings=[at | {"lat": -6.893}]) == {Doubt.FAR}
    away = doubts(planned(person), person, readings=[at | {"lat": -6.2, "lon": 106.8}])
    assert away == {Doubt.FAR, Doubt.OUTSIDE}
    corrected = hand_in(planned(person), person, corrected="-6.889900, 109.675200")
    assert corrected.doubts == [Doubt.MOVED]
    assert corrected.measured is not None
    assert corrected.point is not None
    assert (round(corrected.measured.y, 4), round(corrected.point.y, 4)) == (-6.8891, -6.8899)
    visit = planned(person)
    today = f"{now.astimezone():%Y:%m:%d %H:%M:%S}"
    far_photo = sent(visit, person, data=photograph(exif(lat=((7, 1), (0, 1), (0, 1)), time=today)))
    assert doubts(visit, person, photos=far_photo) == {Doubt.PHOTO_FAR}
    old_photo = sent(visit := planned(person), person, data=photograph(exif(time="2020:01:02 03:04:05")))
    assert doubts(visit, person, photos=old_photo) == {Doubt.PHOTO_DAY}


def test_a_wrong_clock_is_a_doubt(person: User) -> None:
    visit = planned(person)
    data = told(visit, person)
    late = timezone.now() - timedelta(hours=3)
    report, _new = reports.hand_in(visit, uuid4(), data, sent_at=late, by=person, site=SITE)
    assert Doubt.CLOCK in report.doubts
    assert report.clock_seconds < -10_000


def test_the_permit_stands_where_it_was_surveyed_and_the_declared_point_stays_on_record(person: User) -> None:
    visit = planned(person)
    hand_in(visit, person)
    application = application_of(visit)
    for name in ("draft_permit", "submit_draft", "approve", "sign"):
        role = Role(workflow.MOVES[name].actor.value)
        workflow.apply(application, name, by=factories.staff(role), data={"second_factor": True})
    permit = issuing.issue(application, number="UJI/LAPANGAN/1", on=timezone.localdate())
    site = permit.sites.get()
    assert site.quality == Quality.SURVEYED
    assert site.point is not None
    assert (round(site.point.x, 4), round(site.point.y, 4)) == (109.6752, -6.8891)
    former = SiteHistory.objects.get(permit=permit)
    assert former.point == factories.HERE
    assert former.quality == Quality.BUILDING


def test_an_outline_has_its_area_and_becomes_the_parcel(person: User) -> None:
    kind = factories.permit_type("UJI-TANAH", location_kind=LocationKind.PARCEL)
    made = factories.at("processing", kind=kind, needs_inspection=True)
    workflow.apply(made, "order_inspection", by=factories.staff(Role.BACK_OFFICE))
    visit = made.visits.get()
    visits.plan(
        [visit.public_id], day=timezone.localdate(), team=[person.pk], by=factories.staff(Role.OFFICIAL)
    )
    visit.refresh_from_db()
    corners = "-6.8890, 109.6750\n-6.8890, 109.6759\n-6.8899, 109.6759\n-6.8899, 109.6750"
    report = hand_in(visit, person, outline=corners)
    assert report.area_m2 == pytest.approx(9_900, rel=0.01)
    assert issuing.surveyed(application_of(visit))[1].area == report.area


def test_of_several_places_only_the_one_that_was_visited_is_surveyed(client: Client, person: User) -> None:
    made = factories.at("processing", needs_inspection=True)
    made.sites.create(ordinal=2, address="Jalan Uji 2", point=factories.HERE, quality=Quality.STREET)
    client.force_login(factories.staff(Role.BACK_OFFICE))
    case, move = (reverse(name, args=[made.public_id]) for name in ("case", "case-move"))
    assert 'name="lokasi"' in client.get(case).content.decode()
    client.post(move, {"langkah": "order_inspection", "lokasi": "7"})
    assert not made.visits.exists()
    client.post(move, {"langkah": "order_inspection", "lokasi": "2"})
    visit = made.visits.get()
    assert visits.site_of(visit).address == "Jalan Uji 2"
    visits.plan(
        [visit.public_id], day=timezone.localdate(), team=[person.pk], by=factories.staff(Role.OFFICIAL)
    )
    visit.refresh_from_db()
    hand_in(visit, person)
    application = application_of(visit)
    for name in ("draft_permit", "submit_draft", "approve", "sign"):
        role = Role(workflow.MOVES[name].actor.value)
        workflow.apply(application, name, by=factories.staff(role), data={"second_factor": True})
    permit = issuing.issue(application, number="UJI/LAPANGAN/2", on=timezone.localdate())
    first, second = permit.sites.order_by("ordinal")
    assert (first.point, first.quality) == (factories.HERE, Quality.BUILDING)
    assert (second.point, second.quality) == (visit.reports.get().point, Quality.SURVEYED)
    former = SiteHistory.objects.get(permit=permit)
    assert (former.ordinal, former.point, former.quality) == (2, factories.HERE, Quality.STREET)


def test_evidence_is_append_only_for_the_site(person: User) -> None:
    report = hand_in(planned(person), person)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE sakpore_app")
        with pytest.raises(DatabaseError):
            cursor.execute("UPDATE permits_visitreport SET verdict = 'fits' WHERE id = %s", [report.pk])


# --- photographs


def test_a_photograph_is_kept_as_it_came_and_shown_without_its_metadata(person: User) -> None:
    data = photograph(exif())
    row, new = photos.receive(planned(person), uuid4(), data, digest=None, by=person)
    assert new
    assert uploads.original(row.upload) == data
    assert b"Exif" not in uploads.page_image(row.upload, 1)
    assert row.exif_point is not None
    assert row.exif_point.distance(factories.HERE) < 0.001
    assert row.exif_time == "2026-11-24T10:00:00+07:00"


@pytest.mark.parametrize("kind", ["JPEG", "MPO", "HEIF"])
def test_place_and_time_are_read_from_every_kind(person: User, kind: str) -> None:
    from pillow_heif import register_heif_opener

    register_heif_opener()
    data = photograph(exif(), kind=kind)
    row, _new = photos.receive(planned(person), uuid4(), data, digest=None, by=person)
    assert row.exif_point is not None
    assert round(row.exif_point.y, 3) == -6.889
    assert row.exif_time.startswith("2026-11-24T10:00:00")


@pytest.mark.parametrize(
    ("said", "where"),
    [
        (exif(sides=("N", "W")), (-109.675, 6.889)),
        (exif(sides=("S", "W")), (-109.675, -6.889)),
        (exif(lat=((0, 0), (0, 0), (0, 0))), None),
        (exif(lat=((95, 1), (0, 1), (0, 1))), None),
        (exif(lat=((6, 1), (61, 1), (0, 1))), None),
        (exif(lat=((0, 1), (0, 1), (0, 1)), lon=((0, 1), (0, 1), (0, 1))), None),
        (exif(lat=((6, 1), (53, 1))), None),
        (exif(lat=None, time=""), None),
    ],
    ids=["N-W", "S-W", "zero-length", "beyond the pole", "61 minutes", "0-0", "two parts", "none"],
)
def test_only_a_place_that_can_be_is_believed(person: User, said: Any, where: tuple[float, float]) -> None:
    row, _new = photos.receive(planned(person), uuid4(), photograph(said), digest=None, by=person)
    found = row.exif_point and (round(row.exif_point.x, 3), round(row.exif_point.y, 3))
    assert found == where


def put(client: Client, visit: Visit, data: bytes, key: Any = None, **headers: str) -> Any:
    url = reverse("field-photo", args=[visit.public_id, key or uuid4()])
    return client.put(url, data, content_type="application/octet-stream", headers=headers or None)


def test_a_photograph_sent_twice_is_kept_once(client: Client, person: User) -> None:
    visit, key = planned(person), uuid4()
    client.force_login(person)
    first, again = (put(client, visit, picture(), key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert VisitPhoto.objects.count() == 1
    client.force_login(inspector())
    assert put(client, visit, picture(), key).status_code == 422


def test_bad_photographs_are_refused_in_words(client: Client, person: User) -> None:
    visit = planned(person)
    client.force_login(person)
    paper = put(client, visit, render(Kind.RECEIPT, content()))
    assert paper.status_code == 422
    assert "bukan foto" in paper.json()["problem"]
    assert put(client, visit, b"teks").status_code == 422
    cut = put(client, visit, picture(), **{"Content-Digest": "sha-256=:AAAA:"})
    assert cut.status_code == 400
    url = reverse("field-photo", args=[visit.public_id, uuid4()])
    video = client.generic("PUT", url, b"x", CONTENT_LENGTH="200000000")
    assert video.status_code == 413
    assert "video" in video.json()["problem"]
    assert not VisitPhoto.objects.exists()


def test_the_api_answers_a_replay_with_200_and_missing_photographs_with_409(
    client: Client, person: User
) -> None:
    visit, key = planned(person), uuid4()
    client.force_login(person)
    url = reverse("field-report", args=[visit.public_id, key])
    data = told(visit, person, photos=[{"key": str(uuid4())}])
    gap = client.put(url, json.dumps(data), content_type="application/json")
    assert (gap.status_code, gap.json()["missing"]) == (409, [data["photos"][0]["key"]])
    data["photos"] = sent(visit, person)
    first, again = (client.put(url, json.dumps(data), content_type="application/json") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    for body, status in (("{", 400), ("[]", 422), ('{"format": 99}', 422)):
        assert client.put(url, body, content_type="application/json").status_code == status


def test_cases_are_their_inspectors_alone(client: Client, person: User) -> None:
    visit = planned(person)
    client.force_login(person)
    found = client.get(reverse("field-data")).json()
    assert [case["id"] for case in found["cases"]] == [visit.public_id]
    assert found["user"] == str(person.pk)
    assert client.get(reverse("field")).status_code == 200
    client.force_login(inspector())
    assert client.get(reverse("field-data")).json()["cases"] == []
    assert client.get(reverse("field-visit", args=[visit.public_id])).status_code == 404
    client.force_login(factories.staff(Role.FRONT_OFFICE))
    assert client.get(reverse("field")).status_code == 403
    assert put(client, visit, picture()).status_code == 403


def test_the_form_works_without_scripts_and_loses_no_photograph(client: Client, person: User) -> None:
    visit = planned(person)
    client.force_login(person)
    url = reverse("field-visit", args=[visit.public_id])
    assert client.get(url).status_code == 200
    data: dict[str, Any] = {f"periksa-{item['key']}": "yes" for item in visit.checklist}
    data |= {"kunci": str(uuid4()), "titik": "-6.889, 109.675", "nama": "Ibu Contoh"}
    file = BytesIO(picture())
    file.name = "foto.jpg"
    refused = client.post(url, data | {"foto": file})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert page.count('name="foto-ada"') == 1
    data |= {"hasil": "fits", "tanpa-tanda": "Pemilik pergi", "foto-ada": str(VisitPhoto.objects.get().key)}
    answer = client.post(url, data, follow=True)
    report = VisitReport.objects.get()
    assert report.number in answer.content.decode()
    assert len(report.photos) == 1
    assert report.unsigned_reason == "Pemilik pergi"


def test_the_applicant_sees_the_outcome_and_nobody_else_the_minutes(client: Client, person: User) -> None:
    visit = planned(person)
    report = hand_in(visit, person, conditions=["Pasang APAR"], verdict="with_notes", findings="Kurang")
    application = application_of(visit)
    url = reverse("field-minutes", args=[report.key])
    assert application.applicant is not None
    client.force_login(application.applicant)
    page = client.get(reverse("apply-own", args=[application.public_id])).content.decode()
    assert "Pasang APAR" in page
    assert client.get(url).content.startswith(b"%PDF-")
    client.force_login(factories.applicant())
    assert client.get(url).status_code == 403
    client.force_login(factories.staff(Role.BACK_OFFICE))
    page = client.get(reverse("case", args=[application.public_id])).content.decode()
    assert report.photos[0]["upload"] in page
    assert client.get(reverse("upload-page", args=[report.photos[0]["upload"], 1])).status_code == 200


def test_monitoring_moves_a_permit_in_force_at_once(person: User) -> None:
    permit = factories.permit(point=Point(109.676, -6.889, srid=4326))
    visit = Visit.objects.create(
        kind="monitoring", permit=permit, state="planned", day=timezone.localdate(), ordered_by=person
    )
    visit.inspectors.add(person)
    report = hand_in(visit, person, verdict="", found="found", signature="", signer_name="")
    site = PermitSite.objects.get(permit=permit)
    assert site.quality == Quality.SURVEYED
    assert site.point == report.point
    assert SiteHistory.objects.get(permit=permit).point == Point(109.676, -6.889, srid=4326)
