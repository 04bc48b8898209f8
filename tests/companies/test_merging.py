"""Two records of one business become one: everything moves, or nothing does."""

import threading
from typing import Any

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import connection, connections
from django.test import Client

from companies import claims, merging
from companies.consent import set_consent
from companies.merging import CannotMerge, merge
from companies.models import ClaimKind, Company, ConsentRecord, LegalForm, Membership, Merger
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from maps.models import Place, PublicCompany
from permits.models import Application
from tests import factories

pytestmark = pytest.mark.django_db
NIB = "9999999999999"


@pytest.fixture
def clerk() -> User:
    return factories.staff(Role.FRONT_OFFICE)


def pair(**fields: Any) -> tuple[Company, Company]:
    return factories.company("Contoh Asli"), factories.company("Contoh Ganda", **fields)


def test_all_that_hangs_on_the_duplicate_moves_and_its_page_leads_on(client: Client, clerk: User) -> None:
    kept, double = pair(nib=NIB, phone="0812 0000 0000")
    factories.permit(kept)
    permit = factories.permit(double)
    both, only = factories.applicant(), factories.applicant()
    for company, user in ((kept, both), (double, both), (double, only)):
        Membership.objects.create(company=company, user=user)
    claim = claims.submit(company_id=double.pk, kind=ClaimKind.ERROR, message="x", by=None)
    application = factories.at("submitted")
    Application.objects.filter(pk=application.pk).update(company=double)
    made = merge(kept=kept, duplicate=double, by=clerk, reason="NIB dan alamat sama")
    for row in (permit, claim, application):
        row.refresh_from_db()
        assert row.company_id == kept.pk
    assert set(kept.memberships.values_list("user", flat=True)) == {both.pk, only.pk}
    assert (kept.nib, kept.phone, double.nib) == (NIB, "0812 0000 0000", None)
    assert (made.kept, made.by, made.reason) == (kept, clerk, "NIB dan alamat sama")
    assert LogEntry.objects.filter(user=clerk, object_id=str(kept.pk)).exists()
    assert set(Place.objects.values_list("company_slug", flat=True)) == {kept.slug}
    assert not PublicCompany.objects.filter(pk=double.pk).exists()
    answer = client.get(f"/perusahaan/{double.slug}/")
    assert (answer.status_code, answer["Location"]) == (301, f"/perusahaan/{kept.slug}/")


def test_a_page_that_moved_twice_is_found(client: Client, clerk: User) -> None:
    first, second = pair()
    third = factories.company("Contoh Ketiga")
    factories.permit(first)
    merge(kept=second, duplicate=first, by=clerk, reason="sama")
    merge(kept=third, duplicate=second, by=clerk, reason="sama")
    answer = client.get(f"/perusahaan/{first.slug}/", follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1] == (f"/perusahaan/{third.slug}/", 301)


def test_consent_is_not_taken_over_but_its_withdrawal_is(clerk: User) -> None:
    kept, double = pair()
    set_consent(double, what="location", given=True, basis="formulir", by=None)
    set_consent(kept, what="contact", given=True, basis="formulir", by=None)
    set_consent(double, what="contact", given=True, basis="formulir", by=None)
    set_consent(double, what="contact", given=False, basis="surat", by=None)
    merge(kept=kept, duplicate=double, by=clerk, reason="sama")
    assert (kept.consent_location, kept.consent_contact) == (False, False)
    assert ConsentRecord.objects.filter(company=kept, what="contact", given=False, by=clerk).exists()
    assert ConsentRecord.objects.filter(company=double).count() == 3  # stays as it was written


def test_consent_given_after_the_withdrawal_stays(clerk: User) -> None:
    kept, double = pair()
    set_consent(double, what="contact", given=False, basis="surat", by=None)
    set_consent(kept, what="contact", given=True, basis="formulir", by=None)
    merge(kept=kept, duplicate=double, by=clerk, reason="sama")
    assert kept.consent_contact


