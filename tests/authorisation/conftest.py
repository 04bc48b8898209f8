"""The world that the table is asked about: built once for all tests here; each question is undone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponseForbidden, HttpResponseNotFound
from django.test import override_settings

from geoportal import urls
from tests.authorisation.world import World, build


@pytest.fixture(scope="package")
def world(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Built once; each question is undone after it was answered."""
    folder = tmp_path_factory.mktemp("files")
    with (
        django_db_blocker.unblock(),
        stored_in(folder),
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
    ):
        # thousands of refusals: what they look like is told elsewhere
        patch.setattr(urls, "handler403", lambda *_, **__: HttpResponseForbidden(), raising=False)
        patch.setattr(urls, "handler404", lambda *_, **__: HttpResponseNotFound(), raising=False)
        yield build()
        transaction.set_rollback(True)


def stored_in(folder: Path) -> Any:
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    return override_settings(
        MEDIA_ROOT=folder,
        STORAGES=settings.STORAGES | {"private": files, "default": files},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS],
    )
