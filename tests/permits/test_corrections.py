"""Corrections tied to answers and documents: marked beside them, sent once, answered beside their fields."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits import corrections, workflow
from permits.models import Application, Concerns, Correction
from permits.models import ApplicationStatus as Status
from permits.refusals import Refused
from tests import factories
from tests.permits.test_papers import _private, photo  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
QUESTIONS: list[dict[str, Any]] = [
    {"key": "luas", "label": "Luas ruang praktik", "kind": "number", "required": False, "step": "Tempat"},
    {"key": "alat", "label": "Daftar alat", "kind": "text", "required": False, "step": "Tempat"},
]
RULES: list[dict[str, Any]] = [{"key": "ktp", "label": "KTP pemohon", "required": False}]


def url(name: str, application: Application, *more: str) -> str:
    return reverse(name, args=[application.public_id, *more])


def desk(client: Client, role: Role = Role.FRONT_OFFICE) -> User:
    user = factories.staff(role)
    client.force_login(user)
    return user


@pytest.fixture
def sent() -> Application:
    return factories.at("submitted", questions=QUESTIONS, documents=RULES)


@pytest.fixture
def returned(sent: Application, client: Client) -> Application:
    """One question, one document and the holder's name are asked for."""
    desk(client)
    marks = {
        "tandai": ["question.q-luas", "document.ktp", "holder.holder_name"],
        "teks-question.q-luas": "Luas tidak masuk akal",
        "teks-holder.holder_name": "<script>alert(1)</script>",
    }
    client.post(url("case-correction", sent), marks)
    client.post(url("case-move", sent), {"langkah": "return", "dilihat": sent.events_count})
    sent.refresh_from_db()
    assert sent.status == Status.RETURNED
    assert sent.applicant is not None
    client.force_login(sent.applicant)
    return sent


def items(application: Application) -> dict[str, Any]:
    return {item.key: item for item in Correction.objects.get(application=application).items.all()}


def test_each_answer_and_document_can_be_marked_where_it_stands(sent: Application, client: Client) -> None:
    desk(client)
    page = client.get(url("case", sent)).content.decode()
    for mark in (
        "question.q-luas",
        "question.q-alat",
        "document.ktp",
        "holder.holder_name",
        "location.point_1",
    ):
        assert f'value="{mark}"' in page
    assert "Luas ruang praktik" in page  # an empty answer can be asked for too
    desk(client, Role.OFFICIAL)
    assert 'name="tandai"' not in client.get(url("case", sent)).content.decode()


def test_marks_are_collected_at_once_and_said_once(sent: Application, client: Client) -> None:
    desk(client)
    where = url("case-correction", sent)
    first = {"tandai": ["question.q-luas", "document.ktp"], "teks-question.q-luas": "Luas?"}
    client.post(where, first)
    again = {
        "tandai": ["question.q-luas", "question.tidak-ada"],
        "teks-question.q-luas": "Luas tidak masuk akal",
    }
    page = client.post(where, again, follow=True).content.decode()
    assert "Luas tidak masuk akal" in page
    found = items(sent)
    assert set(found) == {"q-luas", "ktp"}  # nothing twice, nothing that is not there
    assert found["q-luas"].text == "Luas tidak masuk akal"
    assert found["ktp"].text  # without words it says what is usual
    assert "tandai" in client.post(where, {}, follow=True).content.decode()
    assert Correction.objects.get(application=sent).items.count() == 2


def test_the_official_marks_too(client: Client) -> None:
    made = factories.at("accepted", questions=QUESTIONS, documents=RULES)
    desk(client, Role.OFFICIAL)
    client.post(url("case-correction", made), {"tandai": "document.ktp"})
    client.post(url("case-move", made), {"langkah": "return_verified", "dilihat": made.events_count})
    made.refresh_from_db()
    assert made.status == Status.RETURNED


def test_who_comes_too_late_marks_nothing(sent: Application, client: Client) -> None:
    first, second = factories.staff(Role.FRONT_OFFICE), factories.staff(Role.FRONT_OFFICE)
    stale = Application.objects.get(pk=sent.pk)  # what the second clerk still has before them
    workflow.apply(sent, "accept", by=first)
    mark = corrections.Mark(Concerns.DOCUMENT, "ktp")
    with pytest.raises(Refused):
        corrections.collect_marks(stale, [mark], by=second)
    assert not Correction.objects.exists()


