from pathlib import Path

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from geoportal.reporting import LoaderCommand, Options, Report
from permits.imports.pipeline import LABELS
from permits.imports.run import import_mapped


class Command(LoaderCommand):
    help = "Imports permits from any CSV; MAP.toml says what its columns mean (docs/import.md)."
    labels = LABELS

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--mapping", type=Path, required=True, metavar="MAP.toml", help=_("what the columns mean")
        )
        parser.add_argument(
            "--full", action="store_true", help=_("FILE holds everything: flag what is no longer in it")
        )

    def load(self, report: Report, file: Path, options: Options) -> None:
        import_mapped(file, options["mapping"], full=options["full"], report=report)
