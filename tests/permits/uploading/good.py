"""Awkward files that people really send: each is taken, upright and legible."""

import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pikepdf
from PIL import Image, ImageCms

from permits.letters.content import Kind
from permits.letters.render import render
from permits.signing import Signed, development
from permits.signing.backends.pkcs12 import Pkcs12Signer
from tests.permits.letters.example import content
from tests.permits.uploading.files import exif, pdf, picture, png_of, scanned_pdf


@dataclass(frozen=True)
class Good:
    name: str
    make: Callable[[], bytes]
    kind: str
    pages: int = 1


def mpo() -> bytes:
    out = io.BytesIO()
    first, second = (Image.linear_gradient("L").resize((300, 200)).convert("RGB") for _ in range(2))
    first.save(out, "MPO", save_all=True, append_images=[second])
    return out.getvalue()


def _saved(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def deep_png() -> bytes:
    return _saved(Image.new("I;16", (300, 200), 40_000))


def clear_png() -> bytes:
    return _saved(Image.new("RGBA", (300, 200), (0, 0, 0, 0)))


def interlaced_png(size: int = 128) -> bytes:
    """Seven passes, as scanners write for slow lines; grey, 8 bits."""
    passes = (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    )
    body = b""
    for left, top, step_x, step_y in passes:
        for y in range(top, size, step_y):
            body += b"\0" + bytes((x + y) % 256 for x in range(left, size, step_x))
    return png_of(size, size, zlib.compress(body), interlaced=True)


def _profiled(form: str) -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return picture(form=form, icc_profile=profile)


def _again(**options: object) -> bytes:
    """A PDF as other programs save it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf((595, 842), (842, 595)))) as document:
        document.save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def letter() -> bytes:
    """PDF/A-3a and PDF/UA-1, as this office issues."""
    return render(Kind.PERMIT, content())


def signed() -> bytes:
    """By somebody's own certificate."""
    with TemporaryDirectory() as folder:
        development.make(Path(folder), passphrase="sandi-uji")
        signer = Pkcs12Signer(str(Path(folder, "signer.p12")))
        outcome = signer.sign(letter(), request_id=UUID(int=7), passphrase="sandi-uji")
    assert isinstance(outcome, Signed)
    return outcome.pdf


def noisy(size: tuple[int, int]) -> bytes:
    return _saved(Image.effect_noise(size, 60).convert("RGB"), "JPEG", quality=85)


CASES: dict[str, Good] = {
    "photograph": Good("a.jpg", picture, "jpeg"),
    "capitals": Good("KTP BUDI.JPEG", picture, "jpeg"),
    "blanks, dashes and brackets": Good("Akta Pendirian – CV Contoh (asli).jpg", picture, "jpeg"),
    "points in the name": Good("surat.pernyataan.rev.2.jpg", picture, "jpeg"),
    "a very long name": Good("Surat Pernyataan Kesanggupan " * 9 + ".jpg", picture, "jpeg"),
    "jfif": Good("kamera.jfif", picture, "jpeg"),
    "two pictures in one (phones)": Good("a.jpg", mpo, "jpeg"),
    "progressive": Good("a.jpg", lambda: picture(progressive=True), "jpeg"),
    "cmyk": Good("a.jpg", lambda: picture(mode="CMYK"), "jpeg"),
    "grey": Good("a.jpg", lambda: picture(mode="L"), "jpeg"),
    "full colour": Good("a.jpg", lambda: picture(subsampling=0, quality=100), "jpeg"),
    "squeezed": Good("a.jpg", lambda: picture(quality=5), "jpeg"),
    "of a messenger": Good(
        "WhatsApp Image 2026-01-05 at 10.11.12.jpeg", lambda: picture((960, 1280)), "jpeg"
    ),
    "turned": Good("a.jpg", lambda: picture(exif=exif(6)), "jpeg"),
    "mirrored": Good("a.jpg", lambda: picture(exif=exif(5)), "jpeg"),
    "upside down": Good("a.jpg", lambda: picture(exif=exif(3)), "jpeg"),
    "with a colour profile": Good("a.jpg", lambda: _profiled("JPEG"), "jpeg"),
    "panorama": Good("a.jpg", lambda: picture((12_000, 1500)), "jpeg"),
    "12 megapixels": Good("a.jpg", lambda: noisy((4000, 3000)), "jpeg"),
    "48 megapixels": Good("a.jpg", lambda: picture((8000, 6000)), "jpeg"),
    "png": Good("a.png", lambda: picture(form="PNG"), "png"),
    "png with a colour profile": Good("a.png", lambda: _profiled("PNG"), "png"),
    "screenshot": Good("Screenshot_20260105.png", lambda: picture((1080, 2400), form="PNG"), "png"),
    "16 bits": Good("a.png", deep_png, "png"),
    "interlaced": Good("a.png", interlaced_png, "png"),
    "palette": Good("a.png", lambda: picture(mode="P", form="PNG"), "png"),
    "palette, see-through": Good("a.png", lambda: picture(mode="P", form="PNG", transparency=0), "png"),
    "black and white": Good("a.png", lambda: picture(mode="1", form="PNG"), "png"),
    "see-through": Good("a.png", clear_png, "png"),
    "grey and see-through": Good("a.png", lambda: picture(mode="LA", form="PNG"), "png"),
    "heic": Good("IMG_0001.HEIC", lambda: picture(form="HEIF"), "heic"),
    "heic, turned": Good("a.heic", lambda: picture(form="HEIF", exif=exif(6)), "heic"),
    "pdf": Good("a.pdf", pdf, "pdf"),
    "pdf 1.3": Good("a.pdf", lambda: pdf(head=b"%PDF-1.3\n%\xe2\xe3\xcf\xd3\n"), "pdf"),
    "pdf with a mark before it": Good("a.pdf", lambda: pdf(head=b"\xef\xbb\xbf%PDF-1.4\n"), "pdf"),
    "pdf with blanks behind it": Good("a.pdf", lambda: pdf() + b"\r\n" * 500, "pdf"),
    "pdf/a": Good("a.pdf", letter, "pdf"),
    "signed pdf": Good("a.pdf", signed, "pdf"),
    "pdf for the web": Good("a.pdf", lambda: _again(linearize=True), "pdf", 2),
    "pdf of packed objects": Good(
        "a.pdf", lambda: _again(object_stream_mode=pikepdf.ObjectStreamMode.generate), "pdf", 2
    ),
    "pages of all sizes": Good(
        "a.pdf", lambda: pdf((595, 842), (842, 595), (2384, 3370), (74, 105)), "pdf", 4
    ),
    "turned page": Good("a.pdf", lambda: pdf().replace(b"/Contents", b"/Rotate 90/Contents"), "pdf"),
    "form with a field": Good(
        "a.pdf", lambda: pdf(extra=b"/AcroForm<</Fields[<</FT/Tx/T(nama)/V(Uji)>>]>>"), "pdf"
    ),
    "scanned": Good(
        "Scan 05-01-2026.pdf", lambda: scanned_pdf(*[picture((1240, 1754), mode="L")] * 12), "pdf", 12
    ),
    "large scan": Good("a.pdf", lambda: scanned_pdf(*[noisy((1240, 1754))] * 4), "pdf", 4),
    "sixty pages": Good("Dokumen lingkungan.pdf", lambda: scanned_pdf(*[noisy((400, 560))] * 60), "pdf", 60),
}