def test_the_applicant_sees_each_with_its_answer_and_its_place_in_the_form(
    returned: Application, client: Client
) -> None:
    page = client.get(url("apply-own", returned)).content.decode()
    assert "<script>alert(1)" not in page
    assert "Luas tidak masuk akal" in page
    assert "Contoh Baru" in page  # what is there now
    assert f'href="{url("apply-step", returned, "tempat")}#id_q-luas"' in page
    assert f'href="{url("apply-step", returned, "pemegang")}#id_holder_name"' in page
    assert f'href="{url("apply-papers", returned)}#dokumen-ktp"' in page


def test_it_stands_beside_its_field_and_nowhere_else(returned: Application, client: Client) -> None:
    place = client.get(url("apply-step", returned, "tempat")).content.decode()
    assert place.index('name="q-luas"') < place.index("Luas tidak masuk akal") < place.index('name="q-alat"')
    holder = client.get(url("apply-step", returned, "pemegang")).content.decode()
    assert "Luas tidak masuk akal" not in holder
    papers = client.get(url("apply-papers", returned)).content.decode()
    assert f'name="jawab-{items(returned)["ktp"].pk}"' in papers


def test_answers_are_given_beside_the_fields_and_all_before_it_is_sent(
    returned: Application, client: Client
) -> None:
    asked = items(returned)
    step = {"q-luas": "24", f"jawab-{asked['q-luas'].pk}": "Luasnya 24 m2"}
    client.post(url("apply-step", returned, "tempat"), step)
    assert items(returned)["q-luas"].answer == "Luasnya 24 m2"
    client.post(url("apply-papers", returned), {"dokumen": "ktp", "berkas": photo()})
    paper = {f"jawab-{asked['ktp'].pk}": "Difoto ulang", "dokumen": "1"}
    assert client.post(url("apply-answer", returned), paper)["Location"] == url("apply-papers", returned)
    page = client.post(url("apply-answer", returned), {"kirim": "1"}, follow=True).content.decode()
    returned.refresh_from_db()
    assert returned.status == Status.RETURNED  # the holder's name is not answered yet
    assert "1" in page
    last = {f"jawab-{asked['holder_name'].pk}": "Nama sudah betul", "kirim": "1"}
    client.post(url("apply-answer", returned), last)
    returned.refresh_from_db()
    assert returned.status == Status.SUBMITTED
    desk(client)
    case = client.get(url("case", returned)).content.decode()
    assert case.index("Luas ruang praktik") < case.index("Luasnya 24 m2")
    assert "Difoto ulang" in case


def test_a_step_that_saves_as_one_types_keeps_the_answer(returned: Application, client: Client) -> None:
    item = items(returned)["q-luas"]
    where = url("apply-step", returned, "tempat")
    typed = {"q-luas": "24", f"jawab-{item.pk}": "Luas"}
    said = client.post(where, typed, headers={"accept": "application/json"}).json()
    assert said["conflicts"] == {}
    assert set(said["stored"]) <= {"q-luas", "q-alat"}
    item.refresh_from_db()
    assert item.answer == "Luas"


def test_nobody_answers_for_another_application(returned: Application, client: Client) -> None:
    item = items(returned)["q-luas"]
    stranger = factories.draft(factories.applicant())
    assert stranger.applicant is not None
    client.force_login(stranger.applicant)
    client.post(url("apply-step", stranger, "pemegang"), {f"jawab-{item.pk}": "Bukan saya"})
    client.post(url("apply-answer", returned), {f"jawab-{item.pk}": "Bukan saya"})
    item.refresh_from_db()
    assert item.answer == ""


def test_a_second_return_asks_only_for_what_is_new(returned: Application, client: Client) -> None:
    assert returned.applicant is not None
    for item in items(returned).values():
        corrections.answer(returned, item.pk, text="Sudah", by=returned.applicant)
    workflow.apply(returned, "resubmit", by=returned.applicant)
    clerk = factories.staff(Role.FRONT_OFFICE)
    mark = corrections.Mark(Concerns.QUESTION, "q-alat", "Sebutkan alatnya")
    corrections.collect_marks(returned, [mark], by=clerk)
    workflow.apply(returned, "return", by=clerk)
    page = client.get(url("apply-own", returned)).content.decode()
    assert "Sebutkan alatnya" in page
    assert "Luas tidak masuk akal" not in page
