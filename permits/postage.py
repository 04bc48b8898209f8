"""What the post room prints: address labels, and the list that goes with a batch."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Final

import pikepdf

from permits.letters import words
from permits.letters.content import Content, Kind, Words, letterhead
from permits.letters.render import render
from permits.models import Delivery

MOST: Final = 50  # at once
_HEADS: Final = ("No.", "Nomor pendaftaran", "Nomor resi", "Penerima dan alamat")


def labels(deliveries: Sequence[Delivery]) -> bytes:
    """One page of 100 x 70 mm for each."""
    together = pikepdf.new()
    for one in deliveries:
        page = Content(
            letterhead(),
            Words("Label alamat"),
            number=str(one.application),
            holder=one.recipient,
            address=tuple(one.address.splitlines()),
        )
        with pikepdf.open(BytesIO(render(Kind.LABEL, page))) as pdf:
            together.pages.extend(pdf.pages)
    out = BytesIO()
    together.save(out)
    return out.getvalue()


def manifest(deliveries: Sequence[Delivery], on: date) -> bytes:
    rows = [
        (
            str(n),
            str(one.application),
            one.tracking_number or "–",
            ", ".join((one.recipient, *one.address.splitlines())),
        )
        for n, one in enumerate(deliveries, 1)
    ]
    paragraph = f"Diserahkan kepada Pos Indonesia sebanyak {len(rows)} ({words.in_words(len(rows))}) kiriman."
    page = Content(
        letterhead(),
        Words("Daftar Kiriman Pos", paragraphs=(paragraph,)),
        number=words.day(on),
        rows=(_HEADS, *rows),
    )
    return render(Kind.MANIFEST, page)
