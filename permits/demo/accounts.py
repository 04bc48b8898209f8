"""One account for each role, with password and second factor that anyone can read here: for a demo only."""

import time
from dataclasses import dataclass
from typing import Final

from allauth.account.models import EmailAddress
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django.db.models import ProtectedError

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.ids import new_id

PREFIX: Final = "contoh-"
PUBLIC_KEY: Final = "CONTOHCONTOHCONTOHCONTOHCONTOH22"  # base 32, for an authenticator app


_KNOWN: Final = {"verified": True, "primary": True}


@dataclass(frozen=True, slots=True)
class Account:
    username: str
    password: str
    key: str  # of the second factor
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
        EmailAddress.objects.get_or_create(user=user, email=user.email, defaults=_KNOWN)
        key = PUBLIC_KEY if public_passwords else generate_totp_secret()
        Authenticator.objects.filter(user=user).delete()
        TOTP.activate(user, key)
        made.append(Account(name, password, key, role))
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


def code_now(name: str) -> str:
    """What an authenticator app would show for a demo account at this moment."""
    found = Authenticator.objects.get(
        type=Authenticator.Type.TOTP,
        user__username=name,
        user__username__startswith=PREFIX,
        user__email__endswith="@contoh.invalid",
    )
    counter = int(time.time()) // app_settings.TOTP_PERIOD
    return str(format_hotp_value(hotp_value(decrypt(found.data["secret"]), counter)))
