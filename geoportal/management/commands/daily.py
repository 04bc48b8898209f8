"""Does now what the worker does once a day: closes unanswered files, sends reminders."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from geoportal import daily


class Command(BaseCommand):
    help = (
        "Do the work of the day: close files that nobody answered, remind of permits that end soon, anchors."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, change nothing, send nothing")

    def handle(self, *args: Any, dry_run: bool = False, **options: Any) -> None:
        with transaction.atomic():
            found = daily.run(timezone.localdate(), dry=dry_run)
            transaction.set_rollback(dry_run)
        failed = sorted(name for name, n in found.items() if n is None)
        if failed:
            raise CommandError(f"daily: failed: {', '.join(failed)}; the log says why. Run it again.")
        counts = ", ".join(f"{name} {n}" for name, n in sorted(found.items()))
        self.stdout.write(f"daily: {counts}{' (nothing was written)' if dry_run else ''}")
