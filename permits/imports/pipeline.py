"""From the staged rows into the tables, set by set, in the caller's transaction.

Unpublished first, published last. What is in the tables already is compared, never simply overwritten: a
second run changes nothing and the read model's triggers run for changed rows only.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import DatabaseError, connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.models import Source
from geoportal.fields import CannotDecrypt, decrypt
from geoportal.geography.quality import DRAWN_EXACT
from geoportal.reporting import CHANGED, CREATED, UNCHANGED, VANISHED, Refused, Report, Text
from permits.imports.staging import EMAIL, PHONE, STAGE, sections
from permits.imports.values import harmless
from permits.models import CARRIES_COMMODITIES

LOCK: Final = 7310  # one import at a time: pg_advisory_xact_lock
HOLDERS: Final = sections("holders.sql")
PERMITS: Final = sections("permits.sql")
HOLDER_STEPS: Final = (
    "gather",
    "match_nib",
    "match_permit",
    "match_name",
    "merged",
    "part",
    "keep",
    "name_new",
    "insert",
    "number_new",
)
PERMIT_STEPS: Final = (
    "companies", "renewals", "insert", "number_new", "update",
    "sites", "drop_sites", "update_sites", "insert_sites",
    "commodities", "drop_commodities", "update_commodities", "insert_commodities", "chain",
)  # fmt: skip
LABELS: Final[dict[str, Text]] = {
    "repeated": gettext_lazy("further sites, terms or repetitions of them"),
    "companies": gettext_lazy("companies new"),
    "companies_changed": gettext_lazy("companies changed"),
    "mended": gettext_lazy("coordinates mended"),
    "outside": gettext_lazy("coordinates unusable"),
    "from_village": gettext_lazy("placed in their village"),
    "no_place": gettext_lazy("without a place"),
    "nib_mended": gettext_lazy("NIB with zeros put back"),
    "kbli_unknown": gettext_lazy("KBLI unknown"),
    "dates_unreadable": gettext_lazy("dates unreadable"),
    "contacts_unreadable": gettext_lazy("phones or e-mails unreadable"),
    "type_unknown": gettext_lazy("business forms unknown"),
    "not_counted": gettext_lazy("responses not issued"),
    "withdrawn": gettext_lazy("issued before, now not"),
    "left_out": gettext_lazy("left out by [only]"),
    "words_unknown": gettext_lazy("commodity words unknown"),
}


@dataclass(frozen=True, slots=True)
class Job:
    """What the SQL must know of one import.

    The refs of its permits begin with `prefix`; with `full` those that the file no longer holds are flagged.
    """

    source: Source
    registered: bool = False
    several: bool = False
    declares: bool = False
    decides: bool = False
    prefix: str = ""
    full: bool = False

    def parameters(self) -> dict[str, Any]:
        return {
            "source": str(self.source),
            "registered": self.registered,
            "several": self.several,
            "declares": self.declares,
            "decides": self.decides,
            "refs": re.sub(r"([\\%_])", r"\\\1", self.prefix) + "%",
            "carrying": [str(kind) for kind in CARRIES_COMMODITIES],
            "protected": [str(quality) for quality in DRAWN_EXACT]
            if self.source == Source.OSS
            else ["surveyed"],
        }


def begin() -> None:
    """Waits for nobody: refuses where another import is at work. Lifts the limit on a query's time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise Refused(
                _("Another import is at work in this database."),
                _("Wait until it has ended, then try again."),
            )
        cursor.execute("SET LOCAL statement_timeout = 0")


def load(job: Job, report: Report, *, holders: bool = True) -> None:
    """Loads what import_row holds. Without `holders` each row names its company already.

    Raises `Refused` where the database refuses; its own words may quote a row, so they are not passed on.
    """
    try:
        _load(job, report, holders=holders)
    except DatabaseError as error:
        raise Refused(
            _("The database did not take the rows (%s).") % type(error).__name__,
            _("Nothing was loaded. Please report this with the command that was used, without the file."),
        ) from None


def _load(job: Job, report: Report, *, holders: bool) -> None:
    values = job.parameters()
    refused = _fetch(PERMITS["quarrels"], values)
    reason = _("Another row of the file gives this permit to another holder, or another type.")
    _reject(refused, report, job.prefix, reason, _("Find out which of them is right, and remove the other."))
    _run(PERMITS["gather"], values)
    refused = _fetch(PERMITS["same_number"], values)
    reason = _("Another permit has this number already.")
    _reject(
        refused, report, job.prefix, reason, _("Correct the number, or the column that identifies a permit.")
    )
    _run(PERMITS["count_rows"], values)
    if holders:
        _holders(report, values)
    for name in report.progress(PERMIT_STEPS, total=len(PERMIT_STEPS), unit=_("steps")):
        _run(PERMITS[name], values)
    if job.full:
        report.count(VANISHED, _run(PERMITS["missing"], values))
    _run(PERMITS["publish"], values)
    (made, changed, unchanged, repeated), *_rest = _fetch(PERMITS["outcome"], values)
    for what, number in ((CREATED, made), (CHANGED, changed), (UNCHANGED, unchanged), ("repeated", repeated)):
        report.count(what, number)


def _holders(report: Report, values: dict[str, Any]) -> None:
    for name in report.progress(HOLDER_STEPS, total=len(HOLDER_STEPS), unit=_("steps")):
        number = _run(HOLDERS[name], values)
        if name == "insert":
            report.count("companies", number)
    _forget_same_contacts()
    report.count("companies_changed", _run(HOLDERS["update"], values))
    _run(HOLDERS["assign"], values)


def _forget_same_contacts() -> None:
    """Encrypted twice, one text is two values: only when they are decrypted one sees that nothing changed."""
    same: dict[str, list[str]] = {"same_phone": [], "same_email": []}
    for holder, phone, known_phone, email, known_email in _stream(HOLDERS["contacts"]):
        if phone is not None and _plain(phone, PHONE) == _plain(known_phone, PHONE):
            same["same_phone"].append(holder)
        if email is not None and _plain(email, EMAIL) == _plain(known_email, EMAIL):
            same["same_email"].append(holder)
    for name, found in same.items():
        if found:
            _run(HOLDERS[name], {"holders": found})


def _plain(stored: memoryview | None, context: str) -> str | None:
    try:
        return None if stored is None else decrypt(bytes(stored), context)
    except CannotDecrypt:
        return None


def responses(report: Report) -> None:
    """From import_response to import_row; unknown projects are rejected, withdrawn permits flagged."""
    reason = _("The register has no project of this row's id_proyek.")
    remedy = _("Import a project export that holds it first, or together with this file.")
    _reject(_fetch(STAGE["orphans"], {}), report, "", reason, remedy)
    _run(STAGE["responses"], {})
    report.count("withdrawn", _run(STAGE["withdrawn"], {}))


def _reject(refused: list[Sequence[Any]], report: Report, prefix: str, reason: str, remedy: str) -> None:
    for line, ref in sorted(map(tuple, refused)):
        report.reject(line, reason=reason, remedy=remedy, row=[harmless(ref.removeprefix(prefix))])


def _run(statement: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def _fetch(statement: str, values: dict[str, Any]) -> list[Sequence[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _stream(statement: str) -> Iterator[Sequence[Any]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(2_000):
            yield from rows
