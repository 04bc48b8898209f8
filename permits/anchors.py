"""Anchors: signed files outside of the database that hold the hash of every event of every application.

Whoever owns the database can rewrite a log so that its chain is whole again; they cannot rewrite what was
carried away. The first anchor holds all events, each later one those since the one before, whose SHA-256 it
names, so that none can be left out. Beside the text lie its signature (.sig, ECDSA over SHA-256) and, where a
time-stamping authority is configured, its time stamp (.tst, RFC 3161). No word about a person is in it.
"""

import asyncio
import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from asn1crypto import cms
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from geoportal.daily import daily_outside

TITLE: Final = "SAKPORE ANCHOR 1"
#: An event that was written before an anchor was taken, but committed after it, stands in the next one.
OVERLAP: Final = timedelta(hours=1)
_DIGEST: Final = ec.ECDSA(hashes.SHA256())
_PIECE: Final = 2_000


class Unreadable(ValueError):
    """No anchor of ours, or not whole; says why."""


class NoTimeStamp(Exception):
    """The anchor is written; the time-stamping authority gave no stamp for it. Anchoring again asks anew."""


@dataclass(frozen=True)
class Head:
    taken: datetime
    previous: str  # SHA-256 of the anchor before, "-" for none
    first_line: int


def folder() -> Path:
    return Path(settings.ANCHOR_DIR)


def files() -> list[Path]:
    """Oldest first: their names are their times."""
    return sorted(folder().glob("*.anchor"))


@daily_outside
def anchor_of_the_day(on: date) -> int:
    """One a day; a stamp that the authority did not give is asked for again."""
    found = files()
    if found and timezone.localdate(read_head(found[-1]).taken) >= on:
        stamp(found[-1])
        return 0
    _path, count = take()
    return count


def take(*, whole: bool = False) -> tuple[Path, int]:
    """Writes the next anchor; its path and how many events it holds. Raises NoTimeStamp when that is done."""
    earlier = files()
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder() / f"{uuid4()}.part"
    since = None if whole or not earlier else read_head(earlier[-1]).taken - OVERLAP
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT clock_timestamp()")
                    taken: datetime = cursor.fetchone()[0]
                out.write(f"{TITLE}\ntaken {taken.isoformat()}\n")
                out.write(f"previous {sha256(earlier[-1]) if earlier else '-'}\n\n")
                count = 0
                for application, ordinal, digest in _events(since):
                    out.write(f"{application} {ordinal} {bytes(digest).hex()}\n")
                    count += 1
                out.write(f"end {count}\n")
            out.flush()
            os.fsync(out.fileno())
        path = folder() / f"{taken:%Y%m%dT%H%M%S%fZ}.anchor"
        _write(path.with_suffix(".sig"), _key().sign(draft.read_bytes(), _DIGEST))
        draft.replace(path)  # last: an anchor that is there is signed
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
    stamp(path)
    return path, count


def _events(since: datetime | None) -> Iterator[tuple[int, int, Any]]:
    """In pieces, by a cursor of the server: memory stays small however long the log is."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            "SELECT application_id, ordinal, hash FROM permits_event"
            " WHERE %(since)s::timestamptz IS NULL OR at >= %(since)s ORDER BY application_id, ordinal",
            {"since": since},
        )
        while rows := cursor.fetchmany(_PIECE):
            yield from rows


def read_head(path: Path) -> Head:
    try:
        with path.open(encoding="ascii") as lines:
            title, taken, previous, empty = (next(lines).rstrip("\n") for _ in range(4))
        if title != TITLE or empty or taken[:6] != "taken " or previous[:9] != "previous ":
            raise Unreadable("it does not begin like an anchor")
        return Head(datetime.fromisoformat(taken[6:]), previous[9:], 5)
    except (OSError, StopIteration, RuntimeError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"it cannot be read ({type(error).__name__})") from error


def read(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """(application, ordinal, hash) of every event. Raises Unreadable at the line that is wrong."""
    first = read_head(path).first_line
    count = 0
    with path.open(encoding="ascii", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if number < first:
                continue
            try:
                if line.startswith("end "):
                    if int(line[4:]) != count or next(lines, ""):
                        raise Unreadable(f"line {number}: it does not end where it says")
                    return
                application, ordinal, digest = line.split()
                yield int(application), int(ordinal), bytes.fromhex(digest)
            except ValueError as error:
                raise error if isinstance(error, Unreadable) else Unreadable(f"line {number}") from error
            count += 1
    raise Unreadable("its end is missing")


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def signed(path: Path, key: ec.EllipticCurvePublicKey) -> bool:
    """Whether the signature beside `path` is that of `key` over the file as it is now."""
    try:
        key.verify(path.with_suffix(".sig").read_bytes(), path.read_bytes(), _DIGEST)
    except (InvalidSignature, OSError):
        return False
    return True


def public_key(path: Path | None = None) -> ec.EllipticCurvePublicKey:
    """From `path` (PEM), by default what belongs to the key of this installation."""
    if path is None:
        return _key().public_key()
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path.name} holds no public key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise Unreadable(f"{path.name} holds a key of another kind")
    return key


def _key() -> ec.EllipticCurvePrivateKey:
    """Made at its first use; the public half is laid beside the anchors, to be carried away with them."""
    path = Path(settings.ANCHOR_KEY)
    if not path.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        encoding, no_password = serialization.Encoding.PEM, serialization.NoEncryption()
        _write(path, made.private_bytes(encoding, serialization.PrivateFormat.PKCS8, no_password))
        public = made.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(folder() / "anchor.pub", public)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Unreadable(f"{path.name} holds a key of another kind")
    return key


def stamp(path: Path) -> None:
    """Asks the configured authority for a time stamp over `path`; nothing to do where there is none."""
    beside = path.with_suffix(".tst")
    if not settings.ANCHOR_TSA_URL or beside.exists():
        return
    from pyhanko.sign.timestamps import HTTPTimeStamper  # half a second that only this needs

    try:
        stamper = HTTPTimeStamper(settings.ANCHOR_TSA_URL, timeout=10)
        token = asyncio.run(stamper.async_timestamp(bytes.fromhex(sha256(path)), "sha256"))
    except Exception as error:  # whatever it is, the anchor stands and the stamp is missing
        raise NoTimeStamp(f"{path.name}: no time stamp ({type(error).__name__})") from error
    _write(beside, token.dump())


def stamped(path: Path) -> bool:
    """Whether the time stamp beside `path`, if there is one, is of this file. Whose it is, openssl tells."""
    beside = path.with_suffix(".tst")
    if not beside.exists():
        return True
    try:
        content = cms.ContentInfo.load(beside.read_bytes())["content"]["encap_content_info"]["content"]
        imprint = content.parsed["message_imprint"]["hashed_message"].native
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    return bool(imprint == bytes.fromhex(sha256(path)))


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
