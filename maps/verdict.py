"""What our register says: about a permit (by its public id or number) and about a letter (by seal or file).

Pages and the API show the same answer. Reads the read model and three narrow SQL functions
(permits/sql/letter_kinds.sql), never the tables behind.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from companies.models import Source
from geoportal.ids import is_id, normalise
from maps import known
from maps.models import Place
from permits.imports.values import word_key
from permits.letters.content import Kind
from permits.seal import is_seal_id, seal_hash
from permits.signing.verify import Finding
from permits.status import VALID, Status

PUBLIC_ID = 12
MAX_NUMBER = 100
# as Place.objects.with_status(), whose making takes longer than the answer
_SITES = """
SELECT *, permits_status(
    registered_only, revoked_on, suspended_on, replaced_by IS NOT NULL, valid_until
) AS status
FROM maps_place WHERE public_id = %s ORDER BY first_site DESC, id
"""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Outcome(StrEnum):
    """The answer in one word; machine-readable, part of the API."""

    REGISTERED = "registered"  # a permit of our register; says nothing about a letter
    GENUINE = "genuine"  # our letter, and its permit is in force
    GENUINE_BUT = "genuine_but"  # our letter, but its permit is not in force
    WITHDRAWN = "withdrawn"  # our letter, which we took back
    WITHHELD = "withheld"  # ours, but nothing about it is public (any more)
    MISMATCH = "mismatch"  # a signed file that is not as we signed it, or that others signed
    SIGNED_ONLY = "signed_only"  # our signature, good, on a file that our register does not know
    ARCHIVED = "archived"  # a letter from before this system, which did not sign it
    UNKNOWN = "unknown"
    MALFORMED = "malformed"


HTTP = {
    Outcome.WITHDRAWN: 410,
    Outcome.WITHHELD: 410,
    Outcome.UNKNOWN: 404,
    Outcome.MISMATCH: 404,
    Outcome.SIGNED_ONLY: 404,
    Outcome.MALFORMED: 400,
}
MISSES = frozenset({Outcome.UNKNOWN, Outcome.MALFORMED, Outcome.MISMATCH, Outcome.SIGNED_ONLY})


@dataclass(frozen=True)
class Entry:
    """A permit as the register shows it. `sites` has at least one row, the first site first, with status."""

    sites: tuple[Place, ...]
    successor: str = ""  # number of the permit that replaced it

    @property
    def place(self) -> Place:
        return self.sites[0]

    @property
    def status(self) -> Status:
        return Status(self.place.status)

    @property
    def from_oss(self) -> bool:
        return self.place.source == Source.OSS


@dataclass(frozen=True)
class Letter:
    issued_on: date
    withdrawn_on: date | None = None
    withdrawn_reason: str = ""
    kind: Kind = Kind.PERMIT
    number: str = ""


@dataclass(frozen=True)
class Verdict:
    """`title` is the answer, `text` what it means and what to do; both in the reader's language.

    `kind` is how it sounds: good, warn, bad, info.
    """

    outcome: Outcome
    kind: str
    title: str
    text: str
    checked_at: datetime
    entry: Entry | None = None
    letter: Letter | None = None
    signature: Finding | None = None  # of an uploaded file that the register does not know
    changes: tuple[str, ...] = ()  # what of it was altered after signing, in sentences

    @property
    def http_status(self) -> int:
        return HTTP.get(self.outcome, 200)

    @property
    def is_miss(self) -> bool:
        return self.outcome in MISSES


def verdict_for_seal(typed: str) -> Verdict:
    """About the letter with this seal code, in whatever way it was typed. At most three queries."""
    seal_id = normalise(typed[:100])
    if not is_seal_id(seal_id):
        return _answer(
            Outcome.MALFORMED,
            "warn",
            _("This is not a complete letter code"),
            _("A letter code has 26 letters and digits. Compare it with the letter once more."),
        )
    found = _letter("seal", seal_hash(seal_id))
    if found is None:
        return _answer(
            Outcome.UNKNOWN,
            "bad",
            _("Not registered"),
            _(
                "None of our letters carries this code. If it was typed, compare it once more; "
                "if it was scanned, do not rely on the letter and ask the office."
            ),
        )
    return _about(*found)


def verdict_for_hash(digest: bytes) -> Verdict | None:
    """About the file with this SHA-256; None where no letter of ours has it. At most three queries."""
    found = _letter("file", digest)
    if found:
        return _about(*found)
    archived = archived_by("file", digest)
    return _from_archive(archived, same_file=True) if archived else None


@dataclass(frozen=True)
class Archived:
    """A letter from before this system. `public_id` None: no permit of the public register."""

    public_id: str | None
    number: str
    issued_on: date


def archived_by(what: Literal["file", "number", "target"], value: bytes | str) -> Archived | None:
    """One query. `value`: the SHA-256, the number as typed, or path and query of the old address."""
    if what == "number":
        value = word_key(str(value)[:MAX_NUMBER])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT public_id, number, issued_on FROM permits_archived_by_{what}(%s)", [value])  # noqa: S608
        row = cursor.fetchone()
    return Archived(*row) if row else None


def verdict_for_archived_number(typed: str) -> Verdict | None:
    """About a letter of the archive; None where it has no such number."""
    found = archived_by("number", typed)
    return _from_archive(found, same_file=False) if found else None


def _from_archive(found: Archived, *, same_file: bool) -> Verdict:
    entry = _entry(found.public_id) if found.public_id else None
    words = {"number": found.number, "day": day(found.issued_on)}
    if same_file:
        title = _("IDENTICAL to a letter in our archive, number %(number)s") % words
        text = _("It was issued on %(day)s, before this system, which did not sign it.") % words
    else:
        title = _("A letter with the number %(number)s stands in our archive") % words
        text = _("It was issued on %(day)s, before this system. The number alone proves nothing.") % words
    if entry is None:
        kind = "info"
        text += " " + _("Ask the office whether its permit is still in force.")
    else:
        kind = "good" if same_file and entry.status in VALID else "warn"
        text += " " + _("What counts today is what the register says below.")
    return _answer(Outcome.ARCHIVED, kind, title, text, entry, Letter(found.issued_on, number=found.number))


def _about(public_id: str | None, letter: Letter) -> Verdict:
    entry = _entry(public_id) if public_id else None
    if letter.withdrawn_on is not None:
        return _answer(
            Outcome.WITHDRAWN,
            "bad",
            _("This letter has been withdrawn"),
            _("It is a letter of ours, but it has not been valid since %(day)s.")
            % {"day": day(letter.withdrawn_on)},
            entry,
            letter,
        )
    if letter.kind != Kind.PERMIT:
        return _answer(
            Outcome.GENUINE,
            "good",
            _("MATCHES: %(kind)s of this office, number %(number)s")
            % {"kind": letter.kind.label, "number": letter.number},
            _("It was issued on %(day)s. It is no permit.") % {"day": day(letter.issued_on)},
            entry,
            letter,
        )
    if entry is None:
        return _withheld(letter)
    if entry.status in VALID:
        return _answer(
            Outcome.GENUINE,
            "good",
            _genuine(entry.place),
            _("Compare the letter with the data below."),
            entry,
            letter,
        )
    return _answer(Outcome.GENUINE_BUT, "warn", *_genuine_but(entry), entry, letter)


def register_entry(typed: str) -> Verdict:
    """About the permit with this public id. At most three queries."""
    public_id = normalise(typed[:100])
    if not is_id(public_id, PUBLIC_ID):
        return _answer(
            Outcome.MALFORMED,
            "warn",
            _("This address is not complete"),
            _("A permit's code has 12 letters and digits. Perhaps a part was lost when it was copied."),
        )
    entry = _entry(public_id)
    if entry is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT permits_is_withheld(%s)", [public_id])
            withheld = cursor.fetchone()[0]
        return _withheld() if withheld else unknown()
    return _answer(Outcome.REGISTERED, *_registered(entry), entry)


def find_number(typed: str, *, most: int = 20) -> list[Place]:
    """The permits with this number; case, blanks and punctuation do not matter. One or two queries."""
    text = _CONTROL.sub(" ", typed).strip()[:MAX_NUMBER]
    rows = Place.objects.permits().with_status().select_related("type", "village").defer("village__area")
    exact = list(rows.filter(number=text)[:most])
    if exact:
        return exact
    parts = re.findall(r"[^\W_]+", text)
    if not parts:
        return []
    # parts hold letters and digits only, so nothing of the reader's is a pattern
    pattern = r"^[^[:alnum:]]*" + r"[^[:alnum:]]*".join(parts) + r"[^[:alnum:]]*$"
    return list(rows.filter(number__iregex=pattern).order_by("number", "id")[:most])


def unknown() -> Verdict:
    return _answer(
        Outcome.UNKNOWN,
        "bad",
        _("Not registered"),
        _("Our register has no such permit. Compare the number with the letter, or ask the office."),
    )


def day(when: date | None) -> str:
    return date_format(when, "j F Y") if when else ""


def _answer(
    outcome: Outcome,
    kind: str,
    title: str,
    text: str,
    entry: Entry | None = None,
    letter: Letter | None = None,
) -> Verdict:
    return Verdict(outcome, kind, title, text, timezone.now(), entry, letter)


def _withheld(letter: Letter | None = None) -> Verdict:
    return _answer(
        Outcome.WITHHELD,
        "warn",
        _("No longer public"),
        _("This permit is not, or no longer, in the public register. Ask the office about it."),
        None,
        letter,
    )


def _genuine(place: Place) -> str:
    if place.valid_until is None:
        return _("MATCHES: the permit is in force, without an end date")
    return _("MATCHES: the permit is in force until %(day)s") % {"day": day(place.valid_until)}


def _genuine_but(entry: Entry) -> tuple[str, str]:
    place = entry.place
    match entry.status:
        case Status.EXPIRED:
            return (
                _("MATCHES, but the permit has expired"),
                _("It was in force until %(day)s.") % {"day": day(place.valid_until)},
            )
        case Status.SUSPENDED:
            return (
                _("MATCHES, but the permit is suspended"),
                _("It has been suspended since %(day)s.") % {"day": day(place.suspended_on)},
            )
        case Status.REVOKED:
            return (
                _("MATCHES, but the permit has been revoked"),
                _("It was revoked on %(day)s.") % {"day": day(place.revoked_on)},
            )
        case Status.REPLACED:
            return (
                _("MATCHES, but the permit has been replaced by a new one"),
                _("The new permit is the one that counts."),
            )
    return _("Registered in OSS; check it at oss.go.id"), _("A registration is not a permit of this office.")


def _registered(entry: Entry) -> tuple[str, str, str]:
    """Kind, title and text for a look at the register, which nobody's letter was compared with."""
    place = entry.place
    if entry.status == Status.REGISTERED:
        return (
            "info",
            _("Registered in OSS; check it at oss.go.id"),
            _("The national OSS system lists this business. A registration alone is not a permit."),
        )
    if entry.status in VALID:
        title = (
            _("Registered: the permit is in force until %(day)s") % {"day": day(place.valid_until)}
            if place.valid_until
            else _("Registered: the permit is in force, without an end date")
        )
        text = (
            _("It was issued through the national OSS system: check its document at oss.go.id.")
            if entry.from_oss
            else _("Do you hold the letter? Compare it below: the number alone proves nothing.")
        )
        return "good", title, text
    titles = {
        Status.EXPIRED: _("Registered, but the permit has expired"),
        Status.SUSPENDED: _("Registered, but the permit is suspended"),
        Status.REVOKED: _("Registered, but the permit has been revoked"),
        Status.REPLACED: _("Registered, but the permit has been replaced by a new one"),
    }
    return "warn", titles[entry.status], _genuine_but(entry)[1]


def _entry(public_id: str) -> Entry | None:
    sites = tuple(Place.objects.raw(_SITES, [public_id]))
    if not sites:
        return None
    types, villages = known.types(), known.villages()
    for site in sites:  # what is not among them yet is asked for when it is named
        if site.type_id in types:
            site.type = types[site.type_id]
        if site.village_id in villages:
            site.village = villages[site.village_id]
    successor = ""
    if sites[0].replaced_by:
        numbers = Place.objects.filter(public_id=sites[0].replaced_by).values_list("number", flat=True)
        successor = numbers.first() or ""
    return Entry(sites, successor)


def _letter(what: Literal["seal", "file"], hashed: bytes) -> tuple[str | None, Letter] | None:
    fields = "public_id, issued_on, withdrawn_on, withdrawn_reason, kind, number"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {fields} FROM permits_letter_by_{what}(%s)", [hashed])  # noqa: S608
        row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None:
        return None
    public_id, issued_on, withdrawn_on, reason, kind, number = row
    return public_id, Letter(issued_on, withdrawn_on, reason, Kind(kind), number)
