"""What a PDF's signatures prove. Not what a letter is worth: that is for the register (its SHA-256) to say.

A viewer's "valid and trusted" accepts many forgeries. Here every signature must be good, be by a certificate
that is pinned, from its time, and the last one must cover the file to its end, so that nothing was appended.
"""

import json
import subprocess
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from geoportal.intake import limited
from permits.signing import keys

# by the clock much more than of the processor, which it may have to wait for; nothing is written
LIMITS: Final = limited.Limits(seconds=20, cpu_seconds=5, memory=1 << 30, file_bytes=0)
MOST_BYTES = 10_000_000
_JUDGE = Path(__file__).with_name("judge.py")


class Finding(StrEnum):
    """Part of the API."""

    OURS = "ours"  # every signature good and by a pinned certificate in its time, nothing appended
    COMPROMISED = "compromised"  # the same, by a key that was declared compromised
    UNTIMELY = "untimely"  # the same, dated when that certificate was not in use
    ALTERED = "altered"  # a signature of ours, but the file is not what was signed
    FOREIGN = "foreign"  # signed, by nobody of ours
    UNSIGNED = "unsigned"
    UNREADABLE = "unreadable"  # broken, or too hard to read within the limits
    NOT_PDF = "not_pdf"


@dataclass(frozen=True)
class Where:
    """What of a file is not as it was signed, as far as it can be told. Pages count from 1."""

    inside: bool = False  # the signed bytes themselves
    signature: bool = False  # the signature does not fit the certificate that it names, or is of a weak kind
    others: int = 0  # signatures that are nobody's of ours
    appended: int = 0  # bytes after what was signed
    pages: tuple[int, ...] = ()
    added: tuple[int, ...] = ()  # pages that are new
    removed: int = 0  # how many pages are gone
    notes: tuple[int, ...] = ()  # pages with something laid over them: notes, fields, stamps
    parts: tuple[str, ...] = ()  # of judge.PARTS


@dataclass(frozen=True)
class Judgement:
    finding: Finding
    where: Where = field(default_factory=Where)


def verify(pdf: bytes) -> Judgement:
    """Strictly, in a child process without our secrets, with little memory and time. One query."""
    if b"%PDF-" not in pdf[:1024]:
        return Judgement(Finding.NOT_PDF)
    head = json.dumps({"pins": keys.pins(), "now": time.time()}).encode() + b"\n"
    try:
        done = limited.run(_JUDGE, head + pdf, LIMITS)
    except subprocess.TimeoutExpired:
        return read(None)
    return read(json.loads(done.stdout) if done.stdout else None)


def read(answer: dict[str, Any] | None) -> Judgement:
    """What the child said; None where a limit ended it first."""
    if answer is None:
        return Judgement(Finding.UNREADABLE)
    told = answer.get("where", {})
    listed: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in told.items()
    }
    return Judgement(Finding(answer["finding"]), Where(**listed))
