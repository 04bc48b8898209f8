"""Holders by name: the one asked for comes first at any size, and slips of the pen are forgiven."""

from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection

from companies.models import Company
from maps import names, search
from maps.models import Place
from maps.suggest import suggest
from permits.models import LocationPublic
from tests import factories

pytestmark = pytest.mark.django_db


def holder(name: str, **permit: Any) -> Company:
    company: Company = factories.company(name)
    factories.permit(company, **permit)
    return company


def found(q: str, limit: int = 20) -> list[str]:
    return [one.name for one in names.by_name(search.words_of(q), search.plain(q), limit=limit)]


def labels(q: str) -> list[str]:
    return [line.label for line in suggest(q)]


def test_the_very_name_comes_first_among_any_number_of_the_same_words() -> None:
    for _ in range(names.SOME + 5):
        holder("CV Warung Contoh Renyah 2")
    holder("Warung Contoh Renyah 20")
    holder("Warung Contoh Renyah 2")
    holder("PT Warung Contoh Renyah 2")
    for name in ("Warung Contoh Renyah 2", "PT Warung Contoh Renyah 2"):
        assert found(name)[0] == labels(name)[0] == name


def test_the_very_name_comes_before_what_the_list_of_words_says() -> None:
    factories.commodity("batik", name="Batik")
    factories.commodity("batik-tulis", name="Batik tulis")
    holder("CV Batik Tulis")
    holder("Batik Tulis Contoh")
    assert labels("batik tulis")[0] == "Batik tulis"  # what the lists know exactly is likelier meant
    assert labels("batik tulis contoh")[0] == "Batik Tulis Contoh"


def test_order_of_words_is_free_and_the_last_may_be_unfinished() -> None:
    holder("CV Contoh Sekar Jagad")
    holder("Contoh Sekar Arum")
    assert found("jagad sekar") == ["CV Contoh Sekar Jagad"]
    assert found("contoh sekar ja") == ["CV Contoh Sekar Jagad"]
    assert set(found("sekar")) == {"CV Contoh Sekar Jagad", "Contoh Sekar Arum"}


@pytest.mark.parametrize(
    "q",
    ["skar jagad", "sekkar jagad", "sekar jagat", "seakr jagad", "esk ar jagad", "skar jgad", "sekarjagad"],
)
def test_slips_of_the_pen_are_forgiven(q: str) -> None:
    holder("Contoh Sekar Jagad")
    holder("Contoh Laut Biru")
    assert found(q) == ["Contoh Sekar Jagad"]


def test_a_slip_that_makes_another_known_word_is_forgiven() -> None:
    holder("Contoh Dapur Manis")
    holder("Contoh Dapar Asin")
    assert found("dapar manis") == ["Contoh Dapur Manis"]
    (line,) = suggest("dapar manis")
    assert [part for part, is_match in line.parts if is_match] == ["Dapur", "Manis"]


def test_a_word_that_nobody_knows_does_not_spoil_the_others() -> None:
    holder("Contoh Mebel Ukir")
    assert found("mebel ukir xyzzyq") == ["Contoh Mebel Ukir"]
    assert found("xyzzyq") == []


def test_in_force_comes_before_ended_and_near_before_far() -> None:
    factories.village()
    holder("Contoh Kembar", revoked_on="2026-01-06")
    east = factories.company("Contoh Kembar", point=Point(109.679, -6.889, srid=4326))
    west = factories.company("Contoh Kembar", point=Point(109.671, -6.889, srid=4326))
    for one in (east, west):
        factories.permit(one)
    for here, nearest in ((Point(109.68, -6.889), east), (Point(109.67, -6.889), west)):
        ranked = names.by_name(["contoh", "kembar"], "contoh kembar", limit=3, near=here)
        assert ranked[0].id == nearest.pk
        assert ranked[2].id not in {east.pk, west.pk}


def test_names_follow_their_companies() -> None:
    company = holder("Contoh Lama Sekali")
    company.name = "UD Contoh Baru"
    company.save()
    assert found("contoh baru") == ["UD Contoh Baru"]
    assert found("lama sekali") == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT plain, folded FROM maps_name WHERE company_id = %s", [company.pk])
        assert cursor.fetchone() == ("ud contoh baru", "contoh baru")
        cursor.execute("DELETE FROM maps_place")  # no longer public
    assert found("contoh baru") == []


def test_vocabulary_grows_with_every_statement() -> None:
    for name in ("Contoh Satu", "Contoh Dua"):
        holder(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM maps_word ORDER BY word")
        assert [row[0] for row in cursor.fetchall()] == ["contoh", "dua", "satu"]


def test_a_withheld_holder_is_not_found_by_a_near_miss() -> None:
    kind = factories.permit_type("UJI-RAHASIA", holder_public=False, location_public=LocationPublic.NONE)
    holder("Contoh Sembunyi", type=kind)
    for q in ("sembunyi", "sembnyi", "contoh sembunyi"):
        assert found(q) == []
        assert not search.apply(Place.objects.having_status(), q).exists()


def test_a_synonym_is_named_as_the_reason() -> None:
    factories.commodity("ikan-asin", name="Ikan asin", synonyms=["iwak gereh"], group="Pangan")
    (by_synonym,) = suggest("gereh")
    assert (by_synonym.label, by_synonym.detail) == ("Ikan asin", "iwak gereh")
    (by_name,) = suggest("ikan")
    assert (by_name.label, by_name.detail) == ("Ikan asin", "Pangan")


@pytest.mark.parametrize("q", ["'", "' | '", "\\", "a' & 'b", "~", "%", "a" * 200, "1 2 3 4 5 6 7 8 9 10 11"])
def test_no_text_breaks_the_query(q: str) -> None:
    holder("Contoh Biasa")
    assert suggest(q) == [] or q.startswith(("a'", "1"))
    search.apply(Place.objects.having_status(), q).count()
