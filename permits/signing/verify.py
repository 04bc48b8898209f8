"""What a PDF's signatures prove. Not what a letter is worth: that is for the register (its SHA-256) to say.

A viewer's "valid and trusted" accepts many forgeries. Here every signature must be good, be by a certificate
that is pinned, and the last one must cover the file to its end, so that nothing was appended.
"""

import hashlib
import json
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

from django.conf import settings

from permits.signing import signer
from permits.signing.certificates import read_pems

SECONDS = 20
MOST_BYTES = 10_000_000
_JUDGE = Path(__file__).with_name("judge.py")


class Finding(StrEnum):
    OURS = "ours"  # every signature good and by a pinned certificate, nothing appended
    ALTERED = "altered"  # a signature of ours, but the file is not what was signed
    FOREIGN = "foreign"  # signed, by nobody of ours
    UNSIGNED = "unsigned"
    UNREADABLE = "unreadable"  # broken, or too hard to read within the limits
    NOT_PDF = "not_pdf"


def pins() -> set[str]:
    """SHA-256 of every certificate that this office signs or signed with."""
    known = [*read_pems(Path(settings.SIGNER_FOLDER)), *signer().certificates()]
    return {hashlib.sha256(der).hexdigest() for der in known}


def verify(pdf: bytes) -> Finding:
    """Strictly, in a child process without our secrets, with little memory and time."""
    if b"%PDF-" not in pdf[:1024]:
        return Finding.NOT_PDF
    head = json.dumps({"pins": sorted(pins())}).encode() + b"\n"
    try:
        done = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, "-I", "-B", str(_JUDGE)],
            input=head + pdf,
            capture_output=True,
            timeout=SECONDS,
            env={},
            cwd="/",
        )
        return Finding(done.stdout.decode())
    except (subprocess.TimeoutExpired, ValueError):
        return Finding.UNREADABLE
