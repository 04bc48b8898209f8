"""Runs alone, in a process with limits, over a file that anybody may have sent: see geoportal.intake.opening.

Standard input: the file. It is decoded whole and drawn anew, page by page, into 1.jpg, 2.jpg … of the working
folder. Standard output: one line, "kind pages" or a reason of REASONS; of a picture a second one, what its
EXIF says of place and time, as JSON.
"""

import json
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

MOST_PIXELS = 60_000_000  # the largest phone cameras
SMALLEST = 64  # pixels: less shows nothing
LONGEST_SIDE = 2000  # of a page image
MOST_PAGES = 60
REASONS = ("kind", "damaged", "large", "small", "locked", "pages")

Kinds = {"JPEG": "jpeg", "MPO": "jpeg", "PNG": "png", "HEIF": "heic"}


class Bad(Exception):
    """Its argument is one of REASONS."""


def decode(data: bytes, folder: Path) -> str:
    """Raises Bad, or whatever a decoder raises on a damaged file."""
    if data[:1024].lstrip(b"\xef\xbb\xbf\r\n\t \0").startswith(b"%PDF-"):
        return f"pdf {_pdf(data, folder)}"
    kind, said = _picture(data, folder)
    return f"{kind} 1\n{json.dumps(said)}"


def _picture(data: bytes, folder: Path) -> tuple[str, dict[str, Any]]:
    from PIL import Image, ImageOps, UnidentifiedImageError

    if data[4:8] == b"ftyp":  # its library takes long to load
        from pillow_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # judged here
    try:
        formats = ("HEIF",) if data[4:8] == b"ftyp" else ("JPEG", "PNG")  # an MPO opens as JPEG
        picture = Image.open(BytesIO(data), formats=formats)
    except UnidentifiedImageError as error:
        raise Bad("damaged") from error
    kind = Kinds[str(picture.format)]
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise Bad("large")
    if min(width, height) < SMALLEST:
        raise Bad("small")
    said = exif(picture)
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded smaller at once
    picture.load()
    upright = ImageOps.exif_transpose(picture)
    _save(_flat(upright), folder, 1)
    return kind, said


def exif(picture: Any) -> dict[str, Any]:
    """{"lat", "lon", "time"}, each only where it is whole and can be. Cameras write a lot that is neither."""
    found: dict[str, Any] = {}
    try:
        tags = picture.getexif()
        place, shot = tags.get_ifd(0x8825), tags.get_ifd(0x8769)
    except Exception:  # noqa: BLE001 - a damaged EXIF block is none; the picture itself is judged elsewhere
        return found
    time = str(shot.get(0x9003) or tags.get(0x0132) or "").strip("\0 ")
    if len(time) == 19 and time[:4].isdecimal() and time[:4] != "0000":
        zone = str(shot.get(0x9011) or "").strip("\0 ")
        found["time"] = time[:10].replace(":", "-") + "T" + time[11:] + (zone if len(zone) == 6 else "")
    lat, lon = _degrees(place.get(2), place.get(1), "S", 90), _degrees(place.get(4), place.get(3), "W", 180)
    if lat is not None and lon is not None and (lat, lon) != (0, 0):  # 0, 0: a camera that found nothing
        found["lat"], found["lon"] = lat, lon
    return found


def _degrees(parts: Any, side: Any, negative: str, most: int) -> float | None:
    """Degrees, minutes and seconds as EXIF has them; None for what is no such thing."""
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not (0 <= degrees <= most and 0 <= minutes < 60 and 0 <= seconds < 60 and value <= most):
        return None
    letter = side.decode("ascii", "replace") if isinstance(side, bytes) else str(side or "")
    return -value if letter.strip("\0 ").upper() == negative else value


def _flat(picture: Any) -> Any:
    """In RGB, on white where it was transparent; 16 bits a pixel become 8."""
    from PIL import Image

    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        white = Image.new("RGB", layer.size, "white")
        white.paste(layer, mask=layer.getchannel("A"))
        return white
    return picture.convert("RGB")


def _save(picture: Any, folder: Path, n: int) -> None:
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    picture.info.clear()
    picture.save(folder / f"{n}.jpg", "JPEG", quality=82, exif=b"", icc_profile=None)


def _pdf(data: bytes, folder: Path) -> int:
    """PDFium as built for pypdfium2 has no JavaScript engine, and forms are not initialised."""
    import pypdfium2
    from pypdfium2 import raw

    if b"%%EOF" not in data[-4096:]:
        raise Bad("damaged")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        raise Bad("locked" if locked else "damaged") from error
    count = len(document)
    if not 1 <= count <= MOST_PAGES:
        raise Bad("pages" if count else "damaged")
    dpi = 200 if count <= 20 else 110  # still legible, and as much work as twenty
    for n in range(count):
        page = document[n]
        width, height = page.get_size()
        if not (1 <= width <= 20_000 and 1 <= height <= 20_000):
            raise Bad("large")
        scale = min(dpi / 72, LONGEST_SIDE / max(width, height))
        _save(page.render(scale=scale).to_pil().convert("RGB"), folder, n + 1)
        page.close()
    return count


if __name__ == "__main__":
    try:
        print(decode(sys.stdin.buffer.read(), Path()))
    except Bad as bad:
        print(bad.args[0])
    except MemoryError:
        print("large")
    except Exception:  # noqa: BLE001 - whatever it is, no page can be shown of it
        print("damaged")
