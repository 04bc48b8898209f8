from pathlib import Path

from django.core.management.base import CommandParser
from django.db import connection
from django.utils.translation import gettext as _

from geoportal.geography.boundaries import read_boundaries
from geoportal.geography.matching import take_boundaries
from geoportal.geography.models import ZoneLevel
from geoportal.geography.table import read_table
from geoportal.geography.zones import Register
from geoportal.reporting import LoaderCommand, Options, Refused, Report, fixture

TABLES = (".csv", ".tsv", ".txt")


class Command(LoaderCommand):
    help = "Loads zones from a table (CSV), or their boundaries from a GeoJSON, Shapefile or GeoPackage."
    default_file = fixture("zones/kelurahan.csv")

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--level", choices=ZoneLevel.values, help=_("level of all features of the file"))
        parser.add_argument("--credit", help=_("source and licence of the boundaries, shown on the map"))
        parser.add_argument("--code-field", help=_("field with the ministry's code; default: kode, code …"))
        parser.add_argument("--name-field", help=_("field with the name; default: nama, name …"))
        parser.add_argument("--layer", help=_("layer to read, where the file has several"))
        parser.add_argument("--srid", type=int, help=_("EPSG number of its coordinates, if it names none"))
        parser.add_argument(
            "--reset",
            action="store_true",
            help=_("forget all loaded boundaries first; cells take their place"),
        )

    def load(self, report: Report, file: Path, options: Options) -> None:
        with connection.cursor() as cursor:  # the time limit is for the site; many permits take a while
            cursor.execute("SET LOCAL statement_timeout = 0")
        register = Register()
        if options["reset"]:
            register.reset()
        if file.suffix.lower() in TABLES:
            read_table(file, register, report)
        else:
            self._boundaries(register, report, file, options)
        register.complete()
        register.save(report)
        left = [zone.name for zone in register.at(ZoneLevel.VILLAGE) if zone.approximate]
        if left:
            report.note(_("villages with a computed area: %d") % len(left))

    def _boundaries(self, register: Register, report: Report, file: Path, options: Options) -> None:
        found = read_boundaries(file, layer=options["layer"], srid=options["srid"])
        credit = " ".join((options["credit"] or found.credit).split())
        if len(credit) > 300:
            raise Refused(_("The credit is longer than 300 characters."), _("Shorten --credit."))
        if not credit:
            report.note(
                _("The file says nothing of its source and licence, which the map must name: use --credit.")
            )
        if found.assumed_degrees:
            report.note(_("The file names no coordinate system; its numbers are taken as degrees."))
        level = ZoneLevel(options["level"]) if options["level"] else None
        take_boundaries(
            found,
            register,
            report,
            level=level,
            code_field=options["code_field"],
            name_field=options["name_field"],
            credit=credit,
        )
