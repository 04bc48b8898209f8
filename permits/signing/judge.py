"""Runs alone, in a process with limits, over a file that anybody may have sent: see permits.signing.verify.

Standard input: a line of JSON {"pins": {SHA-256 of a certificate, hex: {"since", "until": seconds since 1970,
"compromised": bool}}, "now": seconds}, then the PDF. Output: JSON {"finding": a word, "where": {…}}.
"""

import json
import logging
import sys
from collections.abc import Mapping
from contextlib import suppress
from types import ModuleType
from typing import Any

DIGESTS = frozenset({"sha256", "sha384", "sha512"})  # an older one can be made to fit another text
FORMATS = frozenset({"/ETSI.CAdES.detached", "/adbe.pkcs7.detached"})
MOST_OBJECTS = 50_000  # looked at to say what was changed; a letter of ours has some hundreds
PARTS = {
    "/Metadata": "metadata", "/OpenAction": "actions", "/AA": "actions", "/AF": "attachments",
    "/AcroForm": "fields", "/OCProperties": "layers",
}  # fmt: skip
OTHER_NAMES = {"/JavaScript": "actions", "/EmbeddedFiles": "attachments"}


def without_network() -> None:
    """Nothing is fetched here, and the HTTP client that pyHanko brings along is half of its start."""
    stand_in = ModuleType("aiohttp")
    for name in ("BasicAuth", "ClientSession"):
        setattr(stand_in, name, object)
    sys.modules["aiohttp"] = stand_in


def judge(pdf: bytes, pins: Mapping[str, Any] | None, now: float = 0) -> dict[str, Any]:
    """`pins` None: whoever signed and when, only whether the signatures fit."""
    from io import BytesIO

    from pyhanko.pdf_utils.reader import PdfFileReader

    if b"%PDF-" not in pdf[:1024]:
        return {"finding": "not_pdf"}
    try:
        reader = PdfFileReader(BytesIO(pdf), strict=True)
        found = list(reader.embedded_signatures)
    except Exception:  # noqa: BLE001 - whatever it is, it was not written by us
        return {"finding": "unsigned" if _plainly_unsigned(pdf) else "unreadable"}
    if not found:  # what is left of a signature says that one was taken out
        return {"finding": "unreadable" if b"/ByteRange" in pdf else "unsigned"}
    seen = [_look(one, pdf, pins, now) for one in found]
    ours = [one for one in seen if one["ours"]]
    if not ours:
        return {"finding": "foreign"}
    if not all(one["good"] for one in seen) or len(ours) < len(seen) or not seen[-1]["whole"]:
        return {"finding": "altered", "where": _where(reader, pdf, found, seen)}
    for trouble in ("compromised", "untimely"):
        if any(one[trouble] for one in seen):
            return {"finding": trouble}
    return {"finding": "ours"}


def _plainly_unsigned(pdf: bytes) -> bool:
    """Scanners and phones write PDFs that are not quite by the book; they are not damaged for that."""
    from io import BytesIO

    from pyhanko.pdf_utils.reader import PdfFileReader

    if b"/ByteRange" in pdf:
        return False
    try:
        reader = PdfFileReader(BytesIO(pdf), strict=False)
        return "/Pages" in reader.root and not list(reader.embedded_signatures)
    except Exception:  # noqa: BLE001 - as above
        return False


def _look(signature: Any, pdf: bytes, pins: Mapping[str, Any] | None, now: float) -> dict[str, bool]:
    """What one signature is worth. One that cannot be checked is worth nothing."""
    import hashlib

    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    seen = dict.fromkeys(
        ("ours", "read", "intact", "fits", "good", "whole", "compromised", "untimely"), False
    )
    pin = None
    try:
        if pins is not None:
            pin = pins.get(hashlib.sha256(signature.signer_cert.dump()).hexdigest())
        seen["ours"] = pins is None or pin is not None
        nothing_trusted = ValidationContext(trust_roots=[], allow_fetching=False)
        status = validate_pdf_signature(signature, signer_validation_context=nothing_trusted)
        strong = signature.md_algorithm in DIGESTS and signature.sig_object.get("/SubFilter") in FORMATS
        seen["read"] = True
        seen["intact"] = status.intact and _in_its_gap(signature, pdf)
        seen["fits"] = bool(seen["intact"] and status.valid and strong)
        seen["good"] = bool(seen["fits"] and status.docmdp_ok)
        seen["whole"] = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    except Exception:  # noqa: BLE001 - as above
        return seen
    if pin:
        seen["compromised"] = pin["compromised"]
        seen["untimely"] = not _within(signature, pin, now)
    return seen


def _in_its_gap(signature: Any, pdf: bytes) -> bool:
    """Nothing is left unsigned but the signature itself, padded with zeros as we pad it."""
    from asn1crypto import parser

    start, length, after, _rest = (int(n) for n in signature.byte_range)
    held = signature.pkcs7_content
    gap = pdf[length:after]
    if start != 0 or gap[:1] != b"<" or gap[-1:] != b">" or bytes.fromhex(gap[1:-1].decode("ascii")) != held:
        return False
    *_, header, content, trailer = parser.parse(held)
    return not held[len(header) + len(content) + len(trailer) :].strip(b"\0")


