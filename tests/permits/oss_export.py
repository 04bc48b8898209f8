"""Rows and text of OSS exports in the real layout, as dictionaries that a test alters cell by cell."""

import csv
import io
from collections.abc import Iterable, Mapping

from tests.permits.oss_files import PERMIT_COLUMNS, PROJECT, PROJECT_COLUMNS

USUAL = PROJECT | {
    "Nib": "9120001234567",
    "Nama Perusahaan": "CONTOH BATIK UJI",
    "Uraian Risiko Proyek": "Rendah",
    "kecamatan_usaha": "Pekalongan Timur",
    "kelurahan_usaha": "Kauman",
    "longitude": "109.675",
    "latitude": "-6.889",
    "Nama User": "Orang Rahasia",
    "Email": "rahasia@example.com",
    "Nomor Telp": "0853-9336-2486",
}
PERSONAL = ("Orang Rahasia", "rahasia@example.com", "0853-9336-2486", "85393362486")
SPELLED = {name.replace(" ", "_"): name for name in PROJECT_COLUMNS}


def project(number: int = 1, **cells: str) -> dict[str, str]:
    """A row of the project export. Names of columns are written with _ for a blank."""
    row = USUAL | {"No.": str(number), "Id Proyek": f"R-2024070810111200{number:05d}"}
    return row | {SPELLED[name]: value for name, value in cells.items()}


def response(number: int = 1, project: int = 1, **cells: str) -> dict[str, str]:
    return {
        "id_permohonan_izin": f"I-2024080810111200{number:05d}",
        "id_proyek": f"R-2024070810111200{project:05d}",
        "kd_resiko": "MT",
        "day_of_tgl_izin": "9 Agustus 2024",
        "uraian_jenis_perizinan": "Sertifikat Standar",
        "nama_dokumen": "Sertifikat Standar Uji",
        "uraian_status_respon": "Izin Terbit",
    } | cells


def export(
    rows: Iterable[Mapping[str, str]], columns: Iterable[str] = PROJECT_COLUMNS, delimiter: str = ";"
) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(columns), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def permit_export(rows: Iterable[Mapping[str, str]]) -> str:
    return export(rows, PERMIT_COLUMNS)
