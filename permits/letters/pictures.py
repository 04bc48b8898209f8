"""A letter of ours as one picture, its pages beneath one another: phones show no PDF within a page."""

from io import BytesIO

import pypdfium2
from PIL import Image

WIDTH = 1000  # pixels of a page


def picture(pdf: bytes) -> bytes:
    """A JPEG. Only for letters that this program set itself: uploads go through geoportal.intake."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [page.render(scale=WIDTH / page.get_width()).to_pil().convert("RGB") for page in document]
    finally:
        document.close()
    whole = Image.new("RGB", (WIDTH, sum(page.height for page in pages)), "white")
    top = 0
    for page in pages:
        whole.paste(page, (0, top))
        top += page.height
    out = BytesIO()
    whole.save(out, "JPEG", quality=80)
    return out.getvalue()
