from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role


@admin.register(User)
class StaffAdmin(UserAdmin):  # type: ignore[type-arg]
    fieldsets = (*(UserAdmin.fieldsets or ()), (_("Office"), {"fields": ("roles",)}))
    list_display = ("username", "first_name", "last_name", "roles_in_words", "is_active")

    @admin.display(description=_("roles"))
    def roles_in_words(self, user: User) -> str:
        words = dict(Role.choices)
        return ", ".join(str(words.get(role, role)) for role in user.roles)
