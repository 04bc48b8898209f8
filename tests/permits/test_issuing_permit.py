"""issue(): what stands on the map when an application ends well."""

from datetime import date
from typing import Any

import pytest

from companies.models import Company, ConsentRecord, LegalForm
from geoportal.accounts.roles import Role
from geoportal.geography.quality import Quality
from maps.models import Place
from permits import applications, workflow
from permits.issuing import add_months, issue
from permits.models import Application, Inspection, Permit, Purpose, Verdict
from permits.models import ApplicationStatus as Status
from permits.refusals import Refused
from tests import factories

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 2)


def signed(purpose: Purpose = Purpose.NEW, former: Permit | None = None, **definition: Any) -> Application:
    """An application that the head has signed."""
    owner = factories.applicant()
    kind = former.type if former else factories.permit_type()
    factories.version(kind, **definition)
    made = applications.begin(kind, purpose, by=owner, former=former)
    Application.objects.filter(pk=made.pk).update(
        holder_name="Contoh Baru", holder_form=LegalForm.SOLE_PROPRIETOR, consent_location=True
    )
    made.refresh_from_db()
    places = [applications.Place(address="Jalan Uji No. 1", point=factories.HERE)]
    applications.save_places(made, places, by=owner)
    applications.submit(made, key=factories.KEY, by=owner)
    for name in factories.PATH["issuing"][1:]:
        role = Role(workflow.MOVES[name].actor.value)
        workflow.apply(made, name, by=factories.staff(role), data={"second_factor": True})
    return made


def test_a_new_permit_is_on_the_map_at_once_with_its_holder() -> None:
    made = signed(validity_months=60)
    permit = issue(made, number="UJI/0001/2026", on=ON)
    assert (made.status, made.permit, made.company) == (Status.ISSUED, permit, permit.company)
    assert (permit.valid_from, permit.valid_until) == (ON, date(2031, 3, 1))
    assert permit.company.legal_form == LegalForm.SOLE_PROPRIETOR
    assert Place.objects.get(number="UJI/0001/2026").point is not None
    assert ConsentRecord.objects.get().company == permit.company


def test_issuing_twice_is_issuing_once() -> None:
    made = signed()
    first = issue(made, number="UJI/0001/2026", on=ON)
    assert issue(made, number="UJI/0002/2026", on=ON) == first
    assert Permit.objects.count() == Company.objects.count() == 1


def test_nothing_is_issued_before_the_signature_nor_by_halves() -> None:
    early = factories.at("signing")
    with pytest.raises(Refused):
        issue(early, number="UJI/0001/2026", on=ON)
    assert not Permit.objects.exists()
    assert not Company.objects.exists()


def test_a_renewal_replaces_its_permit_and_follows_on() -> None:
    old = factories.permit(valid_until=date(2026, 4, 30))
    permit = issue(signed(Purpose.RENEWAL, old, validity_months=12), number="UJI/2/2026", on=ON)
    old.refresh_from_db()
    assert old.replaced_by == permit
    assert permit.company == old.company
    assert (permit.valid_from, permit.valid_until) == (date(2026, 5, 1), date(2027, 4, 30))


def test_a_change_keeps_the_last_day() -> None:
    old = factories.permit(valid_until=date(2026, 12, 31))
    permit = issue(signed(Purpose.CHANGE, old, validity_months=60), number="UJI/2/2026", on=ON)
    assert (permit.valid_from, permit.valid_until) == (ON, date(2026, 12, 31))


def test_a_closure_ends_the_permit_and_a_copy_leaves_it() -> None:
    old, other = factories.permit(), factories.permit()
    assert issue(signed(Purpose.CLOSURE, old), number="UJI/2/2026", on=ON) == old
    assert issue(signed(Purpose.COPY, other), number="UJI/3/2026", on=ON) == other
    old.refresh_from_db()
    other.refresh_from_db()
    assert (old.revoked_on, other.revoked_on) == (ON, None)
    assert Permit.objects.count() == 2


def test_the_surveyed_point_is_the_better_one() -> None:
    made = signed()
    found = factories.HERE.clone()
    found.x += 0.0005
    Inspection.objects.create(application=made, verdict=Verdict.FITS, point=found, visited_on=ON,
                              by=factories.staff(Role.INSPECTOR))  # fmt: skip
    site = issue(made, number="UJI/1/2026", on=ON).sites.get()
    assert site.quality == Quality.SURVEYED
    assert site.point == found


def test_declared_goods_come_with_the_permit() -> None:
    batik = factories.commodity()
    goods = [{"key": "barang", "kind": "commodity", "label": "Barang", "required": False}]
    made = signed(questions=goods)
    Application.objects.filter(pk=made.pk).update(answers={"barang": ["batik", "tidak-ada"]})
    permit = issue(made, number="UJI/1/2026", on=ON)
    assert list(permit.commodities.all()) == [batik]


def test_a_holder_is_recognised_by_nib_and_never_by_name() -> None:
    known = factories.company("Contoh Baru", nib="1234567890123")
    first, second = signed(), signed()
    Application.objects.filter(pk=first.pk).update(holder_nib="1234567890123")
    factories.permit(known)
    assert issue(first, number="UJI/1/2026", on=ON).company == known
    assert not ConsentRecord.objects.exists()  # who types a NIB does not speak for its holder
    assert issue(second, number="UJI/2/2026", on=ON).company != known


def test_months_end_where_the_calendar_does() -> None:
    assert add_months(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert add_months(date(2026, 12, 15), 1) == date(2027, 1, 15)
    assert add_months(date(2026, 3, 2), 60) == date(2031, 3, 2)
