"""Visits from the order to the day's list."""

import itertools
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.geography.distance import metres
from geoportal.models import Message
from geoportal.reporting import fixture
from permits import rounds, visits, workflow
from permits.catalogue import read_catalogue
from permits.definitions import Definition, DefinitionError
from permits.models import Application, ApplicationSite, Visit, VisitState
from permits.models import ApplicationStatus as Status
from permits.refusals import Refused
from permits.workflow import Forbidden
from tests import factories

pytestmark = pytest.mark.django_db
PDF_HEAD = b"%PDF-"


def ordered(**data: Any) -> Visit:
    """A visit that the back office ordered."""
    made = factories.at("processing", needs_inspection=True, inspection={"inspectors": 1})
    workflow.apply(made, "order_inspection", by=factories.staff(Role.BACK_OFFICE), data=data)
    return made.visits.get()


def inspector() -> User:
    return factories.staff(Role.INSPECTOR)


def planned(*people: User, days: int = 0, **data: Any) -> Visit:
    visit = ordered(**data)
    team = [one.pk for one in people or (inspector(),)]
    day = timezone.localdate() + timedelta(days)
    visits.plan([visit.public_id], day=day, team=team, by=factories.staff(Role.OFFICIAL))
    visit.refresh_from_db()
    return visit


def test_an_order_makes_a_visit_with_its_reason_and_the_types_checklist() -> None:
    visit = ordered(note="Tetangga mengadu", checklist=["Tempat sesuai", "Tempat sesuai", "  "])
    assert (visit.state, visit.reason) == (VisitState.ORDERED, "Tetangga mengadu")
    assert visit.checklist == [{"key": "own_0", "label": "Tempat sesuai"}]
    plain = ordered()
    assert [item["key"] for item in plain.checklist] == ["place", "use", "building", "surroundings"]


def test_the_types_own_checklist_and_team_are_its_data() -> None:
    data = {"inspection": {"checklist": [{"key": "apar", "label": "Ada APAR"}], "inspectors": 2, "far": 50}}
    rule = Definition.parse(data).inspection
    assert (rule.checklist[0].label, rule.inspectors, rule.far) == ("Ada APAR", 2, 50)
    assert Definition.parse(Definition.parse(data).dump()).inspection == rule
    with pytest.raises(DefinitionError) as error:
        Definition.parse({"inspection": {"inspectors": 0, "checklist": [{"key": "A"}], "jauh": 1}})
    assert {text.partition(":")[0] for text in error.value.problems} == {
        "inspection.inspectors",
        "inspection.checklist.0.key",
        "inspection.checklist.0.label",
        "inspection.jauh",
    }


