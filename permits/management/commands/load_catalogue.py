from pathlib import Path

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geoportal.reporting import LoaderCommand, Options, Report, fixture
from permits.catalogue import load_catalogue, read_catalogue


class Command(LoaderCommand):
    help = "Loads permit types from TOML: the official ones, with --examples those of other offices too."
    default_file = fixture("catalogue")
    writes_rejects = False
    labels = {
        "types": gettext_lazy("permit types"),
        "official": gettext_lazy("official types"),
        "examples": gettext_lazy("example types"),
    }

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--examples", action="store_true", help=_("types of other offices too (demo city)")
        )
        parser.add_argument("--check", action="store_true", help=_("only read the files; needs no database"))

    def needs_database(self, options: Options) -> bool:
        return not options["check"]

    def load(self, report: Report, file: Path, options: Options) -> None:
        types, problems = read_catalogue(file)
        report.refuse(problems)
        if not options["check"]:
            load_catalogue(types, examples=options["examples"], complete=file.is_dir(), report=report)
            return
        official = sum(t.official for t in types)
        report.shown = ("types", "official", "examples")
        report.count("types", len(types))
        report.count("official", official)
        report.count("examples", len(types) - official)
