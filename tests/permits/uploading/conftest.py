from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def private_folder(settings: LazySettings, tmp_path: Path) -> Path:
    """Each test has a private storage of its own."""
    storages: dict[str, Any] = dict(settings.STORAGES)
    private = dict(storages["private"])
    private["OPTIONS"] = private["OPTIONS"] | {"location": tmp_path / "private"}
    settings.STORAGES = storages | {"private": private}
    return tmp_path / "private"
