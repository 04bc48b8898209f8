"""No signature of anybody: copies, scans, other files; and files that are made to hurt who reads them."""

import io
import zipfile
import zlib
from io import BytesIO

import pikepdf
import pypdfium2
from PIL import Image, ImageDraw

from permits.letters.content import Kind
from permits.letters.render import render
from permits.signing.verify import Finding
from tests.permits.forgeries import Workshop, forgery
from tests.permits.forgeries.tools import sign
from tests.permits.letters.example import content


def picture(pdf: bytes, *, dpi: int = 100) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    try:
        made: Image.Image = document[0].render(scale=dpi / 72).to_pil().convert("RGB")
        return made
    finally:
        document.close()


def printed(image: Image.Image, kind: str = "PDF") -> bytes:
    out = BytesIO()
    image.save(out, kind, resolution=100)
    return out.getvalue()


@forgery("the letter as it was before it was signed, with its genuine QR code", Finding.UNSIGNED)
def _(w: Workshop) -> bytes:
    return w.unsigned


@forgery("a forged letter with a genuine QR code", Finding.UNSIGNED)
def _(w: Workshop) -> bytes:
    return w.changed


@forgery("a forged letter with a genuine QR code, signed by a look-alike", Finding.FOREIGN)
def _(w: Workshop) -> bytes:
    return sign(w.changed, w.folders["lookalike"], field="Kepala")


@forgery("a scan of the letter as PDF", Finding.UNSIGNED)
def _(w: Workshop) -> bytes:
    return printed(picture(w.genuine).rotate(1, fillcolor="white"))


@forgery("a scan in which the name was painted over", Finding.UNSIGNED)
def _(w: Workshop) -> bytes:
    image = picture(w.genuine)
    draw = ImageDraw.Draw(image)
    draw.rectangle((100, 250, 600, 290), fill="white")
    draw.text((110, 260), "Contoh Orang Lain", fill="black")
    return printed(image)


@forgery("the public rendition", Finding.UNSIGNED)
def _(w: Workshop) -> bytes:
    return render(Kind.PERMIT, content(public=True))


@forgery("a draft", Finding.UNSIGNED)
def _(w: Workshop) -> bytes:
    return render(Kind.PERMIT, content(), draft=True)


def holding(w: Workshop) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(w.changed)) as document:
        document.attachments["surat.pdf"] = pikepdf.AttachedFileSpec(document, w.genuine)
        document.save(out)
    return out.getvalue()


@forgery("a forged letter with the genuine one attached", Finding.UNSIGNED)
def _(w: Workshop) -> bytes:
    return holding(w)


@forgery("the same, signed by a stranger", Finding.FOREIGN)
def _(w: Workshop) -> bytes:
    return sign(holding(w), w.folders["stranger"])


@forgery("a PDF of one blank page", Finding.UNSIGNED)
def _(_w: Workshop) -> bytes:
    out = BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(out)
    return out.getvalue()


# --- Not a PDF


@forgery("a photograph", Finding.NOT_PDF)
def _(w: Workshop) -> bytes:
    return printed(picture(w.genuine, dpi=40), "JPEG")


@forgery("a photograph called a PDF in its comment", Finding.NOT_PDF)
def _(w: Workshop) -> bytes:
    return printed(picture(w.genuine, dpi=40), "JPEG") + b"%PDF-1.7"


@forgery("a text document", Finding.NOT_PDF)
def _(_w: Workshop) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w:t>Surat izin</w:t>")
    return out.getvalue()


@forgery("a page of the web", Finding.NOT_PDF)
def _(_w: Workshop) -> bytes:
    return b"<!doctype html><title>Surat izin</title>"


@forgery("one byte", Finding.NOT_PDF)
def _(_w: Workshop) -> bytes:
    return b"%"


@forgery("nothing but the first line of a PDF", Finding.UNREADABLE)
def _(_w: Workshop) -> bytes:
    return b"%PDF-1.7\n"


# --- Made to hurt who reads them


def tiny(objects: list[bytes], *, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R %s>>\n" % (len(objects) + 1, trailer)
    return out + table + end + b"startxref\n%d\n%%%%EOF\n" % len(out)


@forgery("a hundred thousand brackets", Finding.UNREADABLE)
def _(_w: Workshop) -> bytes:
    return tiny([b"<< /Type /Catalog /AcroForm << /Fields " + b"[" * 100_000 + b"]" * 100_000 + b" >> >>"])


@forgery("form fields that contain themselves", Finding.UNREADABLE)
def _(_w: Workshop) -> bytes:
    field = b"<< /T (a) /Kids [2 0 R 2 0 R] >>"
    return tiny([b"<< /Type /Catalog /AcroForm << /Fields [2 0 R] >> >>", field])


@forgery("a stream of objects that unpacks to two gigabytes", Finding.UNREADABLE)
def _(_w: Workshop) -> bytes:
    packer = zlib.compressobj(9)
    head = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    body = head + (packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)) * 2_000
    stream = b"<< /Type /ObjStm /N 1 /First 10 /Filter /FlateDecode /Length %d >>\nstream\n" % len(body)
    packed = stream + body + b"\nendstream"
    first = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /AcroForm 3 0 R >>\nendobj\n"
    second = len(first)
    first += b"2 0 obj\n" + packed + b"\nendobj\n"
    at = len(first)
    rows = b"".join(
        kind.to_bytes(1) + place.to_bytes(4) + rest.to_bytes(2)
        for kind, place, rest in ((0, 0, 65535), (1, 9, 0), (1, second, 0), (2, 2, 0), (1, at, 0))
    )
    head = b"4 0 obj\n<< /Type /XRef /W [1 4 2] /Size 5 /Root 1 0 R /Length %d >>\nstream\n" % len(rows)
    return first + head + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % at
