"""Roles in the administration: what a role opens is written at each page, not given person by person."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.http import HttpRequest

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role


def holds(user: Any, roles: Iterable[Role]) -> bool:
    """An active user with one of `roles`, or the superuser."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return user.is_superuser or any(role in user.roles for role in roles)


class ByRole:
    """For a ModelAdmin (before it in the bases): who reads, and who writes (none: nobody). Nobody deletes."""

    readers: tuple[Role, ...] = tuple(Role)
    writers: tuple[Role, ...] = (Role.ADMINISTRATOR,)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return holds(request.user, self.readers)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return holds(request.user, self.readers)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(self.writers) and holds(request.user, self.writers)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
