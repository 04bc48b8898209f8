from pathlib import Path

from django.core.management.base import CommandParser
from django.utils.translation import gettext_lazy as _

from geoportal.geography.table import read_table
from geoportal.geography.zones import Register
from geoportal.reporting import LoaderCommand, Options, Report, fixture


class Command(LoaderCommand):
    help = "Loads zones from a table (CSV), or their boundaries from a GeoJSON, Shapefile or GeoPackage."
    default_file = fixture("zones/kelurahan.csv")

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true", help=_("forget loaded boundaries first"))

    def load(self, report: Report, file: Path, options: Options) -> None:
        register = Register()
        if options["reset"]:
            register.reset()
        read_table(file, register, report)
        register.complete()
        register.save(report)
