"""One account for each role, with a password that anyone can read here: for a demo city only."""

from dataclasses import dataclass
from typing import Final

from django.db.models import ProtectedError

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.ids import new_id

PREFIX: Final = "contoh-"


@dataclass(frozen=True, slots=True)
class Account:
    username: str
    password: str
    role: Role


def make_accounts(*, public_passwords: bool) -> list[Account]:
    """Without `public_passwords` they are random and known only to who reads the command's output."""
    made = []
    for role in Role:
        name = PREFIX + role.value.replace("_", "-")
        password = f"{name}-2026" if public_passwords else new_id(16)
        user = User.objects.filter(username=name).first() or User(username=name)
        user.first_name, user.last_name, user.email = "Contoh", str(role.label), f"{name}@contoh.invalid"
        user.roles, user.is_active = [role], True
        user.is_staff = user.is_superuser = role == Role.ADMINISTRATOR
        user.set_password(password)
        user.save()
        made.append(Account(name, password, role))
    return made


def remove_accounts() -> int:
    """Accounts that decided something stay, for the record, and can no longer sign in."""
    count = 0
    for user in User.objects.filter(username__startswith=PREFIX, email__endswith="@contoh.invalid"):
        try:
            user.delete()
        except ProtectedError:
            user.is_active = user.is_staff = user.is_superuser = False
            user.set_unusable_password()
            user.save()
        count += 1
    return count
