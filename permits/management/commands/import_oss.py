from pathlib import Path

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from geoportal.reporting import LoaderCommand, Options, Report
from permits.imports.pipeline import LABELS
from permits.imports.run import import_oss


class Command(LoaderCommand):
    help = "Imports the project export of the national OSS-RBA system, and the permit export joined to it."
    labels = LABELS

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--permits", type=Path, metavar="FILE2", help=_("the permit export; its issued permits count")
        )
        parser.add_argument(
            "--full", action="store_true", help=_("FILE holds everything: flag what is no longer in it")
        )

    def load(self, report: Report, file: Path, options: Options) -> None:
        import_oss(file, options["permits"], full=options["full"], report=report)
