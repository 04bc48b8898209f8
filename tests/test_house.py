"""Tests of the repository itself: what DESIGN promises about the house as a whole."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

ORDER = [
    "geoportal",
    "accounts",
    "geography",
    "companies",
    "permits",
    "maps",
]  # each may point to those before it
OURS = [apps.get_app_config(label) for label in ORDER]


def test_model_relations_point_down() -> None:
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model}"
        for level, app in enumerate(OURS)
        for model in app.get_models()
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and isinstance(field.related_model, type)
        and field.related_model._meta.app_label in ORDER
        and ORDER.index(field.related_model._meta.app_label) > level
    ]
    assert upward == []


def test_models_have_their_migrations(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def catalogues() -> list[Path]:
    return sorted(Path(settings.BASE_DIR).glob("*/locale/id/LC_MESSAGES/django.po"))


def entries(path: Path) -> dict[str, list[str]]:
    """msgid -> all its msgstr, of a .po file; fuzzy ones count as missing."""
    found: dict[str, list[str]] = {}
    for block in re.split(r"\n\s*\n", path.read_text()):
        lines = [line for line in block.splitlines() if not line.startswith("#~")]
        texts: dict[str, str] = {}
        key = ""
        for line in lines:
            if match := re.match(r'(msgid|msgid_plural|msgstr(?:\[\d\])?|msgctxt) "(.*)"$', line):
                key = match[1]
                texts[key] = match[2]
            elif line.startswith('"') and key:
                texts[key] += line[1:-1]
        if texts.get("msgid"):
            strings = [text for name, text in texts.items() if name.startswith("msgstr")]
            found[texts["msgid"]] = [""] if any(re.match(r"#,.*fuzzy", line) for line in lines) else strings
    return found


def test_every_app_with_texts_has_a_catalogue() -> None:
    assert [path.parts[-5] for path in catalogues()] == ["companies", "geoportal", "maps", "permits"]


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: str(path.parts[-5]))
def test_the_indonesian_catalogue_is_complete(path: Path) -> None:
    missing = [text for text, translations in entries(path).items() if not all(translations)]
    assert missing == []


def test_no_text_of_the_code_is_missing_from_the_catalogues() -> None:
    """Compares with what xgettext finds, without touching the files."""
    if not shutil.which("xgettext"):
        pytest.skip("gettext is not installed")
    plain = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    known = {text for path in catalogues() for text in entries(path)}
    root = Path(settings.BASE_DIR)
    with tempfile.TemporaryDirectory() as folder:
        for app in ("companies", "geoportal", "maps", "permits"):
            ignored = shutil.ignore_patterns("*.mo", "*.po", "__pycache__", "static")
            shutil.copytree(root / app, Path(folder) / app, ignore=ignored)
            (Path(folder) / app / "locale").mkdir(exist_ok=True)
        subprocess.run(
            [sys.executable, "-m", "django", "makemessages", "-l", "id", "-v", "0"],
            cwd=folder,
            check=True,
            env=plain,
        )
        used = {
            text for path in Path(folder).glob("*/locale/id/LC_MESSAGES/django.po") for text in entries(path)
        }
    assert sorted(used - known) == []
