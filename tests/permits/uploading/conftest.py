from pathlib import Path

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def private_folder(settings: LazySettings, tmp_path: Path) -> Path:
    """Each test has a private storage of its own."""
    settings.MEDIA_ROOT = tmp_path / "private"
    return tmp_path / "private"
