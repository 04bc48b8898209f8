from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maps.models import Place
from maps.publish import Derived, Difference, Wrong, derived, differences, recount, rewrite

TOLD = 20
LABELS = {
    Wrong.MISSING: gettext_lazy("not public, but should be"),
    Wrong.EXTRA: gettext_lazy("public, but should not be"),
    Wrong.STALE: gettext_lazy("not what the register says"),
}


class Command(BaseCommand):
    help = (
        "Compares what the public sees with the register, and rewrites what differs (--check: only compares)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help=_("change nothing; exit code 1 when anything differs")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
        counts, first, permits = self._compare()
        if options["check"]:
            self._check(counts, first)
            return
        rewrite(permits)
        found = derived()
        recount(found)
        total = Place.objects.count()
        if not counts and found == Derived(0, 0):
            self.stdout.write(_("publish: %(total)d places, no difference") % {"total": total})
        else:
            self.stdout.write(_("publish: %(said)s; rewritten") % {"said": self._said(counts, found)})

    def _check(self, counts: Counter[Wrong], first: list[Difference]) -> None:
        found, total = derived(), Place.objects.count()
        if not counts and found == Derived(0, 0):
            self.stdout.write(_("publish: %(total)d places, no difference") % {"total": total})
            return
        for difference in first:
            self.stderr.write(f"  {difference.public_id} ({difference.place}): {LABELS[difference.wrong]}")
        raise CommandError(
            _("%(total)d places, %(said)s. manage.py publish rewrites them.")
            % {"total": total, "said": self._said(counts, found)}
        )

    @staticmethod
    def _said(counts: Counter[Wrong], found: Derived) -> str:
        parts = [f"{counts[wrong]} {LABELS[wrong]}" for wrong in Wrong if counts[wrong]]
        if found.pins:
            parts.append(_("%d wrong pins of the map") % found.pins)
        if found.cells:
            parts.append(_("%d wrong counts of the map") % found.cells)
        return ", ".join(parts)

    def _compare(self) -> tuple[Counter[Wrong], list[Difference], list[int]]:
        counts: Counter[Wrong] = Counter()
        first: list[Difference] = []
        permits: list[int] = []
        for difference in differences():
            counts[difference.wrong] += 1
            permits.append(difference.permit)
            if len(first) < TOLD:
                first.append(difference)
        return counts, first, permits
