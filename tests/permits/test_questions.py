"""A type's own questions: in the form, in the summary, at sending."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from geoportal.accounts.models import User
from permits import applications, questions
from permits.completeness import missing
from permits.definitions import Definition
from permits.models import Application, PermitType
from permits.models import ApplicationStatus as Status
from permits.refusals import Refused
from tests import factories

pytestmark = pytest.mark.django_db

DEFINITION: dict[str, Any] = {
    "questions": [
        {"key": "nik", "kind": "text", "label": "NIK", "format": "nik", "personal": True, "step": "Diri"},
        {"key": "luas", "kind": "number", "label": "Luas (m2)", "minimum": 1, "step": "Reklame"},
        {"key": "mulai", "kind": "date", "label": "Mulai dipasang", "step": "Reklame"},
        {
            "key": "lampu", "kind": "choice", "label": "Penerangan", "step": "Reklame",
            "options": [["ya", "Berlampu"], ["tidak", "Tanpa lampu"]],
        },
        {
            "key": "daya", "kind": "number", "label": "Daya (watt)", "step": "Reklame",
            "shown_if": {"key": "lampu", "equals": ["ya"]},
        },
        {
            "key": "ahli", "kind": "group", "label": "Tenaga ahli", "step": "Tenaga", "required": False,
            "questions": [{"key": "nama", "kind": "text", "label": "Nama"}],
        },
    ],
    "fee": "luas * 10000",
    "service_days": 7,
}  # fmt: skip


@pytest.fixture
def made(client: Client) -> Application:
    owner = factories.applicant()
    client.force_login(owner)
    kind = factories.permit_type("UJI-REKLAME")
    return factories.draft(owner, kind, **DEFINITION)


def owner_of(application: Application) -> User:
    assert application.applicant is not None
    return application.applicant


def step(application: Application, slug: str) -> str:
    return reverse("apply-step", args=[application.public_id, slug])


def test_every_definition_of_the_test_is_one(made: Application) -> None:
    definition = Definition.parse(DEFINITION)
    assert [screen.slug for screen in questions.screens(definition)] == ["diri", "reklame", "tenaga"]


def test_answers_are_asked_saved_checked_and_priced(client: Client, made: Application) -> None:
    bad = {"q-luas": "12,5", "q-mulai": "31-02-2026", "q-lampu": "tidak"}
    answer = client.post(step(made, "reklame"), bad)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "31 Februari 2026" in page
    assert 'value="31-02-2026"' in page
    answer = client.post(step(made, "reklame"), bad | {"q-mulai": "28-02-2026"})
    assert answer["Location"] == step(made, "tenaga")
    with pytest.raises(Refused) as told:
        applications.submit(made, key=factories.KEY, by=owner_of(made))
    assert "NIK" in str(told.value)
    assert client.post(step(made, "diri"), {"q-nik": "9999999999999999"}).status_code == 422
    assert client.post(step(made, "diri"), {"q-nik": "3375010101900001"}).status_code == 302
    made.refresh_from_db()
    assert missing(made) == []
    applications.submit(made, key=factories.KEY, by=owner_of(made))
    assert made.status == Status.SUBMITTED
    assert made.fee == Decimal(125_000)
    assert made.answers == {"luas": 12.5, "mulai": "2026-02-28", "lampu": "tidak"}
    assert made.all_answers["nik"] == "3375010101900001"
    with connection.cursor() as cursor:
        cursor.execute("SELECT a::text FROM permits_application a WHERE id = %s", [made.pk])
        assert "3375010101900001" not in cursor.fetchone()[0]


def test_a_question_that_hangs_on_another_is_asked_only_then(client: Client, made: Application) -> None:
    base = {"q-luas": "2", "q-mulai": "28-02-2026"}
    assert client.post(step(made, "reklame"), base | {"q-lampu": "ya"}).status_code == 422
    assert client.post(step(made, "reklame"), base | {"q-lampu": "ya", "q-daya": "40"}).status_code == 302
    assert client.post(step(made, "reklame"), base | {"q-lampu": "tidak"}).status_code == 302


def test_rows_of_a_group_are_kept_and_one_more_is_offered(client: Client, made: Application) -> None:
    client.post(step(made, "tenaga"), {"q-ahli.0.nama": "Contoh Satu"})
    page = client.get(step(made, "tenaga")).content.decode()
    assert 'name="q-ahli.1.nama"' in page
    client.post(step(made, "tenaga"), {"q-ahli.0.nama": "Contoh Satu", "q-ahli.1.nama": "Contoh Dua"})
    made.refresh_from_db()
    assert made.answers["ahli"] == [{"nama": "Contoh Satu"}, {"nama": "Contoh Dua"}]


def test_two_tabs_may_answer_different_questions(client: Client, made: Application) -> None:
    base = {"q-luas": "", "q-mulai": "", "dasar": json.dumps({"q-luas": "", "q-mulai": ""})}
    client.post(step(made, "reklame"), base | {"q-luas": "3"}, headers={"accept": "application/json"})
    said = client.post(
        step(made, "reklame"), base | {"q-mulai": "1-3-2026"}, headers={"accept": "application/json"}
    )
    assert said.json()["conflicts"] == {}
    made.refresh_from_db()
    assert made.answers == {"luas": "3", "mulai": "1-3-2026"}


def test_clean_values_become_the_same_texts_again() -> None:
    definition = Definition.parse({
        "questions": [
            {"key": "titik", "kind": "point", "label": "Titik"},
            {"key": "batas", "kind": "polygon", "label": "Batas"},
            {"key": "barang", "kind": "commodity", "label": "Barang"},
            {"key": "ada", "kind": "yes_no", "label": "Ada"},
        ]
    })  # fmt: skip
    texts = {
        "q-titik": "-6.889000, 109.675000",
        "q-batas": "-6.889000, 109.675000\n-6.889000, 109.676000\n-6.888000, 109.676000",
        "q-barang": "batik,roti",
        "q-ada": "no",
    }
    asked = definition.questions
    typed = questions.from_texts(asked, texts)
    assert questions.problems(definition, typed) == {}
    assert questions.to_texts(asked, typed) == texts


def test_the_version_of_the_filing_stays(made: Application) -> None:
    kind = PermitType.objects.get(pk=made.version.type_id)
    kind.service_days = 99
    kind.save()
    assert made.version.definition["service_days"] == 7


def test_a_row_of_five_thousand_digits_is_no_row() -> None:
    asked = Definition.parse(DEFINITION).questions
    assert questions.rows_of(asked, {"q-ahli." + "9" * 5000 + ".nama": "Contoh"}) == {"ahli": 1}
