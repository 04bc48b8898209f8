from pathlib import Path

from django.utils.translation import gettext_lazy as _

from geoportal.reporting import LoaderCommand, Options, Report
from permits.imports.letters import import_letters


class Command(LoaderCommand):
    help = "Reads letters from before: FILE is a folder with letters.csv and the PDF files (docs/import.md)."
    labels = {"joined": _("joined to a permit")}

    def load(self, report: Report, file: Path, options: Options) -> None:
        import_letters(file, report)
