"""A letter's PDF is checked from the browser: a known one stays there, another is sent."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Request, expect

from permits.letters.content import Kind
from permits.letters.render import render
from tests.journeys.conftest import DESK, PHONE, Journey, database_environment
from tests.permits.letters.example import content
from tests.servers import ROOT

pytestmark = pytest.mark.journey
Start = Callable[..., Journey]

RECORD = """
import sys
from datetime import date
from permits.models import Letter, Permit
permit = Permit.objects.filter(published=True, registered_only=False, source="sakpore").first()
digest = bytes.fromhex("{digest}")
Letter.objects.create(permit=permit, seal_hash=b"uji", sha256=digest, issued_on=date.today())
"""


@pytest.fixture(scope="module")
def letter(site: str) -> bytes:
    """One that the register of the running site knows."""
    pdf = render(Kind.PERMIT, content())
    command = [sys.executable, "manage.py", "shell", "-c"]
    code = RECORD.format(digest=hashlib.sha256(pdf).hexdigest())
    subprocess.run([*command, code], cwd=ROOT, env=database_environment(), check=True, capture_output=True)
    return pdf


def file(tmp_path: Path, pdf: bytes) -> str:
    path = tmp_path / "surat.pdf"
    path.write_bytes(pdf)
    return str(path)


@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("js", [True, False])
def test_a_letter_is_recognised(journey: Start, tmp_path: Path, letter: bytes, size: Any, js: bool) -> None:
    reader = journey(size, js=js)
    posted: list[Request] = []
    reader.page.on("request", lambda one: posted.append(one) if one.is_navigation_request() else None)
    page = reader.go("/validasi/", idle=False)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"] if js else True
    page.get_by_label("Surat dalam bentuk PDF").set_input_files(file(tmp_path, letter))
    page.get_by_role("button", name="Periksa berkas").click()
    expect(page.locator(".verdict")).to_contain_text("COCOK")
    length = int(posted[-1].all_headers()["content-length"])
    assert (length < len(letter)) == js, "a known letter is not sent where there is script"
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"] if js else True


@pytest.mark.parametrize("js", [True, False])
def test_another_file_is_sent_and_told_apart(journey: Start, tmp_path: Path, letter: bytes, js: bool) -> None:
    reader = journey(PHONE, js=js)
    page = reader.go("/validasi/", idle=False)
    page.get_by_label("Surat dalam bentuk PDF").set_input_files(file(tmp_path, letter + b"\n"))
    page.get_by_role("button", name="Periksa berkas").click()
    expect(page.locator(".verdict")).to_contain_text("Tidak terdaftar")
    if js:
        assert reader.axe() == []


def test_what_is_no_pdf_is_said_so(journey: Start, tmp_path: Path, site: str) -> None:
    page = journey(PHONE).go("/validasi/", idle=False)
    page.get_by_label("Surat dalam bentuk PDF").set_input_files(file(tmp_path, b"bukan PDF"))
    page.get_by_role("button", name="Periksa berkas").click()
    expect(page.locator(".verdict")).to_contain_text("Ini bukan berkas PDF")
    page.go_back()
    expect(page.get_by_role("button", name="Periksa berkas")).to_be_enabled()
