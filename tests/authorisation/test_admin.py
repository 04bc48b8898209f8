"""The administration against its own written table: every kind of record, every person."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.test import RequestFactory

from geoportal.accounts.models import User
from geoportal.fields import EncryptedTextField
from tests.authorisation import routes
from tests.authorisation.asking import ask, outcome
from tests.authorisation.table import Table
from tests.authorisation.world import World

pytestmark = pytest.mark.django_db  # so that the database of the tests is made, and not the site's asked
_TEXT: dict[str, dict[str, dict[str, str]]] = tomllib.loads(
    Path(__file__).with_name("admin.toml").read_text()
)
RECORDS, PAGES = _TEXT["records"], _TEXT["pages"]
PEOPLE = Table().people
_SECRET = re.compile(r"password|secret|token|session_key|pin|proof$|^data$|phone|nik|key$")
#: Of every kind: what is asked of a record that is not there shows all the same whether one may ask.
ADDRESSES = {
    "": ("reads", ""),
    "add/": ("adds", "adds"),
    "<path:object_id>/change/": ("reads", "changes"),
    "<path:object_id>/delete/": ("deletes", "deletes"),
    "<path:object_id>/history/": (None, None),
    "<path:object_id>/": (None, None),  # leads to the change form
}


def _written() -> set[str]:
    found = {f"admin/{kind.replace('.', '/')}/{rest}" for kind in RECORDS for rest in ADDRESSES}
    return found | PAGES.keys()


def test_every_address_of_the_administration_has_a_line_and_every_line_an_address() -> None:
    lists = {route for route, _ in routes.every() if "(?P" in route}  # of an app; of nothing
    assert all(route.startswith("admin/") for route in lists)
    assert {route for route, _ in routes.every() if route.startswith("admin/")} - lists == _written()


def test_what_is_registered_is_what_is_written() -> None:
    assert {model._meta.label_lower for model in admin.site._registry} == set(RECORDS)


def test_nothing_secret_or_personal_stands_in_a_form_or_list() -> None:
    """Of the superuser, who sees most. What is encrypted in the database is not laid open here."""
    request = RequestFactory().get("/admin/")
    request.user = User(is_superuser=True, is_staff=True, is_active=True)
    shown: set[str] = set()
    for model, pages in admin.site._registry.items():
        columns = {field.name: field for field in model._meta.fields}
        names = {*flatten_fieldsets(pages.get_fieldsets(request)), *map(str, pages.get_list_display(request))}
        for name in names & columns.keys():
            if isinstance(columns[name], EncryptedTextField) or _SECRET.search(name):
                shown.add(f"{model._meta.label_lower}.{name}")
    # to who keeps them; each opening is kept: tests/companies/test_company_admin.py
    assert shown == {f"companies.company.{name}" for name in ("npwp", "phone", "email")}


def _expected(who: str, named: frozenset[str]) -> set[str]:
    if who in ("nobody", "disabled"):
        return {"sign in"}
    if who in ("owner", "partner", "stranger") and who not in named:
        return {"sign in", "closed"}
    if who == "unproven":
        return {"second factor"}
    return {"opens", "leads on"} if who in named else {"closed"}


def _asked(world: World, where: str, method: str, named: frozenset[str]) -> list[str]:
    wrong = []
    for who, client in world.clients.items():
        answer, wrote = ask(client, method, where)
        got = outcome(answer)
        if got not in _expected(who, named) or (got == "closed" and wrote):
            wrong.append(f"{method} {where} as {who}: {got} {wrote}")
    return wrong


@pytest.mark.parametrize("kind", sorted(RECORDS))
def test_records_open_to_whom_the_table_says(world: World, kind: str) -> None:
    row, wrong = RECORDS[kind], []
    assert row.keys() <= {"reads", "changes", "adds", "deletes"}
    for rest, (read, write) in ADDRESSES.items():
        where = f"/admin/{kind.replace('.', '/')}/{rest.replace('<path:object_id>', '0')}"
        if read is not None:
            wrong += _asked(world, where, "get", PEOPLE(row.get(read, "")))
        if write:
            wrong += _asked(world, where, "post", PEOPLE(row.get(write, "")))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("route", sorted(PAGES))
def test_pages_of_the_administration_open_to_whom_the_table_says(world: World, route: str) -> None:
    row: dict[str, Any] = PAGES[route]
    where = f"/{route}".replace("<id>", "1").replace("<int:pk>", "0")
    where = where.replace("<path:content_type_id>", "0").replace("<path:object_id>", "0")
    for method, words in row.items():
        if words in ("anyone", "elsewhere"):
            assert outcome(ask(world.clients["owner"], method, where)[0]) in {"opens", "leads on", "sign in"}
        else:
            assert not _asked(world, where, method, PEOPLE(words))


def test_a_list_of_an_app_and_an_address_that_is_none_are_behind_the_gate(world: World) -> None:
    for where in ("/admin/permits/", "/admin/nirgendwo"):
        for who in ("nobody", "disabled", "stranger", "unproven"):
            assert outcome(ask(world.clients[who], "get", where)[0]) in {"sign in", "second factor", "closed"}