def test_planning_tells_the_applicant_once_a_day_and_numbers_the_letter() -> None:
    visit = planned()
    assert visit.state == VisitState.PLANNED
    assert visit.letter_number.endswith(f"/{timezone.localdate().year}")
    told = Message.objects.filter(kind="visit.planned")
    assert told.count() == 1
    assert "Petugas datang pada" in told.get().body
    visits.plan(
        [visit.public_id], day=timezone.localdate(), team=[inspector().pk], by=factories.staff(Role.OFFICIAL)
    )
    assert told.count() == 1


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"day": timezone.localdate() - timedelta(1)}, "sudah lewat"),
        ({"team": []}, "petugas"),
        ({"visits": []}, "Centang"),
        ({"visits": ["TIDAKADA"]}, "tidak ada lagi"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_whole(change: dict[str, Any], word: str) -> None:
    visit = ordered()
    asked: dict[str, Any] = {
        "visits": [visit.public_id],
        "day": timezone.localdate(),
        "team": [inspector().pk],
    } | change
    with pytest.raises(Refused, match=word):
        visits.plan(asked.pop("visits"), **asked, by=factories.staff(Role.OFFICIAL))
    visit.refresh_from_db()
    assert visit.state == VisitState.ORDERED


def test_only_coordinators_plan_and_only_inspectors_are_sent() -> None:
    visit, today = ordered(), timezone.localdate()
    with pytest.raises(Forbidden):
        visits.plan(
            [visit.public_id], day=today, team=[inspector().pk], by=factories.staff(Role.FRONT_OFFICE)
        )
    clerk = factories.staff(Role.FRONT_OFFICE)
    with pytest.raises(Refused):
        visits.plan([visit.public_id], day=today, team=[clerk.pk], by=factories.staff(Role.OFFICIAL))


def test_cancelling_the_inspection_ends_the_visit_and_needs_a_reason() -> None:
    visit = planned()
    application = visit.application
    assert application is not None
    with pytest.raises(Refused):
        workflow.apply(application, "cancel_inspection", by=factories.staff(Role.BACK_OFFICE))
    data = {"note": "Sudah pernah dicek"}
    workflow.apply(application, "cancel_inspection", by=factories.staff(Role.BACK_OFFICE), data=data)
    visit.refresh_from_db()
    assert (visit.state, visit.end_reason) == (VisitState.CANCELLED, "Sudah pernah dicek")
    assert application.status == Status.PROCESSING
    with pytest.raises(Refused, match="Muat ulang"):
        visits.plan(
            [visit.public_id],
            day=timezone.localdate(),
            team=[inspector().pk],
            by=factories.staff(Role.OFFICIAL),
        )


SPOTS = st.lists(
    st.tuples(st.floats(109.6, 109.75), st.floats(-6.95, -6.85)), min_size=1, max_size=5, unique=True
)


@settings(max_examples=25, deadline=None)
@given(SPOTS)
def test_the_round_visits_each_once_and_is_hardly_longer_than_the_shortest(spots: list[rounds.Spot]) -> None:
    cost = cache(metres)
    way = rounds.order(spots, cost)
    assert sorted(way) == list(range(len(spots)))
    best = min(rounds.length(list(tried), cost) for tried in itertools.permutations(spots))
    assert rounds.length([spots[n] for n in way]) <= best * 1.25 + 1


def test_a_day_is_arranged_along_the_way_and_without_a_point_comes_last() -> None:
    person, made = inspector(), []
    for lon in (109.69, 109.66, 109.675):
        made.append(ordered())
        sites(made[-1]).update(point=Point(lon, -6.89, srid=4326))
    made.append(ordered())
    sites(made[-1]).update(point=None)
    visits.plan(
        [one.public_id for one in made],
        day=timezone.localdate(),
        team=[person.pk],
        by=factories.staff(Role.OFFICIAL),
    )
    turns = [Visit.objects.get(pk=one.pk).turn for one in made]
    assert turns[3] == 4
    assert turns[2] == 2
    assert sorted(turns[:2]) == [1, 3]


def sites(visit: Visit) -> QuerySet[ApplicationSite]:
    return ApplicationSite.objects.filter(application=visit.application)


def url(name: str, **query: str) -> str:
    return reverse(name, query=query)


def test_the_page_plans_and_shows_the_day(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    made, person = [ordered() for _ in range(4)], inspector()
    client.force_login(factories.staff(Role.BACK_OFFICE))
    today = timezone.localdate().isoformat()
    page = client.get(url("visits")).content.decode()
    assert page.count('name="kunjungan"') == 4
    asked = {"kunjungan": [one.public_id for one in made[:3]], "petugas": [person.pk], "hari": today}
    answer = client.post(url("visits-assign"), asked, follow=True)
    assert "Direncanakan: 3 kunjungan." in answer.content.decode()
    with django_assert_max_num_queries(12):
        page = client.get(url("visits", hari=today)).content.decode()
    assert page.count("<h3>") == 5  # a team, its three visits, one more to plan
    number = Visit.objects.get(pk=made[0].pk).letter_number
    letter = client.get(url("visits-letter", nomor=number))
    assert letter.content.startswith(PDF_HEAD)
    assert client.get(url("visits-letter", nomor="x")).status_code == 404
    for broken in ({"hari": "2026-02-31"}, {"hari": "besok"}, asked | {"petugas": "x"}):
        assert client.post(url("visits-assign"), broken, follow=True).status_code == 200
    assert client.get(url("visits", hari="2026-02-31")).status_code == 200
    client.force_login(factories.staff(Role.FRONT_OFFICE))
    assert client.get(url("visits")).status_code == 403


def test_the_calendar_holds_every_visit_and_no_line_is_too_long(client: Client) -> None:
    person = inspector()
    visit = planned(person, days=1)
    Application.objects.filter(visits=visit).update(holder_name="Contoh; Batik, Jaya " + "é" * 80)
    client.force_login(person)
    text = client.get(url("visits-calendar")).content.decode()
    assert text.count("BEGIN:VEVENT") == 1
    assert "Contoh\\; Batik\\, Jaya" in text.replace("\r\n ", "")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    client.force_login(inspector())
    assert "VEVENT" not in client.get(url("visits-calendar")).content.decode()


def test_the_case_page_orders_with_reason_and_checklist(client: Client) -> None:
    made = factories.at("processing", needs_inspection=True)
    client.force_login(factories.staff(Role.BACK_OFFICE))
    case = reverse("case", args=[made.public_id])
    assert 'name="daftar"' in client.get(case).content.decode()
    data = {"langkah": "order_inspection", "catatan": "Perlu dilihat", "daftar": "Satu\nDua"}
    client.post(reverse("case-move", args=[made.public_id]), data)
    visit = made.visits.get()
    assert [item["label"] for item in visit.checklist] == ["Satu", "Dua"]
    assert visit.reason == "Perlu dilihat"


def test_the_catalogue_gives_types_of_unlike_nature_short_checklists_of_their_own() -> None:
    definitions = read_catalogue(fixture("catalogue")).definitions
    for code in ("REKLAME-TETAP", "LIMBAH-CAIR", "KKPR", "REK-SATDIK"):
        assert 4 <= len(definitions[code].inspection.checklist) <= 8, code
    own = [one.inspection.checklist for one in definitions.values() if one.inspection.checklist]
    assert len({tuple(item.label for item in items) for items in own}) == len(own)


def test_a_checklist_in_the_catalogue_is_checked(tmp_path: Path) -> None:
    text = fixture("catalogue/lingkungan.toml").read_text()
    wrong = text.replace(
        '{ key = "ipal", label = "Instalasi pengolah limbah ada dan bekerja" }', '{ key = "Ipal" }'
    )
    assert wrong != text
    (tmp_path / "lingkungan.toml").write_text(wrong)
    [*problems] = read_catalogue(tmp_path).problems
    assert any("inspection.checklist.0.label" in str(problem) for problem in problems)
