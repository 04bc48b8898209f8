from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import call_command

from geoportal import demo, roles
from maps import search, tiles


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
    search.forget()
    caches["pages"].clear()
    tiles.forget()
    demo._known = (-60.0, False)
