"""The second factor of staff: nothing that asks for an account opens to them before it was given."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from geoportal.accounts.models import User

# pages about one's own account: the way to a second factor leads through them
_OWN_ACCOUNT = ("account_", "mfa_", "usersessions_", "logout", "login")


def needs_second_factor(user: Any) -> bool:
    return isinstance(user, User) and (user.works_here or user.is_staff or user.is_superuser)


def second_factor_fresh(request: HttpRequest, *, minutes: float = 10) -> bool:
    """Whether a second factor was given in this session within the last `minutes`."""
    return any(record["at"] > time.time() - minutes * 60 for record in _given(request))


def ask_again(request: HttpRequest, *, then: str) -> HttpResponse:
    """To the page that asks for a second factor now, and from there to `then`, an address of ours."""
    has = set(Authenticator.objects.filter(user_id=request.user.pk).values_list("type", flat=True))
    by_key = "webauthn" in has and "totp" not in has  # recovery codes come with every key
    page = "mfa_reauthenticate_webauthn" if by_key else "mfa_reauthenticate"
    return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'next': then})}")


def _given(request: HttpRequest) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = get_authentication_records(request, request.user)
    return [record for record in records if record.get("method") == "mfa"]


class SecondFactorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        if not getattr(view, "login_required", True) or not needs_second_factor(request.user):
            return None
        match = request.resolver_match
        if match and not match.namespaces and (match.url_name or "").startswith(_OWN_ACCOUNT):
            return None
        if _given(request):
            return None
        if Authenticator.objects.filter(user_id=request.user.pk).exists():
            return ask_again(request, then=request.get_full_path())
        return HttpResponseRedirect(reverse("mfa_activate_totp"))
