from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geoportal import limits


class SignInForm(AuthenticationForm):
    # Django's Indonesian sentence names the field twice
    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": gettext_lazy("User name or password is wrong. Capital letters matter in both.")
    }


class SignIn(LoginView):
    """The only sign-in, the admin's too. Failed tries are limited by name and by address."""

    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name = request.POST.get("username", "")[:150].lower()
        try:
            with (
                limits.misses("signin-name", name, most=10, seconds=900) as by_name,
                limits.misses(
                    "signin-address", limits.client_address(request), most=50, seconds=900
                ) as by_address,
            ):
                response = super().post(request, *args, **kwargs)
                if response.status_code == 302:
                    by_name.forgive()
                    by_address.forgive()
                return response
        except limits.TooMany as error:
            form = self.get_form_class()(request)
            context = self.get_context_data(
                form=form,
                refusal=_("Too many failed sign-ins. Wait %(minutes)d minutes, then try again.")
                % {"minutes": -(-error.retry_after // 60)},
            )
            response = self.render_to_response(context, status=429)
            response.headers["Retry-After"] = str(error.retry_after)
            return response
