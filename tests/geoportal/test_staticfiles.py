"""What is served of scripts and stylesheets."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.exceptions import ImproperlyConfigured

from geoportal.staticfiles import bundle

MAP = Path(configured.BASE_DIR, "maps/static/maps/map")


def test_a_script_brings_what_it_imports_at_once() -> None:
    made = bundle(MAP / "view.js").decode()

    assert len(made) > len((MAP / "view.js").read_text("utf-8"))
    assert 'from"' not in made
    assert "@mapbox" not in made


def test_what_it_imports_later_stays_apart() -> None:
    made = bundle(MAP / "page.js").decode()

    assert 'import("./view.js")' in made
    assert 'import("./suggest.js")' in made


def test_a_stylesheet_loses_its_comments(tmp_path: Path) -> None:
    file = tmp_path / "a.css"
    file.write_text("/* why */\n.a {\n  color: red;\n  background: url(b.svg);\n}\n", "utf-8")

    assert bundle(file).decode().strip() == ".a{color:red;background:url(b.svg)}"


def test_without_esbuild_it_says_what_to_do(settings: Any, tmp_path: Path) -> None:
    settings.NODE_MODULES = tmp_path

    with pytest.raises(ImproperlyConfigured, match="bin/setup"):
        bundle(MAP / "view.js")
