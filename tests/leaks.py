"""Looks for a secret in what somebody got, however it is spelled or packed."""

import base64
import gzip
import html
import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import quote, unquote_to_bytes

import pikepdf

_BETWEEN = re.compile(r"(?<=\d)[\s.\-/()\u00a0]+(?=\d)")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")


def words(secret: str) -> set[str]:
    """What it is looked for as: a number by its digits, anything else in small letters."""
    digits = re.sub(r"\D", "", secret)
    if len(digits) >= 9 and not re.search(r"[A-Za-z]", secret):
        # a telephone number with and without its country
        return {digits, digits.removeprefix("0")} if digits.startswith("08") else {digits}
    return {secret.lower()}


def coordinate(value: float) -> set[str]:
    """As a map would print it: from four decimals (11 m) up, cut or rounded, without its sign."""
    plain = abs(value)
    found = {f"{plain:.{n}f}" for n in range(4, 8)}
    return found | {f"{int(plain * 10**n) / 10**n:.{n}f}" for n in range(4, 8)}


def found_in(secrets: dict[str, set[str]], content: bytes) -> set[str]:
    """Names of the secrets that are in `content`."""
    texts = [text for packed in unpacked(content) for text in readings(packed)]
    return {
        name for name, wanted in secrets.items() if any(word in text for text in texts for word in wanted)
    }


def readings(content: bytes) -> Iterator[str]:
    """The text as it is, without what stands between digits, and undone percents, entities and base64."""
    plain = content.decode("utf-8", "replace").lower()
    undone = html.unescape(unquote_to_bytes(unquote_to_bytes(content)).decode("utf-8", "replace")).lower()
    escaped = re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), undone)
    for text in (plain, undone, escaped):
        yield text
        yield _BETWEEN.sub("", text)
    for encoding in ("utf-16-be", "utf-16-le"):
        yield content.decode(encoding, "replace").lower()
    for match in _BASE64.finditer(content):
        for start in range(4):  # wherever in the word it begins
            part = match[0][start:].replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
            part = part[:-1] if len(part) % 4 == 1 else part + b"=" * (-len(part) % 4)
            text = base64.b64decode(part).decode("utf-8", "replace").lower()
            yield text
            yield _BETWEEN.sub("", text)
    for match in re.finditer(rb"(?:[0-9a-fA-F]{2}){9,}", content):
        yield bytes.fromhex(match[0].decode()).decode("utf-8", "replace").lower()


def unpacked(content: bytes) -> Iterator[bytes]:
    yield content
    if content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content)
    if content[:5] == b"%PDF-":
        yield from _pdf(content)


def _pdf(content: bytes) -> Iterator[bytes]:
    """Every stream undone, every string of every object, and the metadata."""
    with pikepdf.open(BytesIO(content)) as document:
        for one in document.objects:
            if isinstance(one, pikepdf.Stream):
                try:
                    yield one.read_bytes()
                except (pikepdf.PdfError, zlib.error):
                    yield one.read_raw_bytes()
            yield from _strings(one, depth=0)
        yield str(dict(document.docinfo.items())).encode()
        with document.open_metadata() as meta:
            yield str(meta).encode()


def _strings(one: object, depth: int) -> Iterator[bytes]:
    if depth > 4:
        return
    if isinstance(one, pikepdf.String):
        yield bytes(one)
        yield str(one).encode()
    elif isinstance(one, pikepdf.Array):
        for part in one:
            yield from _strings(part, depth + 1)
    elif isinstance(one, pikepdf.Dictionary):
        for part in one.values():
            yield from _strings(part, depth + 1)


def spellings(secret: str) -> list[bytes]:
    """How it might leak: for the test of the search itself."""
    groups = [secret[n : n + 4] for n in range(0, len(secret), 4)]
    spelled = [secret, *(sign.join(groups) for sign in (" ", ".", "-"))] if secret.isdigit() else [secret]
    packed = [one.encode() for one in spelled]
    packed += [quote(secret, safe="").encode(), quote(quote(secret, safe="")).encode()]
    packed += ["".join(f"&#{ord(sign)};" for sign in secret).encode(), secret.encode("utf-16-be")]
    packed += [secret.encode().hex().encode(), gzip.compress(secret.encode()), secret.upper().encode()]
    packed += [base64.b64encode(pad + secret.encode()) for pad in (b"", b"x", b"xy", b"xyz")]
    packed += [base64.urlsafe_b64encode(b"?" + secret.encode())]
    return packed
