"""Files in the layouts of the national OSS-RBA exports. Everything in them is visibly invented."""

import csv
import random
from collections.abc import Iterable, Mapping
from pathlib import Path

PROJECT_COLUMNS = [
    "No.", "Id Proyek", "Uraian_Jenis_Proyek", "Nib", "Nama Perusahaan", "Tanggal Terbit Oss",
    "Uraian Status Penanaman Modal", "Uraian Jenis Perusahaan", "Uraian Risiko Proyek", "nama_proyek",
    "Uraian Skala Usaha", "Alamat Usaha", "Kab Kota Usaha", "kecamatan_usaha", "kelurahan_usaha", "longitude",
    "latitude", "Day of Tanggal Pengajuan Proyek", "Kbli", "Judul Kbli", "KL/Sektor Pembina", "Nama User",
    "Email", "Nomor Telp", "luas_tanah", "satuan_tanah", "Jumlah Investasi", "TKI",
]  # fmt: skip
PERMIT_COLUMNS = [
    "id_permohonan_izin", "id_proyek", "kd_resiko", "day_of_tgl_izin", "uraian_jenis_perizinan",
    "nama_dokumen", "uraian_status_respon",
]  # fmt: skip
PROJECT = {
    "No.": "1",
    "Id Proyek": "R-202407080910111234501",
    "Uraian_Jenis_Proyek": "Utama",
    "Nib": "9990000000001",
    "Nama Perusahaan": "PT CONTOH BATIK UJI",
    "Tanggal Terbit Oss": "05/07/2024",
    "Uraian Status Penanaman Modal": "PMDN",
    "Uraian Jenis Perusahaan": "Perseroan Terbatas (PT)",
    "Uraian Risiko Proyek": "Menengah Rendah",
    "nama_proyek": "Proyek uji",
    "Uraian Skala Usaha": "Usaha Mikro",
    "Alamat Usaha": " Jalan Uji No. 1 RT 01 RW 02",
    "Kab Kota Usaha": "Kota Pekalongan",
    "kecamatan_usaha": "Pekalongan Barat",
    "kelurahan_usaha": "Medono",
    "longitude": "109.6653",
    "latitude": "-6.9031",
    "Day of Tanggal Pengajuan Proyek": "8 Juli 2024",
    "Kbli": "13134",
    "Judul Kbli": "Industri Batik",
    "KL/Sektor Pembina": "Kementerian Uji",
    "Nama User": "ORANG RAHASIA UJI",
    "Email": "rahasia@uji.example",
    "Nomor Telp": "0853-9336-2486",
    "luas_tanah": "11.146,09",
    "satuan_tanah": "M2",
    "Jumlah Investasi": "10.000.000",
    "TKI": "3",
}
PERMIT = {
    "id_permohonan_izin": "I-202407090000000000001",
    "id_proyek": PROJECT["Id Proyek"],
    "kd_resiko": "MR",
    "day_of_tgl_izin": "9 Juli 2024",
    "uraian_jenis_perizinan": "Perizinan Berusaha",
    "nama_dokumen": "Sertifikat Standar",
    "uraian_status_respon": "Izin Terbit",
}


def write(
    path: Path,
    rows: Iterable[Mapping[str, str]],
    columns: list[str] = PROJECT_COLUMNS,
    *,
    delimiter: str = ";",
    encoding: str = "utf-8",
) -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, columns, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def many(number: int, *, seed: int = 1) -> Iterable[dict[str, str]]:
    """`number` projects of about three quarters as many companies, with every oddity of the real exports."""
    rng = random.Random(f"{seed}")  # noqa: S311
    partnership = "Persekutuan Komanditer (CV / Commanditaire Vennootschap)"
    forms = ["Perorangan", "Perorangan", "Perseroan Terbatas (PT)", partnership]
    for n in range(number):
        company = n * 3 // 4
        lon, lat = f"{rng.uniform(109.645, 109.70):.7f}", f"{rng.uniform(-6.93, -6.86):.7f}"
        place = rng.random()
        if place < 0.15:
            lon, lat = "", ""
        elif place < 0.2:
            lon, lat = lat, lon
        elif place < 0.21:
            lon, lat = "106.8", "-6.2"
        yield PROJECT | {
            "No.": str(n + 1),
            "Id Proyek": f"R-2024{n:017d}",
            "Uraian_Jenis_Proyek": "Utama" if n % 4 else "Pendukung",
            "Nib": f"9{company:012d}",
            "Nama Perusahaan": f"CONTOH USAHA {company}",
            "Uraian Jenis Perusahaan": forms[company % 4],
            "Alamat Usaha": f"  Jalan Uji No. {n} RT 0{n % 9} RW 02",
            "kelurahan_usaha": rng.choice(["Medono", "KEL. TIRTO", "Pringrejo", "Sapuro  Kebulen"]),
            "longitude": lon,
            "latitude": lat,
            "Kbli": rng.choice(["13134", "47711", "56101", "10211", "14111"]),
            "Uraian Risiko Proyek": rng.choice(
                ["Rendah", "Menengah Rendah", "Menengah Tinggi", "Tinggi", ""]
            ),
            "Day of Tanggal Pengajuan Proyek": f"{n % 28 + 1} {rng.choice(['Januari', 'Juli'])} 2023",
            "Email": f"uji{company}@uji.example",
            "Nomor Telp": rng.choice(["08", "+628", "628", "8"]) + f"5{company % 10**8:08d}",
        }
