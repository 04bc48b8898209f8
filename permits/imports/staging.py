"""Rows into the temporary tables of sql/stage.sql, by COPY in batches: memory does not grow with the file."""

import struct
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from django.db import connection

from geoportal.fields import encrypt
from geoportal.ids import new_id
from permits.imports.places import Spot
from permits.imports.row import Row
from permits.imports.values import slug_base

BATCH: Final = 2_000
# the contexts of these fields of companies.models.Company
PHONE, EMAIL = "companies.company.phone", "companies.company.email"
COLUMNS: Final = {
    "import_row": """line, ref, number, type_id, holder, name, legal_form, nib, slug, holder_address, phone,
        email, website, as_of, main, label, address, point, quality, purpose, registered_only, risk,
        kbli_code, kbli_edition, issued_on, valid_from, valid_until, suspended_on, revoked_on, chain,
        declared, public_id""",
    "import_seen": "ref",
    "import_response": "line, ref, project, type_id, risk, issued_on, counts, revoked, public_id",
}
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def sections(file: str) -> dict[str, str]:
    """The statements of a .sql file by the names of its `-- name:` lines."""
    text = (Path(__file__).parent / "sql" / file).read_text(encoding="utf-8")
    parts = (part.partition("\n") for part in text.split("-- name: ")[1:])
    return {name.strip(): body for name, _, body in parts}


STAGE: Final = sections("stage.sql")


class Staging:
    """Fresh temporary tables, filled by `add`; what is still in memory is written on leaving the block."""

    def __enter__(self) -> Self:
        with connection.cursor() as cursor:
            cursor.execute(STAGE["tables"])
        self._lines: dict[str, list[str]] = {table: [] for table in COLUMNS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if error is None:
            for table in COLUMNS:
                self._flush(table)
            with connection.cursor() as cursor:
                cursor.execute(STAGE["analyze"])

    def add(self, row: Row) -> None:
        holder, site = row.holder, row.site
        self._put(
            "import_row",
            (
                row.line, row.ref, row.number, row.type_id,
                holder.key, holder.name, holder.legal_form, holder.nib, slug_base(holder.name),
                holder.address, secret(holder.phone, PHONE), secret(holder.email, EMAIL), holder.website,
                holder.as_of, holder.main, site.label, site.address, ewkb(site.spot), site.quality,
                row.purpose, row.registered_only, row.risk, row.kbli_code, row.kbli_edition, row.issued_on,
                row.valid_from, row.valid_until, row.suspended_on, row.revoked_on, row.chain,
                "{" + ",".join(map(str, row.declared)) + "}", new_id(),
            ),
        )  # fmt: skip

    def add_response(self, *values: Any) -> None:
        """A row of the permits export: the columns of import_response without public_id, in their order."""
        self._put("import_response", (*values, new_id()))

    def saw(self, ref: str) -> None:
        """The file names this permit, whether or not its row can be taken."""
        self._put("import_seen", (ref,))

    def _put(self, table: str, values: Sequence[Any]) -> None:
        lines = self._lines[table]
        lines.append("\t".join(map(_cell, values)))
        if len(lines) >= BATCH:
            self._flush(table)

    def _flush(self, table: str) -> None:
        lines = self._lines[table]
        if lines:
            with connection.cursor() as cursor:
                cursor.copy_expert(
                    f"COPY pg_temp.{table} ({COLUMNS[table]}) FROM STDIN", StringIO("\n".join(lines) + "\n")
                )
            lines.clear()


def secret(text: str, context: str) -> str | None:
    return "\\x" + encrypt(text, context).hex() if text else None


def ewkb(spot: Spot | None) -> str | None:
    """EPSG:4326, in hexadecimal, as COPY reads a geometry."""
    return None if spot is None else struct.pack("<BIIdd", 1, 0x20000001, 4326, spot.lon, spot.lat).hex()


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value).translate(_ESCAPES)
