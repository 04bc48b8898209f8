"""SKM: once a link, nine marks, and the index as the regulation counts it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import caches
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from geoportal.models import Message
from permits import issuing, survey
from permits.models import Application, Survey
from tests import factories

_serial = iter(range(1, 1000))


def issued() -> Application:
    factories.village()
    made = factories.at("issuing")
    issuing.issue(made, number=f"UJI/SKM/{next(_serial)}", on=timezone.localdate())
    return made


def marks(mark: int = 4) -> dict[str, str]:
    return {f"u{n}": str(mark) for n in range(1, 10)}


@pytest.mark.parametrize(
    ("value", "letter"),
    [
        ("25.00", "D"), ("64.99", "D"), ("65.00", "C"), ("76.60", "C"),
        ("76.61", "B"), ("88.30", "B"), ("88.31", "A"), ("100.00", "A"),
    ],
)  # fmt: skip
def test_the_classes_of_the_regulation(value: str, letter: str) -> None:
    assert survey.letter_of(Decimal(value)) == letter


@pytest.mark.django_db
def test_the_index_weighs_each_element_one_ninth() -> None:
    assert survey.index(timezone.localdate()) is None
    survey.answer(survey.token(issued()), [4] * 9)
    survey.answer(survey.token(issued()), [1, 2, 3, 4, 3, 3, 3, 3, 3])
    found = survey.index(timezone.localdate())
    assert found is not None
    assert found.value == Decimal("84.72")  # (36 + 25) / 18 * 25
    assert (found.letter, found.answers) == ("B", 2)
    assert found.elements[0] == Decimal("2.50")


@pytest.mark.django_db
def test_answers_older_than_a_year_no_longer_count() -> None:
    survey.answer(survey.token(issued()), [4] * 9)
    Survey.objects.update(answered_on=timezone.localdate() - timedelta(days=365))
    assert survey.index(timezone.localdate()) is None


@pytest.mark.django_db
@pytest.mark.parametrize("bad", [[4] * 8, [4] * 10, [0] + [4] * 8, [5] + [4] * 8, []])
def test_only_nine_marks_from_1_to_4(bad: list[int]) -> None:
    made = issued()
    with pytest.raises(survey.Wrong):
        survey.answer(survey.token(made), bad)
    with pytest.raises(IntegrityError), transaction.atomic():
        Survey.objects.create(
            token_hash=b"x" * 32, type=made.version.type, marks=bad, answered_on=timezone.localdate()
        )


@pytest.mark.django_db
def test_once_a_link(client: Client) -> None:
    url = f"/survei/{survey.token(issued())}/"
    page = client.get(url).content.decode()
    assert page.count('type="radio"') == 36
    assert client.post(url, {}).status_code == 422
    assert client.post(url, marks() | {"u5": "9"}).status_code == 422
    assert client.post(url, marks()).status_code == 200
    assert client.post(url, marks(1)).status_code == 404
    assert [one.marks for one in Survey.objects.all()] == [[4] * 9]


@pytest.mark.django_db
def test_a_link_cannot_be_guessed_nor_used_early(client: Client) -> None:
    made = issued()
    whole = survey.token(made)
    for wrong in (made.public_id, whole[:-1], f"X{whole}", "x", "%00"):
        assert client.get(f"/survei/{wrong}/").status_code == 404
    early = factories.at("processing")
    assert client.post(f"/survei/{survey.token(early)}/", marks()).status_code == 404
    assert not Survey.objects.exists()


@pytest.mark.django_db
def test_the_applicant_is_asked_once_the_letter_is_there(settings: Any, client: Client) -> None:
    settings.SITE_URL = "https://izin.example"
    made = issued()
    link = f"/survei/{survey.token(made)}/"
    assert f"https://izin.example{link}" in Message.objects.get(kind="application.finish").body
    assert "/survei/" not in Message.objects.get(kind="application.accept").body
    assert made.applicant is not None
    client.force_login(made.applicant)
    assert link in client.get(f"/permohonan/{made.public_id}/").content.decode()


@pytest.mark.django_db
def test_the_figures_page_shows_the_index(client: Client) -> None:
    assert "IKM" not in client.get("/statistik/").content.decode()
    survey.answer(survey.token(issued()), [4, 4, 4, 4, 4, 4, 4, 4, 3])
    caches["pages"].clear()
    page = client.get("/statistik/").content.decode()
    assert "IKM" in page
    assert "97,22" in page
