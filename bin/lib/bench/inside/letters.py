"""Runs inside of the site, as a process of its own: issues letters and says how long each took.

argv: file of the passphrase, a name for this process, how many signatures, how many of each 20 are rolled
back before they are committed. Prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path

import django

django.setup()

from django.contrib.gis.geos import Point  # noqa: E402
from django.db import transaction  # noqa: E402

from companies.models import Company  # noqa: E402
from geoportal.accounts.signer import Signer  # noqa: E402
from permits.letters import issuing  # noqa: E402
from permits.letters.content import Content, Field, Kind, Words, letterhead  # noqa: E402
from permits.models import Issuing, Permit, PermitSite, PermitType  # noqa: E402

TEMPLATE = "{seq:06}/{code}/{month_roman}/{year}"
DAY = date(2026, 11, 24)
SITE = "https://izin.example"


def content(subject: str) -> Content:
    paragraph = "Berdasarkan permohonan yang lengkap dan benar diberikan izin kepada pemegang. " * 4
    return Content(
        letterhead=letterhead(),
        text=Words("Surat Izin Contoh", (paragraph,) * 3, ("Wajib memasang papan nama.",) * 6, "Demikian."),
        place_and_day="24 November 2026",
        holder=f"Contoh Pemegang {subject}",
        fields=tuple(Field(f"Keterangan {n}", f"Isi contoh {subject} nomor {n}") for n in range(10)),
        copies_to=("Arsip",),
        signer=Signer("Contoh Kepala", "Kepala Dinas", "Pembina", "000000000000000000"),
    )


def sign(subject: str, *, cancelled: bool) -> Issuing | None:
    """The number, in the transaction of the signature; None when that is rolled back."""
    with transaction.atomic():
        row = issuing.prepare(
            Kind.PERMIT, content(subject), subject=subject, template=TEMPLATE, scope="UJI", code="UJI",
            on=DAY, by=None,
        )  # fmt: skip
        transaction.set_rollback(cancelled)
    return None if cancelled else row


def finish(row: Issuing, kind: PermitType, holder: Company) -> None:
    """The permit on the map and its letter, together."""
    with transaction.atomic():
        permit = Permit.objects.create(
            number=row.number, type=kind, company=holder, issued_on=DAY, valid_from=DAY, published=True
        )
        PermitSite.objects.create(permit=permit, point=Point(109.675, -6.889, srid=4326))
        issuing.finish(row, permit=permit, by=None)


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def main() -> None:
    passphrase = Path(sys.argv[1]).read_text().strip()  # arguments are seen by every user of the machine
    name, count, each = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    kind = PermitType.objects.order_by("code")[0]
    holder = Company.objects.create(name=f"Contoh {name}", slug=f"contoh-{name}")
    seconds: list[float] = []
    memory: list[float] = []
    cancelled = 0
    for n in range(count):
        begin = time.perf_counter()
        row = sign(f"bench:{name}:{n}", cancelled=(n + 1) * each // 20 > n * each // 20)
        if row is None:
            cancelled += 1
            continue
        made = issuing.produce(row, passphrase=passphrase, site=SITE)
        if not isinstance(made, Issuing):
            raise SystemExit(f"not signed: {made}")
        finish(made, kind, holder)
        seconds.append(time.perf_counter() - begin)
        memory.append(resident_mib())
    sys.stdout.write(json.dumps({"seconds": seconds, "memory": memory, "cancelled": cancelled}))


if __name__ == "__main__":
    main()
