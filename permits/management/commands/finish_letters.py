from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from permits import signatures


class Command(BaseCommand):
    help = "Issue the letters that are signed and stored already: what a crash left. Needs no passphrase."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count them")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = list(signatures.waiting())
        if options["dry_run"]:
            self.stdout.write(f"finish_letters: {len(rows)} would be finished")
            return
        done, troubles = signatures.finish_stored(rows)
        for trouble in troubles:
            self.stderr.write(trouble)
        self.stdout.write(f"finish_letters: {done} finished, {len(troubles)} left")
