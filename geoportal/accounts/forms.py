from typing import Any, ClassVar

from allauth.account.forms import LoginForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from geoportal import limits
from geoportal.accounts.models import User

MOST_CODES, SECONDS = 10, 900
_CODE_LIVES = 120  # seconds; longer than a code is taken, MFA_TOTP_TOLERANCE included


class SignInForm(LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail or user name")
        for field in self.fields.values():
            field.help_text = ""  # the way to a new password stands below the form, once
            field.widget.attrs.pop("placeholder", None)


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
