"""What the public sees can be recounted, and what somebody broke is found and mended."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from maps.models import Place
from maps.publish import Derived, Wrong, derived, differences
from permits.models import Permit
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def permits() -> list[Permit]:
    factories.village()
    batik = factories.commodity()
    made = [factories.permit(commodities=[batik]) for _ in range(3)]
    return [*made, factories.permit(point=None), factories.permit(published=False)]


def check() -> str:
    out = StringIO()
    call_command("publish", "--check", stdout=out, stderr=StringIO())
    return out.getvalue()


def sql(text: str, *values: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def test_what_the_triggers_wrote_is_right(permits: list[Permit]) -> None:
    assert "4" in check()
    assert list(differences()) == []


def test_tampering_is_found_by_check_and_mended_without(permits: list[Permit]) -> None:
    changed, lost, moved, pointless, _hidden = permits
    truth = list(Place.objects.order_by("id").values_list())
    sql("UPDATE maps_place SET company_name = 'Lain' WHERE permit_id = %s", changed.pk)
    sql("DELETE FROM maps_place WHERE permit_id = %s", lost.pk)
    sql("UPDATE maps_place SET point = ST_Translate(point, 0.01, 0) WHERE permit_id = %s", moved.pk)
    sql("UPDATE maps_place SET valid_until = NULL WHERE permit_id = %s", pointless.pk)
    assert {(d.permit, d.wrong) for d in differences()} == {
        (changed.pk, Wrong.STALE),
        (lost.pk, Wrong.MISSING),
        (moved.pk, Wrong.STALE),
        (pointless.pk, Wrong.STALE),
    }
    err = StringIO()
    with pytest.raises(CommandError, match=r"1 .*, 3 "):
        call_command("publish", "--check", stderr=err)
    assert changed.public_id in err.getvalue()
    assert list(differences())
    call_command("publish", stdout=StringIO())
    assert list(Place.objects.order_by("id").values_list()) == truth
    check()


def test_leaked_rows_are_taken_back(permits: list[Permit]) -> None:
    """One of a permit that is not published, one of a permit that never was."""
    columns = ", ".join(str(f.column) for f in Place._meta.local_concrete_fields[2:])
    for place, permit in ((-9001, permits[4].pk), (-9002, 10**12)):
        copied = f"SELECT %s, %s, {columns} FROM maps_place LIMIT 1"
        sql(f"INSERT INTO maps_place (id, permit_id, {columns}) {copied}", place, permit)
    assert {(d.place, d.wrong) for d in differences()} == {(-9001, Wrong.EXTRA), (-9002, Wrong.EXTRA)}
    call_command("publish", stdout=StringIO())
    check()
    assert Place.objects.count() == 4


def test_draft_that_should_be_hidden_is_compared_too(permits: list[Permit]) -> None:
    """With triggers off, as a careless restore would: nothing but the comparison can know."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE permits_permit DISABLE TRIGGER maps_update")
    Permit.objects.filter(pk=permits[0].pk).update(published=False)
    sql("ALTER TABLE permits_permit ENABLE TRIGGER maps_update")
    assert [d.wrong for d in differences()] == [Wrong.EXTRA]
    call_command("publish", stdout=StringIO())
    assert not Place.objects.filter(permit_id=permits[0].pk)


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def test_a_day_that_has_passed_is_no_difference(permits: list[Permit]) -> None:
    """Until somebody folds, a permit that ended yesterday is still counted; a lie about the day is not."""
    yesterday = timezone.localdate() - timedelta(days=1)
    Permit.objects.filter(pk=permits[0].pk).update(valid_until=yesterday)
    sql("UPDATE maps_place SET counted = true WHERE permit_id = %s", permits[0].pk)
    check()
    sql("UPDATE maps_place SET counted = false WHERE permit_id = %s", permits[1].pk)
    assert [(d.permit, d.wrong) for d in differences()] == [(permits[1].pk, Wrong.STALE)]


def test_counts_and_pins_are_recounted(permits: list[Permit]) -> None:
    assert derived() == Derived(0, 0)
    call_command("publish", stdout=StringIO())
    assert count("maps_delta") == 0
    assert count("maps_aggregate") > 0
    check()
    sql("UPDATE maps_aggregate SET n = n + 1 WHERE level = 9")
    sql("DELETE FROM maps_pin WHERE commodity = 0")
    assert derived() == Derived(3, 2)  # three places; one cell of all and one of batik
    with pytest.raises(CommandError):
        check()
    call_command("publish", stdout=StringIO())
    assert derived() == Derived(0, 0)
    check()


def test_what_waits_to_be_folded_is_no_difference(permits: list[Permit]) -> None:
    call_command("publish", stdout=StringIO())
    factories.permit(commodities=[factories.commodity()])
    assert count("maps_delta") > 0
    check()
    assert count("maps_delta") > 0, "--check must change nothing"
