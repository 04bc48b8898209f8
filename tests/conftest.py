from typing import Any

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.core.cache import caches
from django.core.management import call_command
from django.http import HttpRequest
from django.test import Client

from geoportal import demo, roles
from maps import known, tiles


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take minutes begin first: at the end no process waits for another that has just begun."""
    long = {item.path for item in items for mark in ("slow", "journey") if item.get_closest_marker(mark)}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database gets the rights of a real one."""
    with django_db_blocker.unblock():
        roles.grant()


@pytest.fixture
def zones(db: None) -> None:
    """The city's villages from the repository's table, with computed cells."""
    call_command("load_zones", verbosity=0)


@pytest.fixture(autouse=True)
def _forget() -> None:
    """What a process may remember for seconds, a test must not."""
    known.forget()
    caches["pages"].clear()
    tiles.forget()
    demo._known = (-60.0, False)


_plain = Client.force_login


def sign_in(client: Client, user: Any, *, second_factor: bool = True, **options: Any) -> None:
    """A whole sign-in: the session says that a second factor was given, just now."""
    _plain(client, user, **options)
    if second_factor:
        request = HttpRequest()
        request.session = client.session
        record_authentication(request, user, method="mfa", type="totp")
        request.session.save()


@pytest.fixture(autouse=True)
def _signed_in_with_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """force_login stands for a whole sign-in."""
    monkeypatch.setattr(Client, "force_login", sign_in)
