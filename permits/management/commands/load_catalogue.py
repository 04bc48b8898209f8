from pathlib import Path

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geoportal.reporting import LoaderCommand, Options, Report, fixture
from permits.catalogue import KEPT, VERSIONS, load_catalogue, read_catalogue


class Command(LoaderCommand):
    help = "Loads permit types from TOML: the official ones, with --examples those of other offices too."
    default_file = fixture("catalogue")
    writes_rejects = False
    labels = {
        "types": gettext_lazy("permit types"),
        "official": gettext_lazy("official types"),
        "examples": gettext_lazy("example types"),
        "definitions": gettext_lazy("definitions"),
        VERSIONS: gettext_lazy("new versions of definitions"),
        KEPT: gettext_lazy("changed by hand, kept"),
    }

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--examples", action="store_true", help=_("types of other offices too (demo city)")
        )
        parser.add_argument("--check", action="store_true", help=_("only read the files; needs no database"))

        parser.add_argument(
            "--overwrite", action="store_true", help=_("the files win over what was changed by hand")
        )

    def needs_database(self, options: Options) -> bool:
        return not options["check"]

    def load(self, report: Report, file: Path, options: Options) -> None:
        catalogue = read_catalogue(file)
        report.refuse(catalogue.problems)
        if not options["check"]:
            load_catalogue(
                catalogue,
                examples=options["examples"],
                complete=file.is_dir(),
                overwrite=options["overwrite"],
                report=report,
            )
            return
        official = sum(t.official for t in catalogue.types)
        report.shown = ("types", "official", "examples", "definitions")
        report.count("types", len(catalogue.types))
        report.count("official", official)
        report.count("examples", len(catalogue.types) - official)
        report.count("definitions", len(catalogue.definitions))
