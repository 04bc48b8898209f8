from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401  the three register what is taken out again below
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from geoportal import outbox
from geoportal.accounts.forms import InvitedForm
from geoportal.accounts.invitations import invite
from geoportal.accounts.models import Substitution, User
from geoportal.accounts.rights import ByRole
from geoportal.accounts.roles import Role
from geoportal.models import Change, Message

# What libraries put here, and nobody is to read or write by hand: secrets of second factors with their
# recovery codes, keys of sessions, addresses by which an account is taken over, groups, which grant nothing.
for _theirs in (Authenticator, UserSession, EmailAddress, Group):
    admin.site.unregister(_theirs)


@admin.register(User)
class StaffAdmin(ByRole, UserAdmin):  # type: ignore[type-arg]
    """Who was invited chooses the password; nobody sets another's, or makes a superuser, here."""

    add_form = InvitedForm
    add_fieldsets = ((None, {"fields": InvitedForm.Meta.fields}),)
    fieldsets = (
        (None, {"fields": ("username", "first_name", "last_name", "email", "is_active")}),
        (_("Office"), {"fields": ("roles", "title", "rank", "nip")}),
        (None, {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    _not_ones_own = (
        "roles",
        "is_active",
    )  # nobody gives themselves a role, or the office its last administrator
    list_display = ("username", "first_name", "last_name", "roles_in_words", "is_active")
    list_filter = ("is_active",)
    readers = (Role.ADMINISTRATOR,)
    actions = ("invite_again", "take_second_factor")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        own = obj is not None and obj.pk == request.user.pk
        return (*fields, *self._not_ones_own) if own else fields

    @admin.display(description=_("roles"))
    def roles_in_words(self, user: User) -> str:
        words = dict(Role.choices)
        return ", ".join(str(words.get(role, role)) for role in user.roles)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            self._invite(request, obj)

    def user_change_password(self, *_: Any, **__: Any) -> HttpResponse:
        raise PermissionDenied

    @admin.action(description=_("Send the invitation again"), permissions=["change"])
    def invite_again(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        for user in chosen.filter(is_active=True).exclude(email="").exclude(roles=[]):
            self._invite(request, user)

    @admin.action(description=_("Take away the second factor (telephone lost)"), permissions=["change"])
    def take_second_factor(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        """They connect a new one at their next sign-in; whoever has the old one is signed out."""
        for user in chosen.exclude(username=request.user.get_username()):
            Authenticator.objects.filter(user=user).delete()
            for session in UserSession.objects.filter(user=user):
                session.end()
            self.log_change(request, user, str(_("second factor taken away")))

    def _invite(self, request: HttpRequest, user: User) -> None:
        site = settings.SITE_URL or request.build_absolute_uri("/")
        invite(user, site=site, by=request.user if isinstance(request.user, User) else None)
        told = gettext("An invitation is on its way to %(name)s.") % {"name": user.username}
        messages.info(request, told)


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


@admin.register(Change)
class ChangeAdmin(ByRole, admin.ModelAdmin):  # type: ignore[type-arg]
    """Who changed what, when. To read: the database itself lets nobody write here."""

    list_display = ("at", "table", "row", "kind", "who", "columns", "role")
    list_filter = ("kind", "table")
    search_fields = ("=row", "=by")
    search_help_text = _("number of a row, or of the account that wrote it")
    ordering = ("-id",)
    fields = readonly_fields = ("at", "table", "row", "kind", "who", "role", "before", "after")
    readers = (Role.ADMINISTRATOR,)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Change]:
        names = User.objects.filter(pk=OuterRef("by")).values("username")
        found: QuerySet[Change] = super().get_queryset(request).annotate(username=Subquery(names))
        return found

    @admin.display(description=_("by"))
    def who(self, change: Any) -> str:
        return change.username or (f"({change.by})" if change.by else "–")

    @admin.display(description=_("columns"))
    def columns(self, change: Change) -> str:
        return ", ".join(sorted({*change.before, *change.after})) if change.kind == "update" else ""
