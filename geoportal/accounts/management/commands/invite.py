from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from geoportal.accounts.invitations import invite
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role


class Command(BaseCommand):
    help = "Makes the account of a member of staff, the first administrator above all, and prints its link."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("email")
        parser.add_argument("--role", action="append", choices=Role.values, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            user, new = User.objects.get_or_create(
                username=options["username"], defaults={"email": options["email"], "roles": options["role"]}
            )
            if not new and (user.email != options["email"] or sorted(user.roles) != sorted(options["role"])):
                raise CommandError("This account exists with another address or other roles.")
            if new:
                user.set_unusable_password()
                user.save(update_fields=["password"])
            link = invite(user, site=settings.SITE_URL or "http://localhost:8000", by=None)
        self.stdout.write(link)
        self.stdout.write(f"invite: {user.username} {'made' if new else 'invited again'}")
