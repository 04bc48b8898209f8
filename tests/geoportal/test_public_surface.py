"""Deny by default: what answers without an account is exactly the written list."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import get_converters

from geoportal.accounts.roles import Role
from geoportal.public import PUBLIC_ROUTES
from tests import factories

SAMPLES = {"int": "1", "slug": "x", "str": "x", "path": "x", "uuid": "00000000-0000-4000-8000-000000000000"}


def routes(patterns: Any, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route of the site as it is written, the included ones with what stands before them."""
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, route)
        else:
            yield route, entry


def address(route: str) -> str:
    """An address that the route matches."""
    names = {type(converter): SAMPLES.get(name, "x") for name, converter in get_converters().items()}
    for _, entry in [pair for pair in ALL if pair[0] == route]:
        for name, converter in getattr(entry.pattern, "converters", {}).items():
            for kind in (k for k, v in get_converters().items() if type(v) is type(converter)):
                route = route.replace(f"<{kind}:{name}>", names[type(converter)])
    return "/" + route.replace("^", "").replace("$", "")


ALL = list(routes(get_resolver().url_patterns))
# expressions of Django's administration, which all stand behind its own gate: asked by hand below
WRITTEN = [(route, entry) for route, entry in ALL if "(?P" not in route]


def test_the_list_names_nothing_that_is_not_there() -> None:
    assert {route for route, _ in ALL} >= PUBLIC_ROUTES


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted({route for route, _ in WRITTEN} - PUBLIC_ROUTES))
def test_every_other_route_asks_who_is_there(client: Client, route: str) -> None:
    for method in (client.get, client.post):
        answer = method(address(route))
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith(("/masuk/", "/admin/login/")), route
        else:
            assert answer.status_code in (401, 403, 405), route


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(PUBLIC_ROUTES))
def test_every_listed_route_answers_without_an_account(client: Client, route: str) -> None:
    answer = client.get(address(route))
    assert answer.status_code not in (401, 403)
    assert not answer.headers.get("Location", "").startswith("/masuk/")
    assert answer.status_code < 500


@pytest.mark.django_db
def test_the_rest_of_the_administration_is_behind_the_gate(client: Client) -> None:
    expressions = [route for route, _ in ALL if "(?P" in route]
    assert all(route.startswith("admin/") for route in expressions), expressions
    for path in ("/admin/companies/", "/admin/nirgendwo", "/admin/permits/permit/1/change/"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(("/masuk/", "/admin/login/"))


@pytest.mark.django_db
def test_the_header_leads_to_ones_own_work_but_public_pages_are_the_same_for_everybody(
    client: Client,
) -> None:
    def header(path: str) -> str:
        return client.get(path).content.decode().partition("</header>")[0]

    for user, href in (
        (factories.applicant(), "/permohonan/"),
        (factories.staff(Role.FRONT_OFFICE), "/petugas/"),
    ):
        client.force_login(user)
        assert f'href="{href}" aria-current="page"' in header(href)
        for public in ("/", "/peta/", "/perusahaan/"):
            assert f'href="{href}"' not in header(public)
