"""The permit export of the national OSS-RBA system: one row a response to a request, joined on id_proyek.

Only responses that say "issued" or "verified" make a permit. The words differ between exports of the years;
they are compared whole, letters only, so that "belum terverifikasi" is never taken for "terverifikasi".
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from permits.imports.oss import columns_of, read_risk
from permits.imports.row import LONGEST_REF, Unusable
from permits.imports.table import Line, Table
from permits.imports.values import read_date, tidy, word_key

REQUIRED: Final = {"ref": "id_permohonan_izin", "project": "id_proyek", "status": "uraian_status_respon"}
OPTIONAL: Final = {"risk": "kd_resiko", "issued": "day_of_tgl_izin"}
COUNTED: Final = frozenset(
    map(
        word_key,
        """
        Terbit; Izin Terbit; Izin Telah Terbit; Telah Terbit; Sudah Terbit; Izin Diterbitkan; Diterbitkan;
        Izin Terbit Otomatis; Terbit Otomatis; Izin Terbit/SK; Izin Terbit SS; Perizinan Terbit;
        Terverifikasi; Telah Terverifikasi; Sudah Terverifikasi; Telah Diverifikasi; Izin Terverifikasi;
        Sertifikat Standar Terverifikasi; Sertifikat Standar Telah Terverifikasi;
        Disetujui; Izin Disetujui; Permohonan Disetujui; Telah Disetujui;
        Berlaku; Izin Berlaku; Izin Berlaku Efektif; Berlaku Efektif; Izin Aktif
        """.split(";"),  # noqa: SIM905
    )
)
REVOKED: Final = frozenset(
    map(
        word_key,
        """
        Dicabut; Izin Dicabut; Izin Telah Dicabut; Pencabutan; Pencabutan Izin;
        Dibatalkan; Izin Dibatalkan; Pembatalan Izin; Tidak Berlaku; Izin Tidak Berlaku
        """.split(";"),  # noqa: SIM905
    )
)


@dataclass
class Responses:
    """Makes rows of import_response. `other_words` counts the wordings that were not counted as issued."""

    table: Table
    type_id: int
    other_words: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._at = columns_of(self.table, REQUIRED, OPTIONAL)

    def ref(self, line: Line) -> str:
        return self._get(line, "ref")[: LONGEST_REF + 1]

    def values(self, line: Line) -> tuple[Any, ...]:
        """line, ref, project, type, risk, issued_on, counts, revoked. Raises `Unusable`."""
        ref, project = self.ref(line), self._get(line, "project")
        if not ref or len(ref) > LONGEST_REF:
            raise Unusable(_("The row has no id_permohonan_izin."), _("Fill it in."))
        if not project:
            raise Unusable(
                _("The row has no id_proyek."), _("Fill it in: it joins the permit to its project."), key=ref
            )
        status = self._get(line, "status")
        counts = word_key(status) in COUNTED
        if not counts:
            self.other_words[_shown(status)] += 1
        issued = self._get(line, "issued")
        issued_on = read_date(issued)
        if counts and issued and issued_on is None:
            raise Unusable(
                _("The date of the permit cannot be read."),
                _("Write it like 8 Juli 2024 or 08/07/2024."),
                key=ref,
            )
        risk = read_risk(self._get(line, "risk"))
        return line.number, ref, project, self.type_id, risk, issued_on, counts, word_key(status) in REVOKED

    def _get(self, line: Line, name: str) -> str:
        position = self._at.get(name)
        return "" if position is None else tidy(line.cells[position])


def _shown(status: str) -> str:
    """A wording as it may be told on a terminal: one that holds digits or signs is no status."""
    return (
        status[:40]
        if re.fullmatch(r"[^\W\d_]+(?:[ /,.()-]+[^\W\d_]+)*[.)]?", status)
        else _("(empty or no words)")
    )
