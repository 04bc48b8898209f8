"""The database itself refuses what the application must not do."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from geoportal.roles import APPEND_ONLY, PUBLIC_RELATIONS, grant, role_exists
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _roles() -> None:
    for role in (settings.DATABASE_APP_ROLE, settings.DATABASE_PUBLIC_ROLE):
        if not role_exists(role):
            pytest.skip(f'role "{role}" does not exist on this server')


@contextmanager
def role(name: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {connection.ops.quote_name(name)}")
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")


def refused(sql: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except ProgrammingError as error:
        return "permission denied" in str(error) or "must be owner" in str(error)
    return False


@pytest.mark.parametrize(
    "sql",
    [
        "TRUNCATE permits_permit CASCADE",
        "DROP TABLE permits_letter",
        "ALTER TABLE permits_permit DISABLE TRIGGER ALL",
        "CREATE TABLE public.intruder (id int)",
        "UPDATE maps_place SET company_name = 'x'",
        "DELETE FROM maps_place",
        "UPDATE maps_aggregate SET n = 0",
        "INSERT INTO maps_delta VALUES (1, 0, 0, 0, '{}')",
        "DELETE FROM django_migrations",
        *(f"UPDATE {table} SET id = id" for table in APPEND_ONLY),
        *(f"DELETE FROM {table}" for table in APPEND_ONLY),
    ],
)
def test_application_role_may_not(sql: str) -> None:
    with role(settings.DATABASE_APP_ROLE):
        assert refused(sql)


def test_application_role_does_its_work_and_the_map_follows() -> None:
    with role(settings.DATABASE_APP_ROLE):
        permit = factories.permit()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM maps_place WHERE permit_id = %s", [permit.pk])
            assert cursor.fetchone()[0] == 1


def test_public_role_reads_the_public_relations_and_nothing_else() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class"
            " WHERE relkind IN ('r', 'p', 'v') AND relnamespace = 'public'::regnamespace"
        )
        relations = {row[0] for row in cursor.fetchall()} - {"geography_columns", "geometry_columns"}
    with role(settings.DATABASE_PUBLIC_ROLE):
        readable = {name for name in relations if not refused(f'SELECT 1 FROM "{name}" LIMIT 1')}
    assert readable == {*PUBLIC_RELATIONS, "spatial_ref_sys"}


def test_grant_can_be_repeated() -> None:
    assert grant() == []
