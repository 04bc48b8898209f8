"""Bytes of a genuine letter changed in place, cut off, or put before and behind: no PDF library needed."""

import io
import zipfile

from permits.signing.verify import Finding
from tests.permits.forgeries import Workshop, forgery
from tests.permits.forgeries.tools import byte_range, contents, with_range


def flipped(pdf: bytes, at: int) -> bytes:
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


# --- The signed text


@forgery("one byte within the text of page one", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return flipped(w.genuine, w.genuine.index(b"stream\n", len(w.unsigned) // 3) + 40)


@forgery("one letter of the reason within the signature", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return flipped(w.genuine, w.genuine.rindex(b"/Reason") + 12)


@forgery("the date within the signature", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    at = w.genuine.rindex(b"(D:") + 3
    return w.genuine[:at] + b"2031" + w.genuine[at + 4 :]


@forgery("the version in the first line", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return w.genuine.replace(b"%PDF-1.7", b"%PDF-1.4", 1)


@forgery("line ends converted, as by a mail gateway", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    return w.genuine.replace(b"\n", b"\r\n")


@forgery("the text of another letter under this letter's signature", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    """Same length, so that every number in the file stays right."""
    text = w.changed[: len(w.unsigned)].ljust(len(w.unsigned))
    start = w.genuine.index(b"stream\n") + 7
    end = w.genuine.index(b"endstream", start)
    return w.genuine[:start] + text[start:end].ljust(end - start) + w.genuine[end:]


# --- The signature


@forgery("another letter's signature in this letter", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    (begin, end), (first, last) = contents(w.genuine), contents(w.another)
    taken = w.another[first:last][: end - begin].ljust(end - begin, b"0")
    return w.genuine[:begin] + taken + w.genuine[end:]


@forgery("an empty signature", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    begin, end = contents(w.genuine)
    return w.genuine[: begin - 1] + b"<>".ljust(end - begin + 2) + w.genuine[end + 1 :]


@forgery("a signature of zeros", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    begin, end = contents(w.genuine)
    return w.genuine[:begin] + b"0" * (end - begin) + w.genuine[end:]


@forgery("one digit of the signature", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    begin, end = contents(w.genuine)
    value = w.genuine[begin:end].rstrip(b"0")
    at = begin + len(value) - 20  # within the signature proper, which stands last
    digit = b"1" if w.genuine[at : at + 1] != b"1" else b"2"
    return w.genuine[:at] + digit + w.genuine[at + 1 :]


@forgery("a message hidden in the padding of the signature", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    _, end = contents(w.genuine)
    hidden = b"berlaku sampai 2199".hex().encode()
    return w.genuine[: end - len(hidden)] + hidden + w.genuine[end:]


@forgery("the digits of the signature written small", Finding.OURS)
def _(w: Workshop) -> bytes:
    """The same signature over the same bytes: it is good, and the file is not the one we issued."""
    begin, end = contents(w.genuine)
    return w.genuine[:begin] + w.genuine[begin:end].lower() + w.genuine[end:]


@forgery("the signature's kind renamed to an old one", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return w.genuine.replace(b"/ETSI.CAdES.detached", b"/adbe.pkcs7.detached")


@forgery("the signature's kind renamed to nothing that exists", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    return w.genuine.replace(b"/ETSI.CAdES.detached", b"/ETSI.CAdES.detachee")


# --- The range that the signature covers


def ranged(pdf: bytes, *change: int) -> bytes:
    """Each of the four numbers moved by so much."""
    _, _, known = byte_range(pdf)
    moved = [str(n + d) for n, d in zip(known, change, strict=True)]
    return with_range(pdf, f"[{' '.join(moved)}]")


@forgery("the range leaves out more than the signature", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return ranged(w.genuine, 0, -200, 0, 0)


@forgery("the range leaves out the end", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return ranged(w.genuine, 0, 0, 0, -100)


@forgery("the range begins after the header", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return ranged(w.genuine, 10, -10, 0, 0)


@forgery("the range reaches past the end", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return ranged(w.genuine, 0, 0, 0, 5000)


@forgery("the range is negative", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    _, _, (_, length, after, rest) = byte_range(w.genuine)
    return with_range(w.genuine, f"[0 {length} {after} -{rest}]")


@forgery("the ranges overlap", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    _, _, (_, length, _after, rest) = byte_range(w.genuine)
    return with_range(w.genuine, f"[0 {length} 0 {rest}]")


@forgery("the range is of nothing", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return with_range(w.genuine, "[0 0 0 0]")


@forgery("the range has three parts", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    _, _, (_, length, after, rest) = byte_range(w.genuine)
    return with_range(w.genuine, f"[0 {length} {after} {rest} 0 9]")


@forgery("the range is written with fractions", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    _, _, (_, length, after, rest) = byte_range(w.genuine)
    return with_range(w.genuine, f"[0 {length}.0 {after} {rest}.0]")


@forgery("the range is gone", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    return w.genuine.replace(b"/ByteRange", b"/ByteReach")


@forgery("the range stands twice", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    """The second where the location stood, in as many bytes."""
    begin = w.genuine.rindex(b"/Reason")
    end = w.genuine.index(b")", begin) + 1
    second = b"/ByteRange [0 9 9 9]".ljust(end - begin)
    assert len(second) == end - begin
    return w.genuine[:begin] + second + w.genuine[end:]


# --- Cut off


@forgery("cut off after the header", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    return w.genuine[:200]


@forgery("cut off in the middle", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    return w.genuine[: len(w.genuine) // 2]


@forgery("cut off within the signature", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    begin, end = contents(w.genuine)
    return w.genuine[: (begin + end) // 2]


@forgery("the last mark of the end is missing", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    return w.genuine[: w.genuine.rindex(b"%%EOF")]


@forgery("the last byte is missing", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return w.genuine[:-1]


# --- Put behind


@forgery("a comment behind the end", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return w.genuine + b"\n% diubah"


@forgery("one blank line behind the end", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return w.genuine + b"\n"


@forgery("a second mark of the end", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    start = w.genuine.rindex(b"startxref")
    return w.genuine + b"\n" + w.genuine[start:]


@forgery("an archive behind the end (PDF and ZIP at once)", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    out = io.BytesIO(w.genuine)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("surat.txt", "palsu " * 300)
    return out.getvalue()


@forgery("a page of the web behind the end (PDF and HTML at once)", Finding.ALTERED)
def _(w: Workshop) -> bytes:
    return w.genuine + b"\n<html><script>alert('sah')</script></html>\n"


@forgery("a whole other PDF behind the end", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    """Its tables count from its own start, so that a reader that insists finds nothing of it."""
    return w.genuine + w.changed


@forgery("a hundred kilobytes of nothing behind the end", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    return w.genuine + bytes(100_000)


# --- Put before


@forgery("a blank line before the first", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    return b"\n" + w.genuine


@forgery("a page of the web before the first line", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    return b"<html><!--\n" + w.genuine


@forgery("the head of a photograph before the first line (PDF and JPEG at once)", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    return b"\xff\xd8\xff\xfe\x00\x20" + b" " * 30 + w.genuine


@forgery("so much before the first line that no reader looks for it", Finding.NOT_PDF)
def _(w: Workshop) -> bytes:
    return b" " * 2_000 + w.genuine


# --- The tables that say where objects are


@forgery("the pointer to the tables leads to the revision before the signature", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    first = w.genuine[: len(w.unsigned)]
    at = int(first[first.rindex(b"startxref") + 9 :].split()[0])
    start = w.genuine.rindex(b"startxref")
    return w.genuine[:start] + b"startxref\n%d\n%%%%EOF\n" % at


@forgery("the table of the last revision leads to itself", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    return w.genuine + _table(w.genuine, own=True)


@forgery("a table of both kinds (hybrid) hides objects from old readers", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    return w.genuine + _table(w.genuine, more=b"/XRefStm %d " % _last_table(w.genuine))


@forgery("an object of the same number stands twice in the last revision", Finding.UNREADABLE)
def _(w: Workshop) -> bytes:
    number = int(w.genuine[w.genuine.index(b"/Root") + 5 :].split()[0])
    at = len(w.genuine) + 1
    twice = b"\n%d 0 obj\n<< /Type /Catalog >>\nendobj\n" % number * 2
    return w.genuine + twice + _table(w.genuine + twice, entries=b"%d 1\n%010d 00000 n \n" % (number, at))


def _last_table(pdf: bytes) -> int:
    return int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])


def _table(pdf: bytes, *, own: bool = False, more: bytes = b"", entries: bytes = b"") -> bytes:
    """A table and trailer to be appended to `pdf`, in the old form."""
    at = len(pdf) + 1
    number = int(pdf[pdf.index(b"/Root") + 5 :].split()[0])
    before = at if own else _last_table(pdf[: pdf.rindex(b"%%EOF") + 5])
    table = b"\nxref\n" + (entries or b"0 0\n")
    size = b"trailer\n<< /Size 9999 /Root %d 0 R /Prev %d %s>>\n" % (number, before, more)
    return table + size + b"startxref\n%d\n%%%%EOF\n" % at
