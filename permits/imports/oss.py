"""The project export of the national OSS-RBA system. A project is a registration, no permit.

Read: id, NIB, name, form, risk, place, date, KBLI; phone and e-mail, stored encrypted, never public.
The name of the person who filed (Nama User) is not read at all. Investment, land and workers are summed for
the record of the run, not stored.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext as _

from companies.models import Kbli, LegalForm
from geoportal.geography.quality import Quality
from geoportal.reporting import Refused
from permits.imports.legal_forms import read_legal_form
from permits.imports.places import Coordinates, Spot, Villages
from permits.imports.row import LONGEST_REF, Holder, Row, Site, Unusable, holder_key
from permits.imports.table import Line, Table
from permits.imports.values import (
    read_date,
    read_email,
    read_nib,
    read_number,
    read_phone,
    tidy,
    word_key,
)
from permits.models import Risk

KBLI_EDITION: Final = 2020
REQUIRED: Final = {"ref": "Id Proyek", "nib": "Nib", "name": "Nama Perusahaan", "kbli": "Kbli"}
OPTIONAL: Final = {
    "main": "Uraian_Jenis_Proyek",
    "form": "Uraian Jenis Perusahaan",
    "risk": "Uraian Risiko Proyek",
    "address": "Alamat Usaha",
    "city": "Kab Kota Usaha",
    "district": "kecamatan_usaha",
    "village": "kelurahan_usaha",
    "lon": "longitude",
    "lat": "latitude",
    "filed": "Day of Tanggal Pengajuan Proyek",
    "published": "Tanggal Terbit Oss",
    "email": "Email",
    "phone": "Nomor Telp",
    "land": "luas_tanah",
    "investment": "Jumlah Investasi",
    "workers": "TKI",
}
SPELLINGS: Final = {"filed": ("tanggal_pengajuan_proyek",), "published": ("day_of_tanggal_terbit_oss",)}
RISKS: Final = {
    word: risk
    for risk, words in {
        Risk.LOW: "rendah r 1 01",
        Risk.MEDIUM_LOW: "menengahrendah mr 2 02",
        Risk.MEDIUM_HIGH: "menengahtinggi mt 3 03",
        Risk.HIGH: "tinggi t 4 04",
    }.items()
    for word in words.split()
}


@lru_cache(maxsize=500)
def read_risk(text: str) -> str:
    """In words or as a code; unknown stays unknown: ""."""
    return RISKS.get(word_key(text), "")


def columns_of(table: Table, required: Mapping[str, str], optional: Mapping[str, str]) -> dict[str, int]:
    """Position of each field in the file. Raises `Refused` when a required column is not there."""
    index = table.index()
    found: dict[str, int] = {}
    for name, heading in {**required, **optional}.items():
        ways = (heading, *SPELLINGS.get(name, ()))
        position = next((index[word_key(way)] for way in ways if word_key(way) in index), None)
        if position is not None:
            found[name] = position
    missing = [heading for name, heading in required.items() if name not in found]
    if missing:
        raise Refused(
            _("The file lacks these columns: %s.") % ", ".join(missing),
            _("Is it the right export? Its first line must name the columns as OSS does."),
        )
    return found


@dataclass
class Projects:
    """Makes rows of the project export. `count` is told what was noticed about a row."""

    table: Table
    type_id: int
    coordinates: Coordinates
    count: Callable[[str], None]
    villages: Villages = field(default_factory=Villages)
    sums: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._at = columns_of(self.table, REQUIRED, OPTIONAL)
        self._codes = set(Kbli.objects.filter(edition=KBLI_EDITION).values_list("code", flat=True))
        self.absent = [heading for name, heading in OPTIONAL.items() if name not in self._at]

    def ref(self, line: Line) -> str:
        """The id of the project; "" where there is none."""
        return tidy(line.cells[self._at["ref"]])[: LONGEST_REF + 1]

    def row(self, line: Line) -> Row:
        cells, ref = line.cells, self.ref(line)
        if not ref or len(ref) > LONGEST_REF:
            raise Unusable(_("The row has no id_proyek."), _("Every project of an OSS export has one."))
        nib, mended = read_nib(self._get(cells, "nib"))
        if not nib:
            raise Unusable(
                _("The NIB is not a number of 13 digits."),
                _("Format the column as text before saving: a spreadsheet turns it into 9.12E+12."),
                key=ref,
            )
        name = tidy(self._get(cells, "name"))[:200]
        if not name:
            raise Unusable(_("The company has no name."), _("Fill it in."), key=ref)
        if mended:
            self.count("nib_mended")
        filed = self._filed(cells)
        site = self._site(cells)
        self._sum(cells)
        return Row(
            line=line.number,
            ref=ref,
            number=ref,
            type_id=self.type_id,
            holder=self._holder(cells, nib, name, site, filed),
            site=site,
            registered_only=True,
            risk=read_risk(self._get(cells, "risk")),
            kbli_code=self._kbli(cells),
            kbli_edition=KBLI_EDITION,
            issued_on=filed,
        )

    def _get(self, cells: Sequence[str], name: str) -> str:
        position = self._at.get(name)
        return "" if position is None else cells[position]

    def _filed(self, cells: Sequence[str]) -> date | None:
        """The day the project was filed, else the day the NIB was issued."""
        texts = self._get(cells, "filed"), self._get(cells, "published")
        found = [read_date(text) for text in texts]
        if any(tidy(text) and day is None for text, day in zip(texts, found, strict=True)):
            self.count("dates_unreadable")
        return found[0] or found[1]

    def _holder(self, cells: Sequence[str], nib: str, name: str, site: Site, as_of: date | None) -> Holder:
        phone, email = self._get(cells, "phone"), self._get(cells, "email")
        contacts = read_phone(phone), read_email(email)
        if any(tidy(text) and not found for text, found in zip((phone, email), contacts, strict=True)):
            self.count("contacts_unreadable")
        form = read_legal_form(self._get(cells, "form"))
        if form == LegalForm.UNKNOWN:
            self.count("type_unknown")
        return Holder(
            key=holder_key(nib),
            name=name,
            legal_form=form,
            nib=nib,
            address=site.address,
            phone=contacts[0],
            email=contacts[1],
            as_of=as_of,
            main=word_key(self._get(cells, "main")) in ("", "utama"),
        )

    def _site(self, cells: Sequence[str]) -> Site:
        address = tidy(self._get(cells, "address"))[:300]
        found = self.coordinates.read(self._get(cells, "lon"), self._get(cells, "lat"))
        if found.mended:
            self.count("mended")
        if not found.blank and found.spot is None:
            self.count("outside")
        spot: Spot | None = found.spot
        quality = Quality.UNKNOWN if spot is None else Quality.STREET
        if found.blank:
            spot = self.villages.label_point(
                self._get(cells, "village"), self._get(cells, "district"), self._get(cells, "city")
            )
            quality = Quality.UNKNOWN if spot is None else Quality.VILLAGE
            self.count("no_place" if spot is None else "from_village")
        return Site(address=address, spot=spot, quality=quality)

    def _kbli(self, cells: Sequence[str]) -> str:
        code = tidy(self._get(cells, "kbli"))
        code = code.zfill(5) if len(code) == 4 else code  # agriculture begins with 0
        if not (len(code) == 5 and code.isascii() and code.isdigit()):
            code = ""
        if code not in self._codes:
            self.count("kbli_unknown")
        return code

    def _sum(self, cells: Sequence[str]) -> None:
        for name in ("investment", "land", "workers"):
            self.sums[name] += int(read_number(self._get(cells, name)) or Decimal(0))
