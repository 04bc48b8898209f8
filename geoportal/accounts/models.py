from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from geoportal.accounts.roles import Role


class User(AbstractUser):
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role), default=list, blank=True, verbose_name=_("roles")
    )

    @property
    def works_here(self) -> bool:
        """Holds any role of the office: may enter the work room."""
        return self.is_active and bool(self.roles)

    def has_role(self, role: Role) -> bool:
        return self.is_active and role in self.roles