def test_a_place_that_was_withheld_is_not_shown_by_the_merger(clerk: User) -> None:
    factories.village()
    kept = factories.company("Contoh Asli", legal_form=LegalForm.SOLE_PROPRIETOR)
    double = factories.company("Contoh Ganda", legal_form=LegalForm.SOLE_PROPRIETOR)
    factories.permit(double)
    merge(kept=kept, duplicate=double, by=clerk, reason="sama")
    place = Place.objects.get(company_id=kept.pk)
    assert (place.withheld, place.address) == (True, "")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": "  "}, "auditor"),
        ({"same": True}, "berbeda"),
        ({"nib": "1111111111111"}, "NIB yang berbeda"),
        ({"by": None}, "front office"),
        ({"again": True}, "sudah digabung"),
    ],
)
def test_what_cannot_be_merged_is_told_and_nothing_moves(clerk: User, change: Any, words: str) -> None:
    kept, double = pair(nib=NIB)
    permit = factories.permit(double)
    if "nib" in change:
        Company.objects.filter(pk=kept.pk).update(nib=change["nib"])
    if "again" in change:
        merge(kept=factories.company("Contoh Lain"), duplicate=kept, by=clerk, reason="sama")
    before = Merger.objects.count()
    with pytest.raises(CannotMerge) as told:
        merge(
            kept=double if "same" in change else kept,
            duplicate=double,
            by=factories.staff(Role.OFFICIAL) if "by" in change else clerk,
            reason=change.get("reason", "sama"),
        )
    assert words in str(told.value)
    permit.refresh_from_db()
    assert permit.company_id == double.pk
    assert Merger.objects.count() == before


def test_what_fails_midway_moves_nothing(clerk: User, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, double = pair(nib=NIB)
    permit = factories.permit(double)

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(merging, "_withdraw", fail)
    with pytest.raises(RuntimeError):
        merge(kept=kept, duplicate=double, by=clerk, reason="sama")
    permit.refresh_from_db()
    double.refresh_from_db()
    assert (permit.company_id, double.nib) == (double.pk, NIB)


def test_the_sites_own_role_may_merge(clerk: User) -> None:
    kept, double = pair()
    set_consent(double, what="contact", given=False, basis="surat", by=None)
    with connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{settings.DATABASE_APP_ROLE}"')
    try:
        merge(kept=kept, duplicate=double, by=clerk, reason="sama")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
    assert Merger.objects.get().duplicate == double


@pytest.mark.django_db(transaction=True)
def test_of_two_mergers_at_once_one_wins(clerk: User) -> None:
    kept, double = pair()
    told: list[str] = []

    def press(one: Company, other: Company) -> None:
        try:
            merge(kept=one, duplicate=other, by=clerk, reason="sama")
            told.append("")
        except CannotMerge as refusal:
            told.append(str(refusal))
        finally:
            connections.close_all()

    both = [threading.Thread(target=press, args=args) for args in ((kept, double), (double, kept))]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(map(bool, told)) == [False, True]
    assert Merger.objects.count() == 1


def test_the_page_merges_and_says_what_is_wrong(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    kept, double = pair()
    factories.permit(double)
    form = {"kept": f"/perusahaan/{kept.slug}/", "duplicate": double.slug, "reason": "sama", "sure": "on"}
    for wrong in ({"kept": "tidak-ada"}, {"kept": double.slug}, {"sure": ""}, {"reason": ""}):
        assert client.post("/petugas/gabung/", form | wrong).status_code == 422
    assert not Merger.objects.exists()
    page = client.post("/petugas/gabung/", form, follow=True).content.decode()
    assert "Contoh Ganda sekarang bagian dari Contoh Asli" in page
    assert Merger.objects.get().kept == kept
    client.force_login(factories.staff(Role.HEAD))
    assert client.get("/petugas/gabung/").status_code == 403
