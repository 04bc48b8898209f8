"""Requests about a company's page: checked, stored once, encrypted, and read by staff only."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image

from companies import claims
from companies.models import Claim, ClaimKind, Company, ConsentRecord, LegalForm, Membership
from companies.tasks import tell_office
from geoportal import intake
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.models import Message
from maps.pages import claims as pages
from tests import factories
from tests.permits.uploading.files import pdf

pytestmark = pytest.mark.django_db
NIB = "9999999999999"
PDF = pdf()


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def holder() -> Company:
    made = factories.company("Contoh Bu Uji", legal_form=LegalForm.SOLE_PROPRIETOR, nib=NIB)
    factories.permit(made)
    return made


def picture(kind: str, size: tuple[int, int] = (80, 70)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind)
    return out.getvalue()


def ownership(**changed: Any) -> dict[str, Any]:
    return {
        "nib": NIB,
        "evidence": SimpleUploadedFile("Bukti Rahasia.pdf", PDF),
        "sender": "Uji Contoh",
        "contact": "0800 0000 0001",
        "wants_location": "on",
        "message": "Alamat pindah",
        "honest": "on",
    } | changed


def claim(client: Client, holder: Company, **changed: Any) -> Any:
    return client.post(f"/perusahaan/{holder.slug}/klaim/", ownership(**changed))


def test_a_claim_is_recorded_and_its_sender_gets_a_number(client: Client, holder: Company) -> None:
    answer = claim(client, holder)
    assert answer.status_code == 303
    made = Claim.objects.get()
    assert (made.kind, made.nib, made.company) == (ClaimKind.OWNERSHIP, NIB, holder)
    assert made.wants == {"location": True, "contact": False}
    assert made.sender == "Uji Contoh"
    page = client.get(answer.headers["Location"])
    assert made.reference in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    holder.refresh_from_db()
    assert not holder.consent_location, "asking is not yet getting"


def test_what_was_written_is_stored_encrypted(client: Client, holder: Company) -> None:
    claim(client, holder)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM companies_claim")
        row = [bytes(v) if isinstance(v, memoryview) else str(v).encode() for v in cursor.fetchone()]
    stored = b"|".join(row)
    for secret in (b"Uji Contoh", b"0800 0000", b"Alamat pindah", b"Bukti Rahasia"):
        assert secret not in stored


def test_the_proof_is_kept_privately_under_a_random_name(
    client: Client, holder: Company, media: Path
) -> None:
    claim(client, holder)
    made = Claim.objects.get()
    assert re.fullmatch(r"claims/[0-9A-Z]{12}", made.proof)
    assert (media / made.proof / "original").read_bytes() == PDF
    assert (media / made.proof / "1.jpg").stat().st_mode & 0o777 == 0o600
    assert (len(made.proof_sha256), made.proof_kind, made.proof_pages) == (64, "pdf", 1)
    for path in (f"/media/{made.proof}/original", f"/static/{made.proof}/original", f"/{made.proof}"):
        assert client.get(path).status_code in (302, 404)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "MPO"])
def test_pictures_are_taken(client: Client, holder: Company, kind: str) -> None:
    assert claim(client, holder, evidence=SimpleUploadedFile("x.jpg", picture(kind))).status_code == 303


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"%PDF-1.4 broken off",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 200,
        picture("JPEG")[:200],
        picture("GIF"),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        PDF[:5] + b"x" * intake.PROOF.most_bytes + b"%%EOF",
    ],
    ids=["empty", "text", "cut pdf", "false png", "cut jpeg", "gif", "svg", "too large"],
)
def test_other_files_are_refused_at_the_field(client: Client, holder: Company, content: bytes) -> None:
    answer = claim(client, holder, evidence=SimpleUploadedFile("bukti.pdf", content))
    assert answer.status_code == 422
    assert 'href="#id_evidence"' in answer.content.decode()
    assert not Claim.objects.exists()


def test_a_picture_that_would_fill_the_memory_is_refused(client: Client, holder: Company) -> None:
    bomb = picture("PNG", (9000, 9000))
    assert len(bomb) < 500_000
    assert claim(client, holder, evidence=SimpleUploadedFile("x.png", bomb)).status_code == 422


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nib", "123"),
        ("nib", ""),
        ("contact", "bukan kontak"),
        ("contact", "a@b"),
        ("contact", ""),
        ("sender", ""),
        ("honest", ""),
        ("message", "x" * 2001),
        ("sender", "a\x00b"),
    ],
)
def test_wrong_input_is_told_on_top_and_at_the_field(
    client: Client, holder: Company, field: str, value: str
) -> None:
    answer = claim(client, holder, **{field: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in page
    assert f'id="id_{field}_error"' in page
    assert "pilih bukti Anda sekali lagi" in page
    assert not Claim.objects.exists()


def test_a_nib_may_be_written_with_blanks_and_practitioners_need_none(client: Client) -> None:
    doctor = factories.company("Contoh Dokter", legal_form=LegalForm.PRACTITIONER)
    factories.permit(doctor)
    assert claim(client, doctor, nib="").status_code == 303
    assert claim(client, doctor, nib="9999 9999.9999-9").status_code == 303
    assert set(Claim.objects.values_list("nib", flat=True)) == {"", NIB}


def test_companies_are_not_asked_about_their_place(client: Client, holder: Company) -> None:
    company = factories.company("PT Contoh")
    factories.permit(company)
    assert "wants_location" not in client.get(f"/perusahaan/{company.slug}/klaim/").content.decode()
    assert "wants_location" in client.get(f"/perusahaan/{holder.slug}/klaim/").content.decode()


def test_pressing_twice_sends_once(client: Client, holder: Company, media: Path) -> None:
    page = client.get(f"/perusahaan/{holder.slug}/klaim/").content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    places = {claim(client, holder, token=token[1]).headers["Location"] for _ in range(2)}
    assert Claim.objects.count() == 1
    assert len(list((media / "claims").iterdir())) == 1
    assert len(places) == 1
    claim(client, holder, token="von Hand")
    assert Claim.objects.count() == 2


def test_errors_can_be_reported_without_a_name(client: Client, holder: Company) -> None:
    path = f"/perusahaan/{holder.slug}/lapor/"
    assert client.post(path, {"topic": "closed", "message": "Tutup sejak <b>Mei</b>"}).status_code == 303
    made = Claim.objects.get()
    assert (made.kind, made.sender, made.contact) == (ClaimKind.ERROR, "", "")
    assert made.message == "Usaha sudah tutup atau pindah\n\nTutup sejak <b>Mei</b>"
    for wrong in ({"topic": "x", "message": "a"}, {"topic": "closed", "message": ""}, {}):
        assert client.post(path, wrong).status_code == 422


def test_programs_that_fill_everything_in_are_thanked_and_forgotten(client: Client, holder: Company) -> None:
    answer = claim(client, holder, surname="Robot")
    assert answer.status_code == 303
    assert client.get(answer.headers["Location"]).status_code == 200
    assert not Claim.objects.exists()


def test_many_requests_from_one_address_are_refused(
    client: Client, holder: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST", 2)
    assert [claim(client, holder, nib="1").status_code for _ in range(4)] == [422] * 4, "mistakes are free"
    assert [claim(client, holder).status_code for _ in range(3)] == [303, 303, 429]
    assert Claim.objects.count() == 2


def test_a_forged_request_is_refused(holder: Company) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/perusahaan/{holder.slug}/lapor/", {"message": "x"}).status_code == 403


def test_nobody_makes_up_a_thank_you_page(client: Client, holder: Company) -> None:
    where = claim(client, holder).headers["Location"]
    assert client.get(where.replace("ownership-", "ownership-X")).status_code == 404
    assert client.get(f"/perusahaan/{holder.slug}/terkirim/abc/").status_code == 404


def test_hidden_companies_take_no_requests(client: Client) -> None:
    hidden = factories.company("Contoh Diam")
    assert client.get(f"/perusahaan/{hidden.slug}/klaim/").status_code == 404
    assert claim(client, hidden).status_code == 404


def test_the_office_is_told_without_personal_data(
    client: Client, holder: Company, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.OFFICE_EMAIL = "kantor@contoh.invalid"
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        claim(client, holder)
    assert len(callbacks) == 1
    made = Claim.objects.get()
    tell_office.call(made.pk)
    (letter,) = mail.outbox
    assert letter.to == ["kantor@contoh.invalid"]
    assert made.reference in letter.subject
    text = f"{letter.subject} {letter.body}"
    assert f"/petugas/klaim/{made.reference}/" in text
    assert "0800" not in text
    assert "Uji Contoh" not in text


# --- at the desk


def staff(*roles: Role) -> Client:
    user = User.objects.create_user(f"uji-{len(roles)}-{roles[0]}", roles=list(roles))
    client = Client()
    client.force_login(user)
    return client


def test_front_office_and_administrators_read_and_decide(client: Client, holder: Company) -> None:
    claim(client, holder)
    made = Claim.objects.get()
    desk = staff(Role.FRONT_OFFICE)
    assert made.reference in desk.get("/petugas/").content.decode()
    page = desk.get(f"/admin/companies/claim/{made.pk}/change/").content.decode()
    assert f"/petugas/klaim/{made.reference}/" in page
    assert "0800 0000 0001" not in page  # that is read at the desk, which asks why
    desk.post(f"/admin/companies/claim/{made.pk}/change/", {"decision": "Cocok dengan NIB"})
    made.refresh_from_db()
    assert made.decision == "Cocok dengan NIB"
    assert made.decided_by is not None
    assert made.decided_at is not None
    desk.post(f"/admin/companies/claim/{made.pk}/change/", {"decision": "Lain"})
    made.refresh_from_db()
    assert made.decision == "Cocok dengan NIB", "decided once"
    with pytest.raises(claims.Refused):
        claims.decide(made, by=made.decided_by, decision="Lain")


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.HEAD, Role.BACK_OFFICE, Role.OFFICIAL])
def test_other_roles_do_not_read_them(client: Client, holder: Company, role: Role) -> None:
    claim(client, holder)
    made = Claim.objects.get()
    other = staff(role)
    assert made.reference not in other.get("/petugas/").content.decode()
    assert other.get("/admin/companies/claim/").status_code == 403
    for address in (f"/petugas/klaim/{made.reference}/bukti/", f"/petugas/klaim/{made.reference}/bukti/1/"):
        assert other.get(address).status_code == 403


def test_the_proof_is_seen_by_staff_as_a_picture_and_downloads_only(client: Client, holder: Company) -> None:
    claim(client, holder)
    made = Claim.objects.get()
    path = f"/petugas/klaim/{made.reference}/bukti/"
    assert client.get(path).status_code == 302
    desk = staff(Role.ADMINISTRATOR)
    assert f'href="{path}1/"' in desk.get(f"/petugas/klaim/{made.reference}/").content.decode()
    seen = desk.get(f"{path}1/")
    assert (seen.headers["Content-Type"], seen.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert desk.get(f"{path}2/").status_code == 404
    answer = desk.get(path)
    assert answer.content == PDF
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{made.reference}.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_people_without_a_role_have_no_work_room() -> None:
    client = Client()
    assert client.get("/petugas/").headers["Location"].startswith("/masuk/")
    client.force_login(User.objects.create_user("uji-warga"))
    assert client.get("/petugas/").status_code == 403
    assert client.get("/admin/").status_code == 302


def test_consent_changed_at_the_desk_is_on_record(holder: Company) -> None:
    desk = staff(Role.ADMINISTRATOR)
    path = f"/admin/companies/company/{holder.pk}/change/"
    form = {
        "name": holder.name,
        "slug": holder.slug,
        "legal_form": holder.legal_form,
        "nib": "",
        "npwp": "",
        "address": holder.address,
        "point": "-6.889000, 109.675000",
        "quality": holder.quality,
        "source": holder.source,
        "consent_location": "on",
    }
    assert desk.post(path, form).status_code == 200, "consent without a basis is refused"
    holder.refresh_from_db()
    assert not holder.consent_location
    assert desk.post(path, form | {"consent_basis": "Surat 1"}).status_code == 302
    holder.refresh_from_db()
    assert (holder.consent_location, holder.nib) == (True, None)
    record = holder.consent_records.get()
    assert (record.what, record.given, record.basis) == ("location", True, "Surat 1")


def test_an_accepted_claim_makes_its_sender_a_member_gives_consent_and_is_answered(
    client: Client, holder: Company
) -> None:
    owner, clerk = User.objects.create_user("uji-pemilik"), User.objects.create_user("uji-petugas")
    client.force_login(owner)
    claim(client, holder, contact="uji@contoh.invalid")
    made = Claim.objects.get()
    assert made.account == owner
    claims.decide(made, by=clerk, decision="NIB cocok.", accepted=True)
    member = Membership.objects.get()
    assert (member.company, member.user, member.role, member.by) == (holder, owner, "owner", clerk)
    holder.refresh_from_db()
    assert (holder.consent_location, holder.consent_contact) == (True, False)
    assert ConsentRecord.objects.get().basis == made.reference
    told = Message.objects.get()
    assert (told.recipient, "NIB cocok." in told.body) == ("uji@contoh.invalid", True)
    with pytest.raises(claims.Refused):
        claims.decide(made, by=clerk, decision="lagi")
    assert Message.objects.count() == 1


def test_a_refused_claim_gives_nothing_but_an_answer(client: Client, holder: Company) -> None:
    client.force_login(User.objects.create_user("uji-lain"))
    claim(client, holder, contact="uji@contoh.invalid")
    claims.decide(Claim.objects.get(), by=User.objects.get(), decision="Bukti tidak terbaca.")
    holder.refresh_from_db()
    assert not holder.consent_location
    assert not Membership.objects.exists()
    assert not ConsentRecord.objects.exists()
    assert Message.objects.count() == 1
