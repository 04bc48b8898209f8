"""The code of a real letter, printed at 30 mm and mistreated: other people's readers still read it.

Set by Typst, rastered by pdfium at 150 and 200 dpi, with the text around it; nothing here draws a code alone.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

from permits import qr
from permits.letters.content import Kind, Words
from permits.letters.render import render
from tests.permits.letters.example import SEAL_URL, content

Grey = NDArray[np.uint8]
DPI = (150, 200)
MM = 30  # as the issue asks; letters print it larger
OPENCV_SHARE = 0.85


def turned(image: Grey, degrees: float) -> Grey:
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return _warped(image, np.vstack([matrix, [0, 0, 1]]))


def _warped(image: Grey, matrix: Any) -> Grey:
    height, width = image.shape
    made: Any = cv2.warpPerspective(image, matrix, (width, height), borderValue=255)
    return np.asarray(made, np.uint8)


def _soft(image: Grey, sigma: float) -> Grey:
    made: Any = cv2.GaussianBlur(image, (0, 0), sigma)
    return np.asarray(made, np.uint8)


def _clipped(values: Any) -> Grey:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def perspective(image: Grey) -> Grey:
    height, width = image.shape
    flat: Any = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = [[width * 0.10, height * 0.06], [width * 0.92, 0], [width, height], [0, height * 0.94]]
    return _warped(image, cv2.getPerspectiveTransform(flat, np.array(moved, np.float32)))


def skewed(image: Grey) -> Grey:
    return _warped(image, np.array([[1, 0.12, -image.shape[0] * 0.06], [0.02, 1, 0], [0, 0, 1]]))


def shaded(image: Grey) -> Grey:
    """A hand between lamp and paper: down to a third of the light."""
    light = np.linspace(1, 0.33, image.shape[1])[None, :] * np.linspace(1, 0.8, image.shape[0])[:, None]
    return _clipped(image * light)


def noisy(image: Grey) -> Grey:
    return _clipped(image + np.random.default_rng(6).normal(0, 40, image.shape))


def blurred(image: Grey) -> Grey:
    return _soft(image, 1.6)


def jpeg(image: Grey) -> Grey:
    out = BytesIO()
    Image.fromarray(image).save(out, "JPEG", quality=12)
    return np.asarray(Image.open(out).convert("L"))


def stained(image: Grey) -> Grey:
    """The ring of a cup across the code, and a drop on it."""
    height, width = image.shape
    stain = np.full(image.shape, 255, np.uint8)
    cv2.circle(stain, (width // 3, height // 2), height // 4, 150, max(3, height // 40))
    cv2.circle(stain, (int(width * 0.52), int(height * 0.55)), height // 40, 60, -1)
    return _clipped(image.astype(float) * _soft(stain, 1.5) / 255)


def folded(image: Grey) -> Grey:
    """A crease down the middle: one half lies a pixel lower, the fold itself is worn and dark."""
    made = image.copy()
    middle = image.shape[1] // 2
    made[1:, middle:] = image[:-1, middle:]
    made[:, middle - 1 : middle + 2] = _clipped(made[:, middle - 1 : middle + 2] * 0.5 + 50)
    return made


def photocopied(image: Grey) -> Grey:
    """Twice: black gets bolder, grey is lost, dust is added."""
    rng = np.random.default_rng(13)
    made = _soft(image, 1.0)
    made = np.where(made < 150, 0, 255).astype(np.uint8)
    made[rng.random(image.shape) < 0.004] = 0
    made[rng.random(image.shape) < 0.004] = 255
    made = _soft(made, 0.8)
    return np.where(made < 140, 0, 255).astype(np.uint8)


def faded(image: Grey) -> Grey:
    """An empty cartridge on recycled paper."""
    return _clipped(170 + image / 255 * 45)


def halftone(image: Grey) -> Grey:
    """As a newspaper or a cheap printer screens it, scanned again: a pattern of dots over everything."""
    rows, columns = np.indices(image.shape)
    screen = 127 + 60 * np.sin(rows * 1.9 + columns * 0.7) * np.sin(columns * 1.9 - rows * 0.7)
    light = 60 + image / 255 * 150
    return _soft(np.where(light > screen, 255, 0).astype(np.uint8), 0.7)


def cut(image: Grey) -> Grey:
    """A photocopy laid askew: half of the quiet zone at the left is black."""
    made = image.copy()
    left = _inside(image)
    made[:, : left - qr.QUIET // 2 * _module(image)] = 0
    return made


def _module(image: Grey) -> int:
    """Pixels."""
    pixels: int = round(image.shape[0] / (MM + 2 * MARGIN) * MM / len(qr.modules(SEAL_URL)))
    return pixels


def _inside(image: Grey) -> int:
    """Column where the first dark module begins."""
    (found,) = zxingcpp.read_barcodes(image)
    place: Any = found.position
    return int(min(place.top_left.x, place.bottom_left.x))


WITHOUT_CODE = {Kind.LABEL, Kind.ASSIGNMENT}  # nothing to prove
MARGIN = 10  # mm of the page around the code, the text beneath it among them

DISTURBED: dict[str, Callable[[Grey], Grey]] = {
    "turned a little": lambda image: turned(image, 11),
    "turned on its head": lambda image: turned(image, 187),
    "perspective": perspective,
    "skewed scan": skewed,
    "shade": shaded,
    "noise": noisy,
    "blur": blurred,
    "JPEG": jpeg,
    "stain": stained,
    "fold": folded,
    "photocopy": photocopied,
    "low contrast": faded,
    "halftone": halftone,
    "quiet zone partly cut": cut,
}


@pytest.fixture(scope="module")
def printed() -> dict[int, Grey]:
    """The code of a letter and what stands around it, as a scanner of so many dpi sees a print of 30 mm."""
    document = pypdfium2.PdfDocument(render(Kind.PERMIT, content()))
    made = {}
    for dpi in DPI:
        scale = dpi / 72 * MM / qr.PRINT_MM
        page = np.asarray(document[0].render(scale=scale).to_pil().convert("L"))
        (found,) = zxingcpp.read_barcodes(page)
        place = found.position
        middle = (
            (place.top_left.x + place.bottom_right.x) // 2,
            (place.top_left.y + place.bottom_right.y) // 2,
        )
        half = round((MM / 2 + MARGIN) / 25.4 * dpi)
        left, top = max(0, middle[0] - half), max(0, middle[1] - half)
        made[dpi] = page[top : middle[1] + half, left : middle[0] + half]
    document.close()
    return made


@pytest.mark.parametrize("kind", list(Kind))
def test_a_letter_has_one_code_and_no_second(kind: Kind) -> None:
    words = Words("Test licence", ("This licence is given to:",))
    document = pypdfium2.PdfDocument(render(kind, content(english=words)))
    found = [
        code.text
        for page in document
        for code in zxingcpp.read_barcodes(page.render(scale=200 / 72).to_pil())
    ]
    document.close()
    assert found == ([] if kind in WITHOUT_CODE else [SEAL_URL])


@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize("kind", DISTURBED)
def test_zxing_reads_every_disturbed_code(kind: str, dpi: int, printed: dict[int, Grey]) -> None:
    found = zxingcpp.read_barcodes(DISTURBED[kind](printed[dpi]))
    assert [code.text for code in found] == [SEAL_URL]


def test_opencv_reads_most_of_them(printed: dict[int, Grey]) -> None:
    reader = cv2.QRCodeDetector()
    tried = {(kind, dpi): disturb(printed[dpi]) for kind, disturb in DISTURBED.items() for dpi in DPI}
    failed = [name for name, image in tried.items() if reader.detectAndDecode(image)[0] != SEAL_URL]
    assert 1 - len(failed) / len(tried) >= OPENCV_SHARE, failed
