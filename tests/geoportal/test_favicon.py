from pathlib import Path
from xml.etree import ElementTree

from django.contrib.staticfiles import finders
from django.test import Client


def test_a_browser_that_asks_unasked_gets_our_icon(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/static/geoportal/favicon.")
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert client.post("/favicon.ico").status_code == 405


def test_the_icon_is_a_small_drawing_of_ours() -> None:
    path = finders.find("geoportal/favicon.svg")
    assert path
    text = Path(path).read_text(encoding="utf-8")
    assert ElementTree.fromstring(text).tag.endswith("svg")  # noqa: S314  our own file
    assert len(text) < 1000
