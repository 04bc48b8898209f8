from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from geoportal.accounts.models import User


class OneCheckBackend(AuthenticationBackend):  # type: ignore[misc]
    """Compares one password once a sign-in, whoever is known.

    What is typed may be an e-mail address or a name, and is looked up as both: an address that has an account
    would be compared twice, and the time would tell.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        self._compared: dict[int, User | None] = {}
        found: User | None = super().authenticate(request, **credentials)
        return found

    def _check_password(self, user: User | None, password: str) -> User | None:
        if user is None:
            return None
        if user.pk not in self._compared:
            self._compared[user.pk] = super()._check_password(user, password)
        return self._compared[user.pk]
