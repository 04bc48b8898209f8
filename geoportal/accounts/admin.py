from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from geoportal import outbox
from geoportal.accounts.models import Substitution, User
from geoportal.accounts.rights import ByRole
from geoportal.accounts.roles import Role
from geoportal.models import Message


@admin.register(User)
class StaffAdmin(UserAdmin):  # type: ignore[type-arg]
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        (_("Office"), {"fields": ("roles", "title", "rank", "nip")}),
    )
    list_display = ("username", "first_name", "last_name", "roles_in_words", "is_active")

    @admin.display(description=_("roles"))
    def roles_in_words(self, user: User) -> str:
        words = dict(Role.choices)
        return ", ".join(str(words.get(role, role)) for role in user.roles)


@admin.register(Substitution)
class SubstitutionAdmin(ByRole, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("user", "acting", "since", "until", "decree")
    list_select_related = ("user",)
    ordering = ("-since",)
    readers = (Role.HEAD, Role.ADMINISTRATOR)


@admin.register(Message)
class MessageAdmin(ByRole, admin.ModelAdmin):  # type: ignore[type-arg]
    """What became of each message. Whom it went to and what it said is nobody's business here."""

    list_display = ("created_at", "kind", "channel", "status", "attempts", "sent_at", "trouble")
    list_filter = ("status", "channel", "kind")
    ordering = ("-created_at",)
    fields = readonly_fields = (
        "created_at", "kind", "channel", "status", "attempts", "next_try_at", "sent_at", "trouble",
    )  # fmt: skip
    readers = (Role.ADMINISTRATOR, Role.FRONT_OFFICE)
    writers = ()
    actions = ("send_again",)

    @admin.action(description=_("Send again what was not sent"), permissions=["view"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        count = sum(outbox.send_again(message) for message in chosen)
        told = ngettext("%(n)d message waits again.", "%(n)d messages wait again.", count) % {"n": count}
        messages.info(request, told)
