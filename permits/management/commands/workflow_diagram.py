from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from permits import diagram


class Command(BaseCommand):
    help = "Writes docs/workflow.md from the table of moves."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare only; fail where they differ")

    def handle(self, *, check: bool, **options: Any) -> None:
        wanted = diagram.text()
        if check and diagram.FILE.read_text() != wanted:
            raise CommandError("docs/workflow.md differs from permits/workflow.py: run workflow_diagram.")
        if not check:
            diagram.FILE.write_text(wanted)
        self.stdout.write("docs/workflow.md is what the table says.")
