from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geoportal.plugins import plugin
from permits.letters.content import Kind
from permits.letters.render import render
from permits.signing import development
from tests.permits.letters.example import content

PASSPHRASE = "contoh-sandi"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("signer") / "own"
    development.make(folder, passphrase=PASSPHRASE)
    return folder


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody else's certificate, as real as ours."""
    folder = tmp_path_factory.mktemp("signer") / "other"
    development.make(folder, passphrase=PASSPHRASE)
    return folder


@pytest.fixture
def signing(authority: Path, settings: Any) -> Iterator[Path]:
    """The slot SIGNER with a certificate of the test's own."""
    settings.SIGNER_FOLDER = authority
    settings.PLUGINS = settings.PLUGINS | {
        "SIGNER": {
            "BACKEND": "permits.signing.backends.pkcs12.Pkcs12Signer",
            "OPTIONS": {"path": str(authority / "signer.p12")},
        }
    }
    plugin.cache_clear()
    yield authority
    plugin.cache_clear()


@pytest.fixture(scope="session")
def letter() -> bytes:
    return render(Kind.PERMIT, content())
