"""Hostile files: refused in words, or kept and shown only as a picture that holds nothing of them."""

import io
import zlib
from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from permits import uploads
from permits.models import Upload
from permits.refusals import Refused
from tests.permits.uploading.files import archive, exif, pdf, picture, png_chunk, png_of

MARK = b"<script>alert('UJI')</script>"
SCRIPT = b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\)//UJI-MARK)>>"
ZIP = archive(virus=b"UJI" * 100)
HTML = b"<html><body>" + MARK + b"</body></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>" + MARK + b"</svg>"
GIF = picture(form="GIF", mode="P")

REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "empty": ("a.jpg", lambda: b""),
    "html as jpg": ("a.jpg", lambda: HTML),
    "html as pdf": ("a.pdf", lambda: HTML),
    "svg as png": ("a.png", lambda: SVG),
    "svg": ("a.svg", lambda: SVG),
    "html": ("a.html", lambda: HTML),
    "gif": ("a.gif", lambda: GIF),
    "gif as png": ("a.png", lambda: GIF),
    "bmp as jpg": ("a.jpg", lambda: picture(form="BMP")),
    "tiff as jpg": ("a.jpg", lambda: picture(form="TIFF")),
    "webp as png": ("a.png", lambda: picture(form="WEBP")),
    "zip as pdf": ("a.pdf", lambda: ZIP),
    "zip as jpg": ("a.jpg", lambda: ZIP),
    "program": ("a.pdf", lambda: b"\x7fELF" + b"\0" * 4000),
    "windows program": ("a.jpg", lambda: b"MZ" + b"\0" * 4000),
    "shell": ("a.jpg", lambda: b"#!/bin/sh\nid\n"),
    "php": ("a.php", lambda: picture()),
    "two extensions": ("a.jpg.exe", lambda: picture()),
    "no extension": ("a", lambda: picture()),
    "office": ("a.docx", lambda: ZIP),
    "postscript": ("a.pdf", lambda: b"%!PS-Adobe-3.0\n(/etc/passwd) run\n"),
    "only magic jpg": ("a.jpg", lambda: b"\xff\xd8\xff\xe0" + b"A" * 500),
    "only magic png": ("a.png", lambda: b"\x89PNG\r\n\x1a\n" + b"A" * 500),
    "only magic pdf": ("a.pdf", lambda: b"%PDF-1.7\n" + b"A" * 500),
    "only magic heic": ("a.heic", lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"A" * 500),
    "truncated jpg": ("a.jpg", lambda: picture((800, 800))[:3000]),
    "truncated png": ("a.png", lambda: picture((800, 800), form="PNG")[:900]),
    "truncated pdf": ("a.pdf", lambda: pdf()[:250]),
    "truncated heic": ("a.heic", lambda: picture((400, 400), form="HEIF")[:-100]),
    "one pixel": ("a.png", lambda: picture((1, 1), form="PNG")),
    "one line": ("a.jpg", lambda: picture((2000, 2))),
    "huge png": ("a.png", lambda: png_of(60_000, 60_000, zlib.compress(b"\0" * 1000))),
    "bomb png": ("a.png", lambda: png_of(30_000, 30_000, zlib.compress(bytes(30_001 * 2000), 9), depth=1)),
    "bomb in text": ("a.png", lambda: png_of(
        100, 100, zlib.compress(bytes(101 * 100)),
        extra=png_chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(80 << 20), 9)),
    )),
    "jpg of no size": ("a.jpg", lambda:
        b"\xff\xd8\xff\xc0\0\x11\x08\0\0\0\0\x03\1\x22\0\2\x11\1\3\x11\1\xff\xd9"),
    "pdf without pages": ("a.pdf", lambda:
        pdf().replace(b"/Count 1", b"/Count 0").replace(b"[3 0 R]", b"[     ]")),
    "pdf of many pages": ("a.pdf", lambda: pdf(*[(200, 200)] * 61)),
    "pdf of enormous pages": ("a.pdf", lambda: pdf((900_000, 900_000))),
    "pdf that refers to itself": ("a.pdf", lambda: pdf().replace(b"[3 0 R]", b"[2 0 R]")),
    "pdf behind a zip": ("a.pdf", lambda: ZIP + pdf()),
    "too many bytes": ("a.jpg", lambda: picture() + b"\0" * uploads.MOST_BYTES),
}  # fmt: skip

KEPT: dict[str, tuple[str, Callable[[], bytes]]] = {
    "jpg and zip": ("a.jpg", lambda: picture() + ZIP),
    "jpg and html": ("a.jpg", lambda: picture() + HTML),
    "png and php": ("a.png", lambda: picture(form="PNG") + b"<?php system('id') ?>" + MARK),
    "pdf and html": ("a.pdf", lambda: pdf() + HTML + b"%%EOF"),
    "exif xss": ("a.jpg", lambda: picture(exif=exif(text=MARK.decode()))),
    "comment xss": ("a.jpg", lambda: picture(comment=MARK)),
    "png text": ("a.png", lambda: png_of(
        100, 100, zlib.compress(bytes(101 * 100)), extra=png_chunk(b"tEXt", b"Comment\0" + MARK)
    )),
    "jpg as pdf": ("a.pdf", picture),
    "png as jpg": ("a.jpg", lambda: picture(form="PNG")),
    "pdf as jpg": ("a.jpg", pdf),
    "name with markup": ("<img src=x onerror=alert(1)>.jpg", picture),
    "name that climbs": ("../../../etc/passwd.jpg", picture),
    "name of windows": ("C:\\temp\\..\\a\0.jpg", picture),
    "pdf with javascript": ("a.pdf", lambda: pdf(extra=SCRIPT)),
    "pdf that starts a program": ("a.pdf", lambda: pdf(extra=b"/OpenAction<</S/Launch/F(cmd)/UJI-MARK 1>>")),
    "pdf that calls home": ("a.pdf", lambda: pdf(extra=b"/OpenAction<</S/URI/URI(http://192.0.2.1/UJI-MARK)>>")),
}  # fmt: skip


def test_there_are_enough_of_them() -> None:
    assert len(REFUSED) + len(KEPT) >= 40


@pytest.mark.django_db
@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_words_and_nothing_is_kept(case: str) -> None:
    name, make = REFUSED[case]
    with pytest.raises(Refused, match=r"\w+ \w+"):
        uploads.receive(ContentFile(make()), by=None, name=name)
    assert not Upload.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("case", KEPT)
def test_shown_only_as_a_picture_drawn_anew(case: str) -> None:
    name, make = KEPT[case]
    data = make()
    upload = uploads.receive(ContentFile(data), by=None, name=name)
    assert uploads.original(upload) == data
    assert not set("/\\\0") & set(upload.name)
    for n in range(1, upload.pages + 1):
        shown = uploads.page_image(upload, n)
        assert shown[:3] == b"\xff\xd8\xff"
        assert shown[-2:] == b"\xff\xd9"
        for trace in (b"script", b"UJI", b"PK\x03\x04", b"<?php", b"%PDF", b"Exif"):
            assert trace not in shown
        with Image.open(io.BytesIO(shown)) as image:
            assert image.format == "JPEG"
            assert not image.getexif()
