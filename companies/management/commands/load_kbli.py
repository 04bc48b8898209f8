from pathlib import Path

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from companies.kbli import load_kbli
from geoportal.reporting import LoaderCommand, Options, Report, fixture


class Command(LoaderCommand):
    help = "Loads the five-digit codes of one edition of KBLI from a CSV (kode, judul, kategori)."
    default_file = fixture("kbli/kbli2020.csv")

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--edition", type=int, default=2020, help=_("year of the edition; default 2020"))

    def load(self, report: Report, file: Path, options: Options) -> None:
        load_kbli(file, edition=options["edition"], report=report)
