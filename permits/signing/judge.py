"""Runs alone, in a process with limits, over a file that anybody may have sent: see permits.signing.verify.

Standard input: a line of JSON {"pins": [SHA-256 of certificates, hex]}, then the PDF. Output: one word.
"""

import json
import logging
import resource
import sys

CPU_SECONDS, MEMORY = 15, 1 << 30


def limit() -> None:
    for what, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))


def judge(pdf: bytes, pins: set[str] | None) -> str:
    """`pins` None: whoever signed, only whether the signatures fit."""
    import hashlib
    from io import BytesIO

    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    if b"%PDF-" not in pdf[:1024]:
        return "not_pdf"
    try:
        found = list(PdfFileReader(BytesIO(pdf), strict=True).embedded_signatures)
    except Exception:  # noqa: BLE001 - whatever it is, it was not written by us
        return "unreadable"
    if not found:
        return "unsigned"
    ours = good = 0
    whole = False
    for signature in found:
        try:
            ours += pins is None or hashlib.sha256(signature.signer_cert.dump()).hexdigest() in pins
            nothing_trusted = ValidationContext(trust_roots=[], allow_fetching=False)
            status = validate_pdf_signature(signature, signer_validation_context=nothing_trusted)
            good += status.intact and status.valid and bool(status.docmdp_ok)
            whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        except Exception:  # noqa: BLE001 - a signature that cannot be checked is not good
            whole = False
    if not ours:
        return "foreign"
    return "ours" if ours == good == len(found) and whole else "altered"


if __name__ == "__main__":
    limit()
    logging.disable()
    head = json.loads(sys.stdin.buffer.readline())
    sys.stdout.write(judge(sys.stdin.buffer.read(), set(head["pins"])))
