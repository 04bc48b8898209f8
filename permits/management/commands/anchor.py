from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from permits import anchors


class Command(BaseCommand):
    help = "Carry the hashes of all new events out of the database, into a signed file in ANCHOR_DIR."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--whole", action="store_true", help="all events, not only those since the last")
        parser.add_argument("--dry-run", action="store_true", help="only say where it would be written")

    def handle(self, *args: Any, whole: bool, dry_run: bool, **options: Any) -> None:
        if dry_run:
            self.stdout.write(f"anchor: would be the {len(anchors.files()) + 1}. in {anchors.folder()}")
            return
        try:
            path, count = anchors.take(whole=whole)
        except anchors.NoTimeStamp as trouble:
            raise CommandError(f"{trouble}. The anchor itself is written; try again later.") from trouble
        except anchors.Unreadable as trouble:
            raise CommandError(f"The newest anchor is damaged: {trouble}. Run verify_audit.") from trouble
        self.stdout.write(f"anchor: {count} events in {path.name}")
