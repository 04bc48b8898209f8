"""The letter that suspends, revokes or reinstates a permit. Indonesian whatever language the clerk reads."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from geoportal.accounts.signer import signer_on
from permits.letters.content import Content, Field, Kind, Words, letterhead
from permits.letters.wording import place_and_day, place_is_public
from permits.letters.words import day
from permits.models import Act, Decision

KINDS: Final[Mapping[Act, Kind]] = {
    Act.SUSPEND: Kind.SUSPENSION,
    Act.REVOKE: Kind.REVOCATION,
    Act.REINSTATE: Kind.REINSTATED,
}
NUMBERS: Final[Mapping[Act, str]] = {
    Act.SUSPEND: "{seq:04}/PEMBEKUAN/{month_roman}/{year}",
    Act.REVOKE: "{seq:04}/PENCABUTAN/{month_roman}/{year}",
    Act.REINSTATE: "{seq:04}/PEMBERLAKUAN-KEMBALI/{month_roman}/{year}",
}
_TITLES: Final[Mapping[Act, str]] = {
    Act.SUSPEND: "Pembekuan Izin",
    Act.REVOKE: "Pencabutan Izin",
    Act.REINSTATE: "Pemberlakuan Kembali Izin",
}
_DECIDES: Final[Mapping[Act, str]] = {
    Act.SUSPEND: "izin berikut dibekukan",
    Act.REVOKE: "izin berikut dicabut",
    Act.REINSTATE: "izin berikut diberlakukan kembali",
}
_EFFECTS: Final[Mapping[Act, str]] = {
    Act.SUSPEND: "Pembekuan berlaku sejak tanggal surat ini. Kegiatan yang diizinkan tidak boleh dijalankan "
    "sampai izin diberlakukan kembali.",
    Act.REVOKE: "Pencabutan berlaku sejak tanggal surat ini. Izin tersebut tidak dapat digunakan lagi.",
    Act.REINSTATE: "Izin berlaku kembali sejak tanggal surat ini, dengan jangka waktu sebagaimana "
    "tercantum dalam surat izinnya.",
}
_OBJECT = (
    " Keberatan dapat diajukan tertulis kepada kantor kami dalam 21 hari kerja sejak surat ini diterima."
)


def decision_letter(decision: Decision, *, on: date) -> Content:
    """Signed on `on` by whoever signs that day. Not numbered yet."""
    permit, act = decision.permit, Act(decision.act)
    kind, holder = permit.type, permit.company
    sites = list(permit.sites.select_related("village"))
    places = "; ".join(dict.fromkeys(site.address for site in sites if site.address))
    villages = ", ".join(dict.fromkeys(site.village.name for site in sites if site.village))
    secret_place = not place_is_public(kind, holder.legal_form)
    fields = [
        Field("Nomor izin", permit.number),
        Field("Jenis izin", kind.name),
        Field("Pemegang izin", holder.name, personal=not kind.holder_public),
        Field("Lokasi", places, personal=secret_place),
        Field("Kelurahan", villages),
        Field("Tanggal terbit", day(permit.issued_on) if permit.issued_on else ""),
        Field("Berlaku sampai", day(permit.valid_until) if permit.valid_until else "tanpa batas waktu"),
    ]
    opening = f"Berdasarkan {decision.legal_basis}, dengan ini {_DECIDES[act]}:"
    reasons = tuple(line.strip() for line in decision.reason.splitlines() if line.strip())
    closing = _EFFECTS[act] + ("" if act == Act.REINSTATE else _OBJECT)
    return Content(
        letterhead=letterhead(),
        text=Words(_TITLES[act], (opening,), reasons, closing),
        place_and_day=place_and_day(on),
        holder=holder.name,
        holder_personal=not kind.holder_public,
        address=(holder.address,) if holder.address else (),
        fields=tuple(field for field in fields if field.value),
        signer=signer_on(on),
    )
