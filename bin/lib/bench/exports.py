"""A project export of OSS in its real layout, invented: visibly so, and the same every time."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from base import ROOT

# the 28 columns as offices hold them
COLUMNS = (
    "No.", "Id Proyek", "Uraian_Jenis_Proyek", "Nib", "Nama Perusahaan", "Tanggal Terbit Oss",
    "Uraian Status Penanaman Modal", "Uraian Jenis Perusahaan", "Uraian Risiko Proyek", "nama_proyek",
    "Uraian Skala Usaha", "Alamat Usaha", "Kab Kota Usaha", "kecamatan_usaha", "kelurahan_usaha", "longitude",
    "latitude", "Day of Tanggal Pengajuan Proyek", "Kbli", "Judul Kbli", "KL/Sektor Pembina", "Nama User",
    "Email", "Nomor Telp", "luas_tanah", "satuan_tanah", "Jumlah Investasi", "TKI",
)  # fmt: skip
FORMS = (
    "Perorangan", "Perorangan", "Perorangan", "Perseroan Terbatas (PT)",
    "Persekutuan Komanditer (CV / Commanditaire Vennootschap)", "Koperasi",
)  # fmt: skip
RISKS = ("Rendah", "Rendah", "Menengah Rendah", "Menengah Tinggi", "Tinggi", "")
MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
    "November", "Desember",
)  # fmt: skip
PHONES = ("0811{:07d}", "+62811{:07d}", "62811{:07d}", "811{:07d}", "811-{:07d}")
SCALES = ("Usaha Mikro", "Usaha Kecil", "Usaha Menengah")
WORDS = ("Sinar", "Maju", "Mekar", "Rejeki", "Bahari", "Sekar", "Tunas", "Cipta", "Wijaya", "Lestari")
BAD_EVERY = 100  # one row in so many has a NIB that a spreadsheet has ruined
PROJECTS = (1, 1, 1, 2, 3)  # of a company


@dataclass(frozen=True)
class Written:
    rows: int
    good: int
    companies: int


@dataclass(frozen=True)
class Village:
    name: str
    district: str
    lat: float
    lon: float


def _villages() -> list[Village]:
    with (ROOT / "fixtures" / "zones" / "kelurahan.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {row["code"]: row["name"] for row in rows}
    return [
        Village(row["name"], names[row["parent"]], float(row["lat"]), float(row["lon"]))
        for row in rows
        if row["level"] == "village"
    ]


def _codes() -> list[str]:
    with (ROOT / "fixtures" / "kbli" / "kbli2020.csv").open(encoding="utf-8", newline="") as file:
        return [row["code"] for row in csv.DictReader(file)][::7]


def _money(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def rows(count: int, seed: int = 1) -> Iterator[tuple[list[str], bool]]:
    """(cells, whether the importer must take it), `count` times."""
    chance = random.Random(seed)  # noqa: S311 - invented data, no secret
    villages, codes = _villages(), _codes()
    number = company = 0
    while number < count:
        company += 1
        form = chance.choice(FORMS)
        name = f"Contoh {chance.choice(WORDS)} {chance.choice(WORDS)} {company}"
        nib = f"9{company:012d}"
        for project in range(chance.choice(PROJECTS)):
            if number == count:
                return
            number += 1
            good = number % BAD_EVERY != 0
            yield (
                _cells(chance, number, project, nib if good else "9,12E+12", form, name, villages, codes),
                good,
            )


def _cells(
    chance: random.Random, number: int, project: int, nib: str, form: str, name: str,
    villages: list[Village], codes: list[str],
) -> list[str]:  # fmt: skip
    village = chance.choice(villages)
    day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(2021, 2025)
    lon, lat = village.lon + chance.uniform(-0.004, 0.004), village.lat + chance.uniform(-0.004, 0.004)
    place = {0: ("", ""), 1: (f"{lat:.6f}", f"{lon:.6f}")}.get(
        chance.randrange(20), (f"{lon:.6f}", f"{lat:.6f}")
    )
    return [
        str(number), f"R-{year}{month:02d}{day:02d}{number:010d}", "Pendukung" if project else "Utama", nib,
        name, f"{day:02d}/{month:02d}/{year}", "PMDN", form, chance.choice(RISKS), f"Usaha contoh {number}",
        chance.choice(SCALES), f" Jl. Contoh No. {chance.randint(1, 200)} RT 0{chance.randint(1, 9)}",
        "Kota Pekalongan", village.district, village.name, *place, f"{day} {MONTHS[month - 1]} {year}",
        chance.choice(codes), "Judul contoh", "Kementerian contoh", f"Uji {number}",
        f"uji{number}@contoh.example", chance.choice(PHONES).format(number % 10**7),
        f"{_money(chance.randint(20, 12000))},{chance.randint(10, 99)}", "M2",
        _money(chance.randint(1, 900) * 1_000_000), str(chance.randint(1, 40)),
    ]  # fmt: skip


def write(path: Path, count: int) -> Written:
    """With BOM and semicolons, as spreadsheets here write."""
    good = 0
    companies = set()
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(COLUMNS)
        for cells, usable in rows(count):
            writer.writerow(cells)
            if usable:
                good += 1
                companies.add(cells[3])
    return Written(count, good, len(companies))
