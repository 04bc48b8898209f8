from pathlib import Path
from typing import Any

from django.core import checks


def found(*, deploy: bool = False) -> set[str]:
    return {str(one.id) for one in checks.run_checks(include_deployment_checks=deploy)}


def test_the_development_certificate_is_named_before_a_deployment(signing: Path) -> None:
    assert "permits.W001" not in found()
    assert "permits.W001" in found(deploy=True)


def test_a_file_that_is_no_certificate_is_an_error(signing: Path, settings: Any, tmp_path: Path) -> None:
    assert "permits.E001" not in found()
    settings.SIGNER_FOLDER = tmp_path
    (tmp_path / "lama.pem").write_text("bukan sertifikat")
    assert "permits.E001" in found()
