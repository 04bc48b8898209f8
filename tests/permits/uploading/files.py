"""Files that people send, and that attackers do, made here."""

import io
import struct
import zipfile
import zlib
from typing import Any

import pillow_heif
import pypdfium2
from PIL import Image

pillow_heif.register_heif_opener()


def picture(
    size: tuple[int, int] = (300, 200), mode: str = "RGB", form: str = "JPEG", **options: Any
) -> bytes:
    out = io.BytesIO()
    made = Image.linear_gradient("L").resize(size)
    (made if mode == "L" else made.convert(mode)).save(out, form, **options)
    return out.getvalue()


def exif(orientation: int = 1, text: str = "") -> bytes:
    tags = Image.Exif()
    tags[0x0112] = orientation
    if text:
        tags[0x010E] = text
        tags[0x9286] = text
    return tags.tobytes()


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(
    width: int, height: int, body: bytes, *, extra: bytes = b"", depth: int = 8, interlaced: bool = False
) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, interlaced)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", head)
        + extra
        + png_chunk(b"IDAT", body)
        + png_chunk(b"IEND", b"")
    )


def pdf(
    *pages: tuple[float, float], extra: bytes = b"", head: bytes = b"%PDF-1.7\n", content: bytes = b""
) -> bytes:
    """Written by hand, so that what is wrong with it can be wrong. `extra` goes into the catalogue."""
    pages = pages or ((595, 842),)
    kids = b" ".join(b"%d 0 R" % (3 + 2 * n) for n in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R" + extra + b">>",
        b"<</Type/Pages/Kids[" + kids + b"]/Count %d>>" % len(pages),
    ]
    content = content or b"0.2 0.3 0.6 rg 50 50 200 100 re f"
    for n, (width, height) in enumerate(pages):
        box = b"[0 0 %f %f]" % (width, height)
        objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox" + box + b"/Contents %d 0 R>>" % (4 + 2 * n))
        objects.append(b"<</Length %d>>stream\n" % len(content) + content + b"\nendstream")
    out, offsets = head, []
    for n, data in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj" % n + data + b"endobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % at for at in offsets)
    return out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def scanned_pdf(*pictures: bytes) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for data in pictures:
        image = pypdfium2.PdfImage.new(document)
        image.load_jpeg(io.BytesIO(data), inline=True)
        image.set_matrix(pypdfium2.PdfMatrix().scale(595, 842))
        page = document.new_page(595, 842)
        page.insert_obj(image)
        page.gen_content()
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return out.getvalue()
