from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maps.models import Place
from maps.publish import Difference, Wrong, differences, rewrite

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
        total = Place.objects.count()
        if not permits:
            self.stdout.write(_("publish: %(total)d places, no difference") % {"total": total})
            return
        said = ", ".join(f"{counts[wrong]} {LABELS[wrong]}" for wrong in Wrong if counts[wrong])
        if options["check"]:
            for difference in first:
                self.stderr.write(
                    f"  {difference.public_id} ({difference.place}): {LABELS[difference.wrong]}"
                )
            raise CommandError(
                _("%(total)d places, %(said)s. manage.py publish rewrites them.")
                % {"total": total, "said": said}
            )
        rewrite(permits)
        self.stdout.write(_("publish: %(said)s; rewritten") % {"said": said})

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
