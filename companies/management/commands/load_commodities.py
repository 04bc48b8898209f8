from pathlib import Path

from companies.commodities import load_commodities
from geoportal.reporting import LoaderCommand, Options, Report, fixture


class Command(LoaderCommand):
    help = "Loads commodities, their synonyms and their KBLI codes from TOML. Run load_kbli before it."
    default_file = fixture("commodities.toml")
    writes_rejects = False

    def load(self, report: Report, file: Path, options: Options) -> None:
        load_commodities(file, report=report)
