"""What allauth asks of us: messages go through the outbox, secrets are stored encrypted."""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from geoportal import limits, outbox
from geoportal.accounts.models import PHONE_CONTEXT, User
from geoportal.accounts.phone_field import PhoneNumber
from geoportal.fields import blind_index, blind_indexes, decrypt, encrypt
from geoportal.ids import new_id
from geoportal.phones import as_international

_CONTEXT = "mfa.authenticator.data"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("User name, e-mail or password is wrong. Capital letters matter."),
        "email_password_mismatch": _("User name, e-mail or password is wrong. Capital letters matter."),
        "phone_password_mismatch": _("User name, e-mail or password is wrong. Capital letters matter."),
        "incorrect_code": _("This code is wrong, has ended or was used before. Take the newest one."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        message = self.render_mail(template_prefix, email, {"request": current.request} | context)
        outbox.send(
            email=email,
            kind=template_prefix.rpartition("/")[2],
            subject=str(message.subject),
            body=str(message.body),
            key=f"account.{new_id(20)}",
        )

    def get_login_stages(self) -> list[str]:
        """Who has no e-mail address verifies the telephone instead."""
        own = {"allauth.account.stages.EmailVerificationStage": "geoportal.accounts.stages.EmailStage"}
        return [own.get(stage, stage) for stage in super().get_login_stages()]

    def phone_form_field(self, **options: Any) -> PhoneNumber:
        return PhoneNumber(
            widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
            **{"max_length": 40} | options,
        )

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        user.phone = phone
        user.phone_index = blind_index(phone, PHONE_CONTEXT) if verified else None
        user.save(update_fields=["phone", "phone_index"])

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """Of accounts that have nothing else: the number of another account is a note, and proves nothing."""
        return (user.phone, user.phone_index is not None) if user.phone and not user.email else None

    def set_phone_verified(self, user: User, phone: str) -> None:
        index = blind_index(phone, PHONE_CONTEXT)
        with transaction.atomic():
            # numbers change hands: it is of whoever proved last to hold it
            held = User.objects.filter(phone_index__in=blind_indexes(phone, PHONE_CONTEXT))
            held.exclude(pk=user.pk).update(phone_index=None)
            user.phone_index = index  # the stages that follow ask this very object
            user.save(update_fields=["phone_index"])

    def get_user_by_phone(self, phone: str) -> User | None:
        indexes = blind_indexes(as_international(phone), PHONE_CONTEXT)
        return User.objects.filter(phone_index__in=indexes).first()

    def send_verification_code_sms(self, user: User, phone: str, code: str, **_more: Any) -> None:
        self._text(phone, _now("Your code for SAKPORE: %(code)s. Give it to nobody.") % {"code": code})

    def send_account_already_exists_sms(self, phone: str) -> None:
        self._text(phone, _now("This number has a SAKPORE account already. Sign in with your password."))

    def _text(self, phone: str, body: str) -> None:
        """At most a few an hour to one number; what is above that is not sent, and nobody can tell."""
        try:
            with limits.misses("phone-text", phone, most=5, seconds=3600):
                outbox.send(
                    phone=phone, kind="phone_code", subject="SAKPORE", body=body, key=f"account.{new_id(20)}"
                )
        except limits.TooMany:
            return

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        user = request.user
        if isinstance(user, User) and user.works_here:
            return "/petugas/"
        return str(settings.LOGIN_REDIRECT_URL)

    def get_client_ip(self, request: HttpRequest) -> str:
        address = limits.client_address(request).partition("/")[0]
        return "0.0.0.0" if address == "unknown" else address  # noqa: S104  only written down

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """An e-mail address must not become half public as a name."""
        user.username = user.username or new_id(16)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return base64.b64encode(encrypt(text, _CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(base64.b64decode(encrypted_text), _CONTEXT)

    def get_totp_issuer(self) -> str:
        return f"SAKPORE {settings.OFFICE_NAME}"

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Staff keep one: without it they could not come back in."""
        user = authenticator.user
        others = Authenticator.objects.filter(user=user).exclude(pk=authenticator.pk)
        strong = others.exclude(type=Authenticator.Type.RECOVERY_CODES)
        return not user.works_here or strong.exists()
