"""What makes the site an app."""

from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image


def test_the_manifest_names_icons_that_are_there_and_shortcuts_that_answer(client: Client, db: None) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    found = answer.json()
    assert {icon["purpose"] for icon in found["icons"]} == {"any", "maskable"}
    for icon in found["icons"]:
        name = icon["src"].removeprefix("/static/").split("/")[-1]
        stem = name.split(".")[0]
        path = finders.find(f"geoportal/{stem}.png")
        assert isinstance(path, str)
        with Image.open(path) as picture:
            size = picture.size
        assert icon["sizes"] == f"{size[0]}x{size[1]}"
    assert len(found["shortcuts"]) == 3
    for shortcut in found["shortcuts"]:
        assert client.get(shortcut["url"]).status_code == 200


def test_the_worker_is_never_cached_and_names_files_that_are_there(client: Client, db: None) -> None:
    answer = client.get("/pekerja.js")
    assert answer["Cache-Control"] == "no-cache"
    text = answer.content.decode()
    assert 'const OFFLINE = "/luring/";' in text
    assert "app." in text
    assert client.get("/luring/").status_code == 200


def test_pages_lead_to_the_manifest_and_the_field_app_has_its_own_worker(client: Client, db: None) -> None:
    page = client.get("/validasi/").content.decode()
    assert 'rel="manifest"' in page
    assert 'data-worker="/pekerja.js"' in page
    assert "data-scan" in page
    own = client.get("/lapangan/pekerja.js").content.decode()
    assert 'const SHELL = "/lapangan/aplikasi/";' in own


@pytest.mark.parametrize("package", ["", "id.example.izin"])
def test_the_android_package_is_named_only_where_settings_name_it(
    client: Client, db: None, settings: Any, package: str
) -> None:
    settings.ANDROID_PACKAGE, settings.ANDROID_FINGERPRINTS = package, ["AA:BB"]
    answer = client.get("/.well-known/assetlinks.json")
    assert answer.status_code == (200 if package else 404)
    if package:
        [link] = answer.json()
        assert link["target"]["package_name"] == package
        assert link["target"]["sha256_cert_fingerprints"] == ["AA:BB"]