def _within(signature: Any, pin: Mapping[str, Any], now: float) -> bool:
    """Only what the signer says: it catches the careless, and is never the reason to believe a file."""
    try:
        said = signature.self_reported_timestamp.timestamp()
    except Exception:  # noqa: BLE001 - no date, or none that can be read
        return False
    return bool(pin["since"] <= said <= min(pin["until"], now + 86_400))


# --- What was changed after signing, as far as it can be told


def _where(reader: Any, pdf: bytes, found: list[Any], seen: list[dict[str, bool]]) -> dict[str, Any]:
    first = next(n for n, one in enumerate(seen) if one["ours"])
    where: dict[str, Any] = {}
    if not seen[first]["intact"]:  # the bytes that were signed are others: nothing else can be believed
        return {"inside" if seen[first]["read"] else "signature": True}
    if any(one["ours"] and one["intact"] and not one["fits"] for one in seen):
        where["signature"] = True
    if not all(one["ours"] for one in seen):
        where["others"] = sum(not one["ours"] for one in seen)
    with suppress(Exception):  # what cannot be told is not said
        _, _, begin, length = (int(n) for n in found[first].byte_range)
        where["appended"] = len(pdf) - begin - length
        where |= _changes(reader, found[first].signed_revision)
    return {key: value for key, value in where.items() if value}


def _changes(reader: Any, revision: int) -> dict[str, Any]:
    """Pages and parts of the document that later revisions change."""
    touched = set()
    for later in range(revision + 1, reader.xrefs.total_revisions):
        touched |= {(ref.idnum, ref.generation) for ref in reader.xrefs.explicit_refs_in_revision(later)}
    if not touched:
        return {}
    reach = Reach(touched)
    old_root, new_root = reader.get_historical_root(revision), reader.root
    old, new = dict(_pages(old_root)), dict(_pages(new_root))
    order = list(new)
    kept = [ref for ref in order if ref in old]
    parts = {
        PARTS[key]
        for key in PARTS
        if _raw(old_root, key) != _raw(new_root, key) or reach.of(_raw(new_root, key))
    }
    if reach.of(_raw(reader.trailer_view, "/Info")):
        parts.add("metadata")
    old_names, new_names = (_names(root) for root in (old_root, new_root))
    for key, name in OTHER_NAMES.items():
        if _raw(old_names, key) != _raw(new_names, key) or reach.of(_raw(new_names, key)):
            parts.add(name)
    return {
        "pages": [order.index(ref) + 1 for ref in kept if _without_notes(old[ref], new[ref], reach)],
        "added": [n for n, ref in enumerate(order, 1) if ref not in old],
        "removed": len(old) - len(kept),
        "notes": [
            order.index(ref) + 1
            for ref in kept
            if _raw(old[ref], "/Annots") != _raw(new[ref], "/Annots") or reach.of(_raw(new[ref], "/Annots"))
        ],
        "parts": sorted(parts),
    }


class Reach:
    """Does something lead to an object that was written later? Never by way of a parent."""

    def __init__(self, touched: set[tuple[int, int]]) -> None:
        self.touched, self.left = touched, MOST_OBJECTS

    def of(self, start: Any, *, skip: frozenset[str] = frozenset()) -> bool:
        from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject

        waiting, known = [start], set()
        while waiting:
            self.left -= 1
            if self.left < 0:
                raise ValueError("too many objects")
            one = waiting.pop()
            if isinstance(one, IndirectObject):
                name = (one.idnum, one.generation)
                if name in self.touched:
                    return True
                if name not in known:
                    known.add(name)
                    waiting.append(one.get_object())
            elif isinstance(one, DictionaryObject):
                waiting += [dict.get(one, key) for key in one if key not in UPWARDS | skip]
            elif isinstance(one, ArrayObject):
                waiting += list.__iter__(one)
        return False


UPWARDS = frozenset({"/Parent", "/P", "/Dest", "/D", "/StructParent", "/StructParents"})


def _raw(parent: Any, key: str) -> Any:
    """As it is written: a reference stays one."""
    return dict.get(parent, key)


def _names(root: Any) -> Any:
    try:
        return root["/Names"]
    except KeyError:
        return {}


def _without_notes(old: Any, new: Any, reach: Reach) -> bool:
    """Was the page itself changed, apart from what lies over it?"""
    apart = UPWARDS | {"/Annots"}
    before, after = ({key: _raw(one, key) for key in one if key not in apart} for one in (old, new))
    return before != after or reach.of(new, skip=frozenset({"/Annots"}))


def _pages(root: Any) -> list[tuple[tuple[int, int], Any]]:
    """(number of the object, page) in their order."""
    found: list[tuple[tuple[int, int], Any]] = []
    waiting = [_raw(root, "/Pages")]
    steps = 0
    while waiting and (steps := steps + 1) <= MOST_OBJECTS:
        ref = waiting.pop()
        page = ref.get_object()
        if "/Kids" in page:
            waiting += reversed(list(list.__iter__(page["/Kids"])))
        else:
            found.append(((ref.idnum, ref.generation), page))
    return found


if __name__ == "__main__":
    without_network()
    logging.disable()
    head = json.loads(sys.stdin.buffer.readline())
    sys.stdout.write(json.dumps(judge(sys.stdin.buffer.read(), head["pins"], head["now"])))
