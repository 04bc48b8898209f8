"""Removes the demo city: everything that carries `demo`, and what was said about it."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from django.db import connection, transaction
from django.db.models import ProtectedError

from companies.models import Claim
from geoportal import intake
from permits.models import PermitType

SLICE: Final = 5_000

UNPUBLISH = "UPDATE permits_permit SET published = false, replaced_by_id = NULL WHERE id = ANY (%s)"
# real permits never point at invented ones; the database would refuse if they did
OF_PERMITS = (
    # what people told us about one stays; the number is in its words
    "UPDATE permits_complaint SET permit_id = NULL WHERE permit_id = ANY (%s)",
    "UPDATE permits_spotcheck SET permit_id = NULL WHERE permit_id = ANY (%s)",
    "DELETE FROM permits_letter WHERE permit_id = ANY (%s)",
    "DELETE FROM permits_permitcommodity WHERE permit_id = ANY (%s)",
    "DELETE FROM permits_permitsite WHERE permit_id = ANY (%s)",
)
OF_COMPANIES = (
    "DELETE FROM companies_consentrecord WHERE company_id = ANY (%s)",
    "DELETE FROM companies_membership WHERE company_id = ANY (%s)",
    "DELETE FROM companies_claim WHERE company_id = ANY (%s)",
    "DELETE FROM companies_company WHERE id = ANY (%s)",
)
PERMITS = "SELECT id FROM permits_permit WHERE demo ORDER BY id"
COMPANIES = """
    SELECT id FROM companies_company c WHERE demo
        AND NOT EXISTS (SELECT FROM permits_permit p WHERE p.company_id = c.id) ORDER BY id
"""


def remove_city() -> Iterator[int]:
    """Yields how many permits were removed, slice by slice. Can be repeated after an interruption.

    First all are taken off the map and their links to successors cut, then deleted: unpublished rows cost the
    read model nothing.
    """
    for claim in Claim.objects.filter(company__demo=True).exclude(proof=""):
        intake.drop(claim.proof, claim.proof_pages)
    permits = _ids(PERMITS)
    for part in _slices(permits):
        _run([UNPUBLISH, *OF_PERMITS], part)
    for part in _slices(permits):
        _run(["DELETE FROM permits_permit WHERE id = ANY (%s)"], part)
        yield len(part)
    for part in _slices(_ids(COMPANIES)):
        _run(OF_COMPANIES, part)
    for kind in PermitType.objects.filter(official=False, permits=None):
        with suppress(ProtectedError), transaction.atomic():  # an application was filed under it: it stays
            kind.versions.all().delete()
            kind.delete()


def _ids(query: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]


def _slices(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), SLICE):
        yield ids[start : start + SLICE]


def _run(statements: tuple[str, ...] | list[str], ids: list[int]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL sakpore.history = 'off'")
        for statement in statements:
            cursor.execute(statement, [ids])
