"""/petugas/klaim/: the oldest first, with the 3 x 24 h clock, decided once with a reason."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from companies import claims
from companies.models import Claim, ClaimKind, Company, LegalForm, Membership
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits.pages.claims import clock
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "/petugas/klaim/"


@pytest.fixture
def clerk(client: Client) -> User:
    user = factories.staff(Role.FRONT_OFFICE)
    client.force_login(user)
    return user


def sent(name: str = "Contoh Bu Uji", hours: int = 0, **fields: object) -> Claim:
    holder = factories.company(name, legal_form=LegalForm.SOLE_PROPRIETOR)
    values = {"kind": ClaimKind.ERROR, "message": "Alamat keliru", "by": None} | fields
    made = claims.submit(company_id=holder.pk, **values)  # type: ignore[arg-type]
    Claim.objects.filter(pk=made.pk).update(created_at=timezone.now() - timedelta(hours=hours, minutes=30))
    made.refresh_from_db()
    return made


@pytest.mark.usefixtures("clerk")
def test_the_oldest_stand_first_with_their_clock(client: Client) -> None:
    sent("Contoh Baru", hours=1)
    sent("Contoh Lama", hours=80)
    done = sent("Contoh Selesai")
    claims.decide(done, by=factories.staff(Role.FRONT_OFFICE), decision="Sudah benar")
    with CaptureQueriesContext(connection) as queries:
        page = client.get(LIST).content.decode()
    assert len(queries) <= 12
    assert page.index("Contoh Lama") < page.index("Contoh Baru")
    assert "Contoh Selesai" not in page
    assert "lewat 8 jam" in page
    assert "sisa 70 jam" in page
    assert "1 terlambat" in page


def test_the_clock_counts_three_days_of_24_hours() -> None:
    claim = sent()
    assert claim.due_at - claim.created_at == timedelta(hours=72)
    assert clock(claim, claim.due_at - timedelta(minutes=59)).startswith("sisa 0")
    assert clock(claim, claim.due_at + timedelta(minutes=61)).startswith("lewat 1")


def test_an_accepted_claim_makes_a_member_and_cannot_be_decided_again(client: Client, clerk: User) -> None:
    owner = factories.applicant()
    claim = sent(kind=ClaimKind.OWNERSHIP, by=owner, contact="0812 0000 0000", wants={"location": True})
    where = f"{LIST}{claim.reference}/"
    page = client.get(where).content.decode()
    assert "Alamat keliru" in page
    assert "0812 0000 0000" not in page
    assert "••••0000" in page
    answer = client.post(where, {"accepted": "yes", "decision": "NIB cocok"})
    assert answer["Location"] == LIST
    assert Membership.objects.filter(company=claim.company, user=owner, by=clerk).exists()
    assert Company.objects.get(pk=claim.company_id).consent_location
    page = client.post(where, {"accepted": "no", "decision": "Lain"}, follow=True).content.decode()
    assert "NIB cocok" in page
    assert "Lain</p>" not in page


def test_a_declined_claim_changes_nothing(client: Client, clerk: User) -> None:
    claim = sent(kind=ClaimKind.OWNERSHIP, by=factories.applicant(), wants={"contact": True})
    client.post(f"{LIST}{claim.reference}/", {"accepted": "no", "decision": "Bukti bukan miliknya"})
    claim.refresh_from_db()
    assert (claim.decided_by, claim.accepted) == (clerk, False)
    assert not Membership.objects.exists()
    assert not Company.objects.get(pk=claim.company_id).consent_contact


@pytest.mark.usefixtures("clerk")
@pytest.mark.parametrize(
    "data", [{}, {"accepted": "yes", "decision": " "}, {"accepted": "x", "decision": "a"}]
)
def test_a_decision_without_choice_or_reason_is_refused(client: Client, data: dict[str, str]) -> None:
    claim = sent()
    answer = client.post(f"{LIST}{claim.reference}/", data)
    assert answer.status_code == 422
    claim.refresh_from_db()
    assert claim.decided_at is None


@pytest.mark.usefixtures("clerk")
def test_what_was_sent_is_escaped_and_what_does_not_exist_is_not_found(client: Client) -> None:
    claim = sent(message="<script>alert(1)</script>", sender="=cmd|x")
    page = client.get(f"{LIST}{claim.reference}/").content.decode()
    assert "&lt;script&gt;alert" in page
    assert "<script>alert" not in page
    assert client.get(f"{LIST}TIDAKADA/").status_code == 404


@pytest.mark.parametrize("role", [None, Role.OFFICIAL, Role.BACK_OFFICE, Role.INSPECTOR, Role.HEAD])
def test_others_read_no_requests(client: Client, role: Role | None) -> None:
    claim = sent()
    client.force_login(factories.staff(role) if role else factories.applicant())
    assert client.get(LIST).status_code == 403
    assert client.post(f"{LIST}{claim.reference}/", {"accepted": "yes", "decision": "x"}).status_code == 403
