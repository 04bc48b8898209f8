"""No file comes in beside the pipeline: read from the code itself, and from its models and forms."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.db import models
from django.urls import get_resolver

from geoportal import intake

ROOT = Path(settings.BASE_DIR)
OURS = ("geoportal", "companies", "permits", "maps")

#: Who reads the body of a request itself, and why that is no file that is kept.
BODIES = {
    ("permits/pages/field.py", "photo"): "a photograph; goes to uploads.receive_picture",
    ("permits/pages/field.py", "report"): "JSON",
    ("permits/pages/bill.py", "notice"): "JSON of the payment service, signed",
    ("maps/api/validate.py", "post"): "a PDF to be checked: limited in size, judged in a child, never kept",
    ("maps/pages/validate.py", "file"): "the same, on the page",
}


def functions() -> Iterator[tuple[str, str, ast.AST]]:
    for app in OURS:
        for path in sorted((ROOT / app).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef):
                    yield str(path.relative_to(ROOT)), node.name, node


def _within(node: ast.AST, found: type[ast.Attribute], name: str) -> list[ast.Attribute]:
    return [one for one in ast.walk(node) if isinstance(one, found) and one.attr == name]


def test_only_the_pipeline_takes_files_out_of_a_request() -> None:
    """Elsewhere request.FILES is only handed to a form, whose fields are the pipeline's own."""
    beside = []
    for path, name, function in functions():
        handed = {
            id(argument)
            for call in ast.walk(function)
            if isinstance(call, ast.Call) and getattr(call.func, "id", "").lower().endswith("form")
            for argument in call.args
        }
        for use in _within(function, ast.Attribute, "FILES"):
            known = path == "geoportal/intake/sent.py" or (path, name) in BODIES
            if not known and id(use) not in handed:
                beside += [f"{path}: {name}"]
    assert beside == []


def test_whoever_reads_a_body_is_on_the_list() -> None:
    found = set()
    for path, name, function in functions():
        for call in ast.walk(function):
            if not isinstance(call, ast.Attribute) or call.attr not in ("read", "body", "chunks", "data"):
                continue
            if getattr(call.value, "id", "") == "request":
                found.add((path, name))
    assert found - set(BODIES) == set()
    gone = {place for place in BODIES if not (ROOT / place[0]).exists()}
    assert gone == set()


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from _subclasses(one)


def files_of(form: type[Any]) -> list[str]:
    fields: dict[str, forms.Field] = getattr(form, "base_fields", {})
    files = {name: one for name, one in fields.items() if isinstance(one, forms.FileField)}
    return [name for name, one in files.items() if not isinstance(one, intake.SentFile)]


def test_every_form_that_takes_files_takes_them_by_the_pipelines_field() -> None:
    assert get_resolver().url_patterns  # everything that has a page is imported
    fields = [
        (form.__module__, form.__qualname__, name)
        for form in _subclasses(forms.BaseForm)
        if form.__module__.split(".")[0] in OURS
        for name in files_of(form)
    ]
    assert fields == []


def test_no_model_takes_files_by_itself() -> None:
    found = [
        f"{model._meta.label}.{one.name}"
        for model in apps.get_models()
        for one in model._meta.get_fields()
        if isinstance(one, models.FileField)
    ]
    assert found == []


def test_nothing_but_the_decoder_opens_pictures_and_pdfs_that_people_sent() -> None:
    """Pillow and PDFium run in the web process only over what we drew ourselves."""
    ours = {
        "geoportal/intake/decoding.py",
        "permits/photos.py",  # captions on page images that the decoder drew
        "permits/letters/pictures.py",  # letters of ours
        "permits/qr.py",
    }
    found = set()
    for app in OURS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if {name.split(".")[0] for name in names} & {"PIL", "pypdfium2", "pillow_heif"}:
                    found.add(str(path.relative_to(ROOT)))
    assert found - ours == set()


@pytest.mark.parametrize("kind", [intake.DOCUMENT, intake.PHOTOGRAPH, intake.PROOF])
def test_every_use_has_limits(kind: intake.Allowed) -> None:
    assert 0 < kind.most_bytes <= 25_000_000
    assert kind.kinds <= {"jpeg", "png", "heic", "pdf"}
