"""Writes a chunk with COPY: unpublished first, published at once at the end, as every bulk load here does."""

import math
import struct
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO
from typing import Any, Final

from django.db import connection

from geoportal.fields import encrypt
from permits.demo.chunk import Chunk, World
from permits.demo.records import Holder, Made, Site

PHONE, EMAIL = "companies.company.phone", "companies.company.email"  # contexts of companies.models.Company
HOLDER: Final = """id, slug, name, legal_form, nib, address, point, quality, phone, email, website,
    consent_location, consent_contact, source, demo, created_at"""
PERMIT: Final = """id, public_id, number, type_id, company_id, purpose, source, source_ref, registered_only,
    risk, kbli_code, kbli_edition, issued_on, valid_from, valid_until, suspended_on, revoked_on,
    replaced_by_id, missing_since, published, demo, created_at"""
SITE: Final = "permit_id, ordinal, label, address, point, area, quality"
COMMODITY: Final = "permit_id, commodity_id, provenance"


def write(chunk: Chunk, commodities: dict[str, int]) -> None:
    """In the caller's transaction. Ids are taken from the tables' sequences and set on the records."""
    _number(chunk.holders, "companies_company")
    _number(chunk.permits, "permits_permit")
    world, permits = chunk.world, chunk.permits
    _copy("companies_company", HOLDER, (_holder(holder, world.today) for holder in chunk.holders))
    _copy("permits_permit", PERMIT, (_permit(made, world) for made in permits))
    _copy(
        "permits_permitsite",
        SITE,
        (
            (made.id, ordinal, site.label, site.address, _point(site), _parcel(site), site.quality)
            for made in permits
            for ordinal, site in enumerate(made.sites, start=1)
        ),
    )
    _copy(
        "permits_permitcommodity",
        COMMODITY,
        (
            (made.id, commodities[slug], provenance)
            for made in permits
            for slug, provenance in made.commodities.items()
        ),
    )
    with connection.cursor() as cursor:
        ids = [made.id for made in permits]
        # fresh tables have no statistics, and the triggers' cached plans are those of empty ones
        for table in ("permits_permit", "permits_permitsite", "permits_permitcommodity", "companies_company"):
            cursor.execute(f"ANALYZE {table}")
        cursor.execute("UPDATE permits_permit SET published = true WHERE id = ANY (%s)", [ids])


def _number(records: Sequence[Holder | Made], table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, len(records)],
        )
        for record, (found,) in zip(records, cursor.fetchall(), strict=True):
            record.id = found


def _holder(holder: Holder, today: date) -> Sequence[Any]:
    return (
        holder.id, holder.slug, holder.name, holder.form, holder.nib, holder.site.address,
        _point(holder.site), holder.site.quality, _secret(holder.phone, PHONE), _secret(holder.email, EMAIL),
        "", holder.consent_location, holder.consent_contact, holder.source, True, today,
    )  # fmt: skip


def _permit(made: Made, world: World) -> Sequence[Any]:
    code, edition = made.kbli or ("", None)
    dates, later = made.term, made.replaced_by
    return (
        made.id, made.public_id, made.number, world.types[made.type].id, made.holder.id, made.purpose,
        made.source, made.source_ref, made.registered_only, made.risk or "", code, edition,
        dates.issued, dates.issued, dates.until, dates.suspended, dates.revoked, later.id if later else None,
        made.missing_since, False, True, world.today,
    )  # fmt: skip


def _point(site: Site) -> str | None:
    """EWKB in hexadecimal, as COPY reads it."""
    if site.spot is None:
        return None
    return struct.pack("<BIIdd", 1, 0x20000001, 4326, site.spot.lon, site.spot.lat).hex()


def _parcel(site: Site) -> str | None:
    if site.spot is None or not site.parcel:
        return None
    up = site.parcel / 111_320
    right = up / math.cos(math.radians(site.spot.lat))
    x, y = site.spot.lon, site.spot.lat
    ring = [(x + i * right, y + j * up) for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    return struct.pack("<BIIII10d", 1, 0x20000003, 4326, 1, 5, *(c for p in ring for c in p)).hex()


def _secret(text: str, context: str) -> str | None:
    return "\\x" + encrypt(text, context).hex() if text else None


def _text(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def _copy(table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    lines = StringIO()
    for row in rows:
        lines.write("\t".join(map(_text, row)) + "\n")
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", lines)
