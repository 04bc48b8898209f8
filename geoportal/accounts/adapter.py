"""What allauth asks of us: messages go through the outbox, secrets are stored encrypted."""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from geoportal import limits, outbox
from geoportal.accounts.models import User
from geoportal.fields import decrypt, encrypt
from geoportal.ids import new_id

_CONTEXT = "mfa.authenticator.data"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("User name, e-mail or password is wrong. Capital letters matter."),
        "email_password_mismatch": _("User name, e-mail or password is wrong. Capital letters matter."),
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
