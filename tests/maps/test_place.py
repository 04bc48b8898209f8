"""The read model shows what it may, at once, whoever writes and however."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone

from companies.consent import set_consent
from companies.models import PERSONS, Company, LegalForm
from maps.models import Place, PublicCompany
from permits.models import LocationPublic, Permit, PermitSite, PermitType
from permits.status import Status
from tests import factories

pytestmark = pytest.mark.django_db


def place(permit: Permit) -> Place:
    return Place.objects.with_status().get(permit_id=permit.pk)


def same(found: Point | None, wanted: Point) -> bool:
    return found is not None and found.transform(4326, clone=True).equals_exact(wanted, 1e-9)


def test_company_permit_stands_at_its_exact_point() -> None:
    village = factories.village()
    shown = place(factories.permit(commodities=[factories.commodity()]))
    assert shown.village == village
    assert same(shown.point, factories.HERE)
    assert (shown.withheld, shown.quality, shown.company_name) == (False, "building", "Contoh Jaya")
    assert shown.commodities == [factories.commodity().pk]


def test_sole_proprietor_without_consent_is_shown_by_village_only() -> None:
    village = factories.village()
    holder = factories.company(legal_form=LegalForm.SOLE_PROPRIETOR)
    permit = factories.permit(holder)
    shown = place(permit)
    assert same(shown.point, village.label_point)
    assert (shown.withheld, shown.quality, shown.address, shown.label) == (True, "village", "", "")
    public = PublicCompany.objects.get(pk=holder.pk)
    assert (public.address, public.withheld) == ("", True)
    assert same(public.point, village.label_point)

    set_consent(holder, what="location", given=True, basis="test", by=None)
    assert place(permit).quality == "building"
    assert same(PublicCompany.objects.get(pk=holder.pk).point, factories.HERE)

    set_consent(holder, what="location", given=False, basis="test", by=None)
    assert place(permit).quality == "village"
    assert list(holder.consent_records.values_list("given", flat=True)) == [True, False]


def test_type_decides_what_is_public() -> None:
    village = factories.village()
    kind = factories.permit_type("UJI-2", location_public=LocationPublic.NONE, holder_public=False)
    permit = factories.permit(type=kind)
    shown = place(permit)
    assert (shown.point, shown.village, shown.company_id, shown.company_name) == (None, None, None, "")
    assert not PublicCompany.objects.exists()
    PermitType.objects.filter(pk=kind.pk).update(location_public=LocationPublic.VILLAGE, holder_public=True)
    shown = place(permit)
    assert (shown.village, shown.quality, shown.company_name) == (village, "village", "Contoh Jaya")


def test_permit_without_a_point_is_listed_without_one() -> None:
    shown = place(factories.permit(point=None))
    assert (shown.id, shown.point, shown.quality) == (-shown.permit_id, None, "unknown")


def test_first_site_replaces_the_pointless_row_and_sites_come_and_go() -> None:
    factories.village()
    permit = factories.permit(point=None)
    first = PermitSite.objects.create(permit=permit, ordinal=1, point=factories.HERE)
    second = PermitSite.objects.create(permit=permit, ordinal=2, point=factories.HERE)
    rows = Place.objects.filter(permit_id=permit.pk).order_by("id")
    assert [(row.id, row.first_site) for row in rows] == [(first.pk, True), (second.pk, False)]
    first.delete()
    assert [(row.id, row.first_site) for row in rows.all()] == [(second.pk, True)]
    permit.published = False
    permit.save()
    assert not rows.all()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, Status.IN_FORCE),
        ({"valid_until": None}, Status.IN_FORCE),
        ({"valid_until": 0}, Status.ENDING),
        ({"valid_until": 30}, Status.ENDING),
        ({"valid_until": 31}, Status.IN_FORCE),
        ({"valid_until": -1}, Status.EXPIRED),
        ({"suspended_on": 0}, Status.SUSPENDED),
        ({"suspended_on": 1}, Status.IN_FORCE),
        ({"suspended_on": 0, "valid_until": -1}, Status.EXPIRED),
        ({"revoked_on": 0, "valid_until": -1}, Status.REVOKED),
        ({"registered_only": True, "valid_until": None}, Status.REGISTERED),
    ],
)
def test_status_follows_the_dates(fields: dict[str, object], status: Status) -> None:
    today = timezone.localdate()
    dates: dict[str, Any] = {
        k: today + timedelta(days=v) if isinstance(v, int) and k != "registered_only" else v
        for k, v in fields.items()
    }
    assert place(factories.permit(valid_from=date(2020, 1, 1), **(dates))).status == status


def test_successor_is_named_by_its_public_id() -> None:
    successor = factories.permit()
    permit = factories.permit(replaced_by=successor)
    assert (place(permit).status, place(permit).replaced_by) == (Status.REPLACED, successor.public_id)


def test_village_follows_the_point_and_the_boundaries() -> None:
    east = factories.village("99.01.01.0002", west=109.68)
    permit = factories.permit()
    assert place(permit).village is None
    west = factories.village()
    assert place(permit).village == west
    moved = factories.HERE.clone()
    moved.x = 109.685
    PermitSite.objects.filter(permit=permit).update(point=moved)
    assert place(permit).village == east


def test_rename_and_move_to_another_company() -> None:
    permit = factories.permit()
    Company.objects.filter(pk=permit.company_id).update(name="Contoh Baru")
    assert place(permit).company_name == "Contoh Baru"
    permit.company = factories.company("Contoh Lain")
    permit.save()
    assert place(permit).company_name == "Contoh Lain"


def test_sql_and_python_agree_on_who_is_a_person() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT f FROM unnest(%s) f WHERE companies_is_person(f)", [list(LegalForm.values)])
        assert {row[0] for row in cursor.fetchall()} == PERSONS
