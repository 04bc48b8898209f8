"""The look as a contract: contrast, shapes beside colours, nothing inline, small files."""

import gzip
import re
import tomllib
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template, render_to_string
from django.utils import translation

from geoportal.templatetags import kit
from permits.status import Status

ROOT = Path(settings.BASE_DIR)
STATIC = ROOT / "geoportal" / "static" / "geoportal"
CSS = re.sub(r"/\*.*?\*/", "", (STATIC / "app.css").read_text(), flags=re.DOTALL)
SPRITE = (STATIC / "icons.svg").read_text()
TOKENS = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", CSS))
TEMPLATES = sorted(
    p for app in ("geoportal", "companies", "permits", "maps") for p in (ROOT / app).rglob("*.html")
)

TEXT = {"ink", "soft", "nila", "nila-deep", "soga", "coral", *Status.values}
GROUND = {"paper", "white", "sand", "nila-wash", "coral-wash", "leaf-wash", "amber-wash"}
ON_CLOTH = set(product(("white", "nila-line"), ("nila", "nila-deep"))) | {("white", "coral")}


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, as WCAG 2.2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])))
    return (light + 0.05) / (dark + 0.05)


def rules() -> list[tuple[str, dict[str, str]]]:
    """Selector and declarations of every innermost block."""
    found = []
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", CSS):
        pairs = (d.split(":", 1) for d in body.split(";") if ":" in d)
        found.append((selector.strip(), {k.strip(): v.strip() for k, v in pairs}))
    return found


def test_every_text_colour_reads_on_every_ground() -> None:
    weak = {(t, g) for t, g in {*product(TEXT, GROUND), *ON_CLOTH} if contrast(t, g) < 4.5}
    assert not weak


def test_a_rule_that_sets_text_and_ground_uses_a_pair_that_was_checked() -> None:
    known = {*product(TEXT, GROUND), *ON_CLOTH}
    for selector, style in rules():
        text = re.fullmatch(r"var\(--([\w-]+)\)", style.get("color", ""))
        ground = re.match(r"var\(--([\w-]+)\)", style.get("background", style.get("background-color", "")))
        if text and ground:
            assert (text[1], ground[1]) in known, selector


def test_a_button_that_changes_its_ground_says_its_text_colour_too() -> None:
    for selector, style in rules():
        if "button" in selector and "background" in style:
            assert "color" in style, selector


def test_text_is_set_in_text_colours_only() -> None:
    allowed = TEXT | {"white", "nila-line", "status"}
    for selector, style in rules():
        colour = re.fullmatch(r"var\(--([\w-]+)\)", style.get("color", ""))
        assert not colour or colour[1] in allowed, selector


def test_borders_of_inputs_stand_out() -> None:
    assert min(contrast("edge", ground) for ground in GROUND) >= 3


def test_colours_are_written_once() -> None:
    for selector, style in rules():
        if selector != ":root":
            assert not [v for v in style.values() if re.search(r"#[0-9a-f]{3,8}\b", v)], selector


def test_every_status_has_a_colour_and_a_shape_of_its_own() -> None:
    shapes = dict(re.findall(r'<symbol id="s-(\w+)"[^>]*>(.*?)</symbol>', SPRITE))
    colours = dict(re.findall(r'\[data-status="(\w+)"\]\s*\{\s*--status:\s*var\(--(\w+)\)', CSS))
    assert set(shapes) == set(colours) == set(kit.STATUSES) == set(Status.values)
    assert len(set(shapes.values())) == len(shapes)
    assert all(status == token and token in TOKENS for status, token in colours.items())


@pytest.mark.parametrize("status", Status)
def test_a_status_is_shown_as_shape_and_word(status: Status) -> None:
    html = render_to_string("kit/status.html", {"status": status.value, "label": status.label})
    assert f"#i-s-{status.value}" in html
    assert f'data-status="{status.value}"' in html
    assert str(status.label) in html


def test_the_sprite_holds_exactly_the_icons_that_may_be_named() -> None:
    assert set(re.findall(r'<symbol id="([\w-]+)"', SPRITE)) == kit.ICONS


def test_every_commodity_has_an_icon() -> None:
    with (ROOT / "fixtures" / "commodities.toml").open("rb") as file:
        rows = tomllib.load(file)["commodity"]
    assert {row["icon"] for row in rows} <= kit.COMMODITIES


def test_style_and_icons_stay_small_for_a_slow_link() -> None:
    assert len(gzip.compress((STATIC / "app.css").read_bytes(), 9)) <= 9_000
    assert len(SPRITE.encode()) <= 12_000


# folium writes one inline script; it runs in a sandboxed frame under a policy of its own
FRAMES = {"thematic_frame.html": ["<script>", "<style>"]}


class Inline(HTMLParser):
    """Collects what the content security policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.found += [f"<{tag} {name}>" for name in names if name == "style" or name.startswith("on")]
        # data blocks are not run
        runs = names.get("type") not in ("application/json", "application/ld+json")
        if tag == "style" or (tag == "script" and "src" not in names and runs):
            self.found.append(f"<{tag}>")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_templates_hold_no_inline_style_script_or_handler(path: Path) -> None:
    parser = Inline()
    parser.feed(re.sub(r"\{%.*?%\}|\{#.*?#\}", "", path.read_text(), flags=re.DOTALL))
    assert set(parser.found) <= set(FRAMES.get(path.name, []))


def test_the_inline_check_finds_what_it_looks_for() -> None:
    parser = Inline()
    parser.feed('<p style="x" onclick="y"></p><style></style><script>z</script><script src="a"></script>')
    assert parser.found == ["<p style>", "<p onclick>", "<style>", "<script>"]


def test_the_colour_of_a_commodity_is_escaped() -> None:
    commodity = {"name": "<b>Uji</b>", "icon": '"><script>', "colour": '"><script>'}
    html = render_to_string("kit/commodity.html", {"commodity": commodity, "href": '"><script>'})
    assert "<script>" not in html
    assert "<b>" not in html


@pytest.mark.parametrize("name", ["400", "403_csrf", "500", "503"])
def test_an_error_page_needs_neither_request_nor_database(name: str) -> None:
    html = get_template(f"{name}.html").render()
    assert "<h1>" in html
    assert 'href="/"' in html


def test_numbers_have_the_thousands_mark_of_the_language() -> None:
    assert kit.number(4204) == "4.204"
    assert kit.number(None) == ""


@pytest.mark.parametrize(("language", "expected"), [("id", "ikan"), ("en", "fish")])
def test_a_name_is_shown_in_the_reader_s_language(language: str, expected: str) -> None:
    with translation.override(language):
        assert kit.local({"name": "ikan", "name_en": "fish"}) == expected
        assert kit.local({"name": "batik", "name_en": ""}) == "batik"
