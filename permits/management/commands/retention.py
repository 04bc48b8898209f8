from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from permits import retention


class Command(BaseCommand):
    help = "Delete or anonymise what was kept long enough, by the rules of fixtures/retention.toml."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=retention.default())
        parser.add_argument("--dry-run", action="store_true", help="only count what is due, by rule")

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        rules, problems = retention.read(file)
        if problems:
            raise CommandError("\n".join(str(one) for one in problems))
        total = 0
        for rule in rules:
            count = rule.due().count() if dry_run else sum(retention.carry_out(rule))
            total += count
            self.stdout.write(f"{rule.what}: {count} ({rule.action} after {rule.days} days; {rule.ground})")
        self.stdout.write(f"retention: {total} rows{' due; nothing was changed' if dry_run else ''}")
