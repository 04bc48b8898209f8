"""Sign-in, sign-up and what belongs to an account. The flows are allauth's; limits and pages are ours."""

from typing import Any

from allauth.account import views as account
from allauth.account.models import EmailAddress
from allauth.account.views import LoginView, PasswordResetView, ReauthenticateView, SignupView
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from geoportal import limits
from geoportal.accounts.invitations import invited
from geoportal.accounts.models import User
from geoportal.accounts.roles import DUTIES, Role


def too_many(request: HttpRequest, template: str, context: dict[str, Any], wait: int) -> HttpResponse:
    """The page again, with the reason; nothing was done."""
    refusal = _("Too many tries. Wait %(minutes)d minutes, then try again.") % {"minutes": -(-wait // 60)}
    response = render(request, template, context | {"refusal": refusal}, status=429)
    response.headers["Retry-After"] = str(wait)
    return response


class SignIn(LoginView):  # type: ignore[misc]
    """The only sign-in, the admin's too. Failed tries are limited by name and by address."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name = request.POST.get("login", "").strip()[:254].lower()
        address = limits.client_address(request)
        try:
            with (
                limits.misses("signin-name", name, most=10, seconds=900) as by_name,
                limits.misses("signin-address", address, most=50, seconds=900) as by_address,
            ):
                response: HttpResponse = super().post(request, *args, **kwargs)
                if response.status_code == 302:
                    by_name.forgive()
                    by_address.forgive()
                return response
        except limits.TooMany as error:
            form = self.get_form_class()(request=request)
            context = self.get_context_data(form=form)
            return too_many(request, self.template_name, context, error.retry_after)


class _Counted:
    """Every POST of one address counts: each may send an e-mail to somebody."""

    bucket = ""
    most = 10
    template_name: str

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        address = limits.client_address(request)
        try:
            with limits.misses(self.bucket, address, most=self.most, seconds=3600):
                response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
                return response
        except limits.TooMany as error:
            form = self.get_form_class()()  # type: ignore[attr-defined]
            context = self.get_context_data(form=form)  # type: ignore[attr-defined]
            return too_many(request, self.template_name, context, error.retry_after)


class SignUp(_Counted, SignupView):  # type: ignore[misc]
    bucket, most = "signup", 30  # a whole class of applicants may sit behind one address


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify_phone(request: HttpRequest) -> HttpResponse:
    """The code that was sent to a new account's telephone. Only within a sign-up or sign-in."""
    if request.user.is_authenticated:
        return redirect("account_home")
    if request.method == "POST":
        try:
            with limits.misses("phone-code", limits.client_address(request), most=60, seconds=3600):
                pass
        except limits.TooMany as error:
            return too_many(request, "account/phone_code.html", {"form": None}, error.retry_after)
    answer: HttpResponse = account.verify_phone(request)
    return answer


class PasswordReset(_Counted, PasswordResetView):  # type: ignore[misc]
    bucket = "password-reset"
    template_name = "account/password_reset.html"


class Reauthenticate(ReauthenticateView):  # type: ignore[misc]
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with limits.misses("password-again", str(request.user.pk), most=10, seconds=900) as tried:
                response: HttpResponse = super().post(request, *args, **kwargs)
                if response.status_code == 302:
                    tried.forgive()
                return response
        except limits.TooMany as error:
            form = self.get_form_class()(user=request.user)
            context = self.get_context_data(form=form)
            return too_many(request, self.template_name, context, error.retry_after)


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """/akun/: what an account has, and what its roles may do."""
    user = request.user
    roles = [Role(role) for role in user.roles] if isinstance(user, User) else []
    return render(request, "account/home.html", {"roles": [(role.label, DUTIES[role]) for role in roles]})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, signed: str) -> HttpResponse:
    """A member of staff chooses a password; the address is thereby known to be theirs."""
    user = invited(signed)
    if user is None:
        return render(request, "account/invitation.html", {"form": None}, status=410)
    form = SetPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()
            values = {"verified": True, "primary": True}
            EmailAddress.objects.update_or_create(user=user, email=user.email, defaults=values)
        messages.success(request, _("Your password is set. Sign in with it now."))
        return HttpResponseRedirect(reverse("login"))
    status = 422 if form.errors else 200
    return render(request, "account/invitation.html", {"form": form, "invited": user}, status=status)
