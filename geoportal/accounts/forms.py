from typing import Any, ClassVar

from allauth.account.forms import LoginForm, ResetPasswordForm, SignupForm, VerifyPhoneForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from geoportal import limits
from geoportal.accounts.models import User

MOST_CODES, SECONDS = 10, 900
_CODE_LIVES = 120  # seconds; longer than a code is taken, MFA_TOTP_TOLERANCE included


class SignInForm(LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        methods = settings.ACCOUNT_LOGIN_METHODS
        self.fields["login"].label = (
            _("E-mail, telephone or user name") if "phone" in methods else _("E-mail or user name")
        )
        for field in self.fields.values():
            field.help_text = ""  # the way to a new password stands below the form, once
            field.widget.attrs.pop("placeholder", None)


class SignUpForm(SignupForm):  # type: ignore[misc]
    """By e-mail; by telephone instead where MESSENGER can send the code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        if "phone" in self.fields:
            self.fields["email"].label = _("E-mail")
            self.fields["email"].required = False  # clean() wants one of the two
            self.fields["phone"].label = _("Telephone, if you have no e-mail")
            self.fields["phone"].help_text = _("We send a code to it by WhatsApp or SMS.")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean()
        if "phone" in self.fields and not self.errors and bool(values["email"]) == bool(values["phone"]):
            raise ValidationError(_("Write an e-mail address or a telephone number: one of the two."))
        return values

    def try_save(self, request: HttpRequest) -> Any:
        """As much work for an address that has an account as for a new one: time would tell them apart."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class ResetForm(ResetPasswordForm):  # type: ignore[misc]
    """A link to who has an account; to anybody else nothing, but the same work is done for it."""

    users: list[User]

    def save(self, request: HttpRequest, **options: Any) -> str:
        if self.users:
            return str(super().save(request, **options))
        address = str(self.cleaned_data["email"])
        nobody = User(pk=0, username=address, email=address)
        with transaction.atomic():
            with transaction.atomic():
                self.users = [nobody]
                super().save(request, **options)
                transaction.set_rollback(True)
            # what is committed for the others costs as much as this
            with limits.misses("password-reset-nobody", address, most=1_000_000, seconds=3600):
                pass
        return address


class PhoneCodeForm(VerifyPhoneForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code from the message")
        self.fields["code"].widget.attrs.pop("placeholder", None)


class _Once(forms.Form):
    """Wrong codes are limited by person, exactly; a right one counts once, whichever process saw it."""

    user: User

    def clean_code(self) -> str:
        try:
            with limits.misses("second-factor", str(self.user.pk), most=MOST_CODES, seconds=SECONDS) as tried:
                code: str = super().clean_code()  # type: ignore[misc]
                tried.forgive()
        except limits.TooMany as error:
            raise ValidationError(
                _("Too many wrong codes. Wait %(minutes)d minutes, then try again."),
                params={"minutes": -(-error.retry_after // 60)},
            ) from error
        digits = "".join(filter(str.isalnum, code)).lower()
        try:
            with limits.misses("code-used", f"{self.user.pk} {digits}", most=1, seconds=_CODE_LIVES):
                return code
        except limits.TooMany as error:
            raise ValidationError(_("This code was used before. Wait for the next one.")) from error


class CodeForm(_Once, AuthenticateForm):  # type: ignore[misc]
    pass


class CodeAgainForm(_Once, ReauthenticateForm):  # type: ignore[misc]
    pass


class InvitedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new member of staff, by the administrator; the password is chosen by who was invited."""

    class Meta:
        model = User
        fields: ClassVar[tuple[str, ...]] = (
            "username",
            "email",
            "first_name",
            "last_name",
            "roles",
            "title",
            "rank",
            "nip",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = True

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exists():
            raise ValidationError(_("Somebody has an account with this address already."))
        return email
