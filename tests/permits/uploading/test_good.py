"""Awkward files that people really send: taken, upright and legible."""

import hashlib
import io
from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from permits import uploads
from tests.permits.uploading.files import exif, pdf, picture, scanned_pdf


def mpo() -> bytes:
    out = io.BytesIO()
    first, second = (Image.linear_gradient("L").resize((300, 200)).convert("RGB") for _ in range(2))
    first.save(out, "MPO", save_all=True, append_images=[second])
    return out.getvalue()


def deep_png() -> bytes:
    out = io.BytesIO()
    Image.new("I;16", (300, 200), 40_000).save(out, "PNG")
    return out.getvalue()


def clear_png() -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (300, 200), (0, 0, 0, 0)).save(out, "PNG")
    return out.getvalue()


CASES: dict[str, tuple[str, Callable[[], bytes], str, int]] = {
    "jpg": ("a.jpg", picture, "jpeg", 1),
    "capital extension": ("KTP BUDI.JPEG", picture, "jpeg", 1),
    "two pictures in one (phones)": ("a.jpg", mpo, "jpeg", 1),
    "progressive": ("a.jpg", lambda: picture(progressive=True), "jpeg", 1),
    "cmyk": ("a.jpg", lambda: picture(mode="CMYK"), "jpeg", 1),
    "grey": ("a.jpg", lambda: picture(mode="L"), "jpeg", 1),
    "turned": ("a.jpg", lambda: picture(exif=exif(6)), "jpeg", 1),
    "mirrored": ("a.jpg", lambda: picture(exif=exif(5)), "jpeg", 1),
    "48 megapixels": ("a.jpg", lambda: picture((8000, 6000)), "jpeg", 1),
    "png": ("a.png", lambda: picture(form="PNG"), "png", 1),
    "16 bits": ("a.png", deep_png, "png", 1),
    "palette": ("a.png", lambda: picture(mode="P", form="PNG"), "png", 1),
    "black and white": ("a.png", lambda: picture(mode="1", form="PNG"), "png", 1),
    "see-through": ("a.png", clear_png, "png", 1),
    "heic": ("a.heic", lambda: picture(form="HEIF"), "heic", 1),
    "pdf": ("a.pdf", pdf, "pdf", 1),
    "pdf with a mark before it": ("a.pdf", lambda: pdf(head=b"\xef\xbb\xbf%PDF-1.4\n"), "pdf", 1),
    "pdf/a": ("a.pdf", lambda: pdf(extra=b"/MarkInfo<</Marked true>>/Lang(id)"), "pdf", 1),
    "pages of all sizes": ("a.pdf", lambda: pdf((595, 842), (842, 595), (2384, 3370), (74, 105)), "pdf", 4),
    "scanned": ("a.pdf", lambda: scanned_pdf(*[picture((1240, 1754), mode="L")] * 12), "pdf", 12),
}


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 15


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES)
def test_taken(case: str) -> None:
    name, make, kind, pages = CASES[case]
    data = make()
    upload = uploads.receive(ContentFile(data), by=None, name=name)
    assert (upload.kind, upload.pages, upload.size, upload.name) == (kind, pages, len(data), name)
    assert upload.sha256 == hashlib.sha256(data).hexdigest()
    assert uploads.original(upload) == data
    for n in range(1, pages + 1):
        with Image.open(io.BytesIO(uploads.page_image(upload, n))) as image:
            image.load()
            assert max(image.size) <= 2000
    with pytest.raises(FileNotFoundError):
        uploads.page_image(upload, pages + 1)


def first(data: bytes, name: str) -> Image.Image:
    upload = uploads.receive(ContentFile(data), by=None, name=name)
    return Image.open(io.BytesIO(uploads.page_image(upload, 1)))


@pytest.mark.django_db
def test_a_turned_photograph_stands_upright() -> None:
    assert first(picture((300, 200), exif=exif(6)), "a.jpg").size == (200, 300)


@pytest.mark.django_db
def test_16_bits_keep_their_brightness_and_nothing_becomes_white() -> None:
    assert first(deep_png(), "a.png").convert("L").getpixel((9, 9)) == pytest.approx(40_000 / 256, abs=3)
    assert first(clear_png(), "a.png").convert("L").getpixel((9, 9)) == 255
