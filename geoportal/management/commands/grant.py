from typing import Any

from django.core.management.base import BaseCommand

from geoportal.roles import grant


class Command(BaseCommand):
    help = "Give the application and public database roles exactly their rights (run after migrate)."

    def handle(self, *args: Any, **options: Any) -> None:
        missing = grant()
        for role in missing:
            self.stderr.write(f'role "{role}" does not exist: CREATE ROLE "{role}" and run this again')
        self.stdout.write(f"grant: {2 - len(missing)} roles set, {len(missing)} missing")
