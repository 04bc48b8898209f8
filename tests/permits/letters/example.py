"""A letter's content for tests; everybody in it is invented."""

from dataclasses import replace
from typing import Any

from geoportal.accounts.signer import Signer
from permits.letters.content import Content, Field, Letterhead, Words

NIK = "9975014101900001"
SEAL_URL = "HTTPS://IZIN.EXAMPLE/V/ABCDEFGHJKMNPQRSTVWXYZ2345"


def content(**changes: Any) -> Content:
    made = Content(
        letterhead=Letterhead("Pemerintah Kota Uji", "Kantor Perizinan Uji", "Jl. Uji No. 1", "000-111"),
        text=Words(
            "Surat Izin Praktik Uji",
            (f"Berdasarkan permohonan pemegang NIK {NIK} diberikan izin kepada:",),
            ("Wajib memasang papan nama.",),
            "Demikian surat ini dibuat.",
        ),
        number="0001/UJI/XI/2026",
        place_and_day="Kota Uji, 24 November 2026",
        holder="Contoh Pemegang",
        fields=(
            Field("Nama", "Contoh Pemegang", label_en="Name"),
            Field("NIK", NIK, personal=True),
            Field("Tempat praktik", "Jl. Contoh No. 2"),
        ),
        copies_to=("Arsip",),
        signer=Signer("Contoh Kepala", "Kepala Kantor Perizinan Uji", "Pembina", "123", "Plt.", "SK 1/2026"),
        seal_url=SEAL_URL,
        seal_code="ABCD-EFGH-JKMN-PQRS-TVWX-YZ23-45",
    )
    return replace(made, **changes)
