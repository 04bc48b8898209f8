"""The letter of an application, as its type and its draft word it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from geoportal.accounts.models import Acting, Substitution
from geoportal.accounts.roles import Role
from permits.letters import wording
from permits.letters.content import Kind
from permits.letters.render import MARK, redacted, render
from permits.models import Application, Draft, LocationPublic, Permit, Purpose
from tests import factories
from tests.permits.letters.test_render import text_of

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 2)
NIK = "9975014101900001"
LETTER = {
    "title": "{type}",
    "paragraphs": ["Izin nomor {number} untuk {holder}, NIK {nik}, di {address}, {village}; {papan} papan."],
    "conditions": ["Taat aturan sampai {valid_until}."],
    "copies_to": ["Arsip"],
}
QUESTIONS = [
    {"key": "nik", "kind": "text", "label": "NIK", "personal": True, "required": False},
    {"key": "papan", "kind": "number", "label": "Papan", "required": False},
]


def drafted(status: str = "review", **draft: Any) -> Application:
    factories.village()
    made = factories.at(status, letter=LETTER, questions=QUESTIONS, validity_months=12)
    made.set_answers({"nik": NIK, "papan": 1.5}, frozenset({"nik"}))
    made.save()
    Draft.objects.filter(application=made).update(**draft)
    return Application.objects.get(pk=made.pk)


def test_the_types_text_is_filled_and_the_draft_replaces_its_lists() -> None:
    factories.staff(Role.HEAD)
    content = wording.letter_of(drafted(), on=ON)
    assert content.text.conditions == ("Taat aturan sampai 1 Maret 2027.",)
    assert content.numbered('7/"UJI"').text.paragraphs == (
        f'Izin nomor 7/"UJI" untuk Contoh Baru, NIK {NIK}, di Jalan Uji No. 1, Kelurahan Uji; 1,5 papan.',
    )
    assert content.sketch_svg is not None
    written = drafted(conditions=["Syarat {holder}"], copies_to=["Camat Uji"])
    content = wording.letter_of(written, on=ON)
    assert (content.text.conditions, content.copies_to) == (("Syarat Contoh Baru",), ("Camat Uji",))


def test_a_substitute_is_printed_with_title_and_decree() -> None:
    factories.staff(Role.HEAD)
    substitute = factories.staff(Role.OFFICIAL)
    Substitution.objects.create(user=substitute, acting=Acting.PLT, since=ON, decree="SK Uji 1/2026")
    signer = wording.letter_of(drafted(), on=ON).signer
    assert signer is not None
    assert (signer.acting, signer.decree) == ("Plt.", "SK Uji 1/2026")
    assert signer.name == substitute.get_full_name()


def test_personal_data_is_gone_from_the_public_rendition() -> None:
    made = drafted()
    public = redacted(wording.letter_of(made, on=ON)).dump()
    assert NIK not in public
    assert "Jalan Uji No. 1" in public  # a company's place in a type that shows it
    kind = made.version.type
    kind.location_public, kind.holder_public = LocationPublic.VILLAGE, False
    kind.save()
    public = redacted(wording.letter_of(Application.objects.get(pk=made.pk), on=ON)).dump()
    assert "Jalan Uji No. 1" not in public
    assert "Contoh Baru" not in public
    assert MARK in public


def test_a_refusal_gives_its_reasons_as_they_were_written(tmp_path: Path) -> None:
    made = drafted("drafting", reasons="Lokasi {bukan} usaha.\n\nDokumen tidak lengkap.", kind="refusal")
    assert wording.kind_of(made.draft) == Kind.REFUSAL
    content = wording.letter_of(made, on=ON)
    assert content.text.conditions == ("Lokasi {bukan} usaha.", "Dokumen tidak lengkap.")
    text = text_of(render(Kind.REFUSAL, content, draft=True), tmp_path)
    assert str(made.registration_number) in text
    assert "DRAF – BELUM BERLAKU SEBAGAI IZIN" in text


def test_a_closure_says_what_ends() -> None:
    old = factories.permit()
    made = drafted()
    Application.objects.filter(pk=made.pk).update(purpose=Purpose.CLOSURE, former=old, company=old.company)
    content = wording.letter_of(Application.objects.get(pk=made.pk), on=ON)
    assert "dicabut atas permohonan" in content.text.paragraphs[0]
    assert Permit.objects.get().number in content.text.paragraphs[0]


def test_what_people_typed_is_only_ever_text(tmp_path: Path) -> None:
    evil = '<script>alert(1)</script> =cmd|" #read("x") $x$'
    made = drafted()
    Application.objects.filter(pk=made.pk).update(holder_name=evil)
    content = wording.letter_of(Application.objects.get(pk=made.pk), on=ON)
    assert "#read(" in text_of(render(Kind.PERMIT, content, draft=True), tmp_path)


def test_the_receipt_names_number_and_pin_and_where_to_follow(tmp_path: Path) -> None:
    made = factories.at("submitted")
    content = wording.receipt_of(made, pin="123456", site="https://izin.example")
    assert content.seal_url == f"https://izin.example/lacak/?nomor={made.registration_number}"
    text = text_of(render(Kind.RECEIPT, content), tmp_path)
    assert "123456" in text
    assert str(made.registration_number) in text
