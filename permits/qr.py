"""The QR code of a letter: error correction Q, a quiet zone of four modules, vectors for print.

Upper-case addresses fit QR's alphanumeric mode. Print it at 30 mm or more, quiet zone included.
"""

from io import BytesIO

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_Q

QUIET = 4  # modules, as the standard asks
PRINT_MM = 34


def modules(text: str) -> list[list[bool]]:
    """Rows of dark (True) and light modules, quiet zone included."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=QUIET)
    code.add_data(text, optimize=0)  # one piece, in the smallest mode that holds it
    code.make(fit=True)
    return [[bool(cell) for cell in row] for row in code.get_matrix()]


def svg(text: str) -> str:
    """A document of its own: black on white, one path, 34 mm wide."""
    rows = modules(text)
    runs = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                runs.append(f"M{start} {y}h{x - start}v1H{start}z")
            x += 1
    size = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{PRINT_MM}mm" height="{PRINT_MM}mm" '
        f'viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{"".join(runs)}"/></svg>\n'
    )


def png(text: str, *, scale: int = 10) -> bytes:
    """`scale` pixels a module."""
    rows = modules(text)
    image = Image.new("1", (len(rows), len(rows)), 1)
    image.putdata([0 if cell else 1 for row in rows for cell in row])
    image = image.resize((len(rows) * scale, len(rows) * scale), Image.Resampling.NEAREST)
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
