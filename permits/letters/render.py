"""Content -> PDF/A-3a and PDF/UA-1, by Typst from the templates beside this module.

What people typed reaches Typst as JSON and is set as text: it is never part of a template's source.
"""

import json
import re
import shutil
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import typst
from django.utils.translation import gettext as _

from permits import qr
from permits.letters.content import Content, Kind

TEMPLATES = Path(__file__).parent / "templates"
STANDARDS: Any = ["a-3a", "ua-1"]
MARK = "\ue000"  # a private character: templates draw a black box for it, so nothing is left beneath
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_UNPRINTED = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)
LEAST_PERSONAL = 3  # a shorter value would black out parts of other words


class CannotRender(ValueError):
    """The letter cannot be set; the text says why and what to do."""


@cache
def _compiler() -> typst.Compiler:
    # the machine's fonts stay out: the same letter looks the same everywhere
    return typst.Compiler(root=TEMPLATES, font_paths=[], ignore_system_fonts=True)


def render(
    kind: Kind,
    content: Content,
    *,
    draft: bool = False,
    made_at: datetime | None = None,
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """The PDF. `draft`: every page says that it is no permit, and there is no seal.

    `content.public`: personal fields and the seal are left out of the file before it is set. `files`: the
    pictures that content.photos and content.hands name, drawn by us.
    """
    if content.public:
        content = redacted(content)
    if draft:
        content = replace(content, seal_url=None, seal_code="")
    data: dict[str, Any] = _clean(asdict(content))
    data["draft"] = draft
    data["mark"] = MARK
    data["qr_svg"] = qr.svg(content.seal_url) if content.seal_url else None
    data["qr_mm"] = qr.PRINT_MM
    when = (made_at or datetime.now(UTC)).replace(microsecond=0)
    try:
        if files:
            return _with_files(kind, data, when, files)
        made = _set(_compiler(), TEMPLATES, kind, data, when)
    except typst.TypstError as error:
        raise CannotRender(
            _("The letter cannot be set: %(why)s. Change the text and try again.") % {"why": error.message}
        ) from error
    return made


def _set(compiler: typst.Compiler, root: Path, kind: Kind, data: Mapping[str, Any], when: datetime) -> bytes:
    made = compiler.compile(
        root / f"{kind.template}.typ",
        format="pdf",
        sys_inputs={"data": json.dumps(data)},
        pdf_standards=STANDARDS,
        timestamp=when,
    )
    return cast("bytes", made)


def _with_files(kind: Kind, data: Mapping[str, Any], when: datetime, files: Mapping[str, bytes]) -> bytes:
    """In a folder of its own, since Typst reads files from beside its templates only."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        for template in TEMPLATES.glob("*.typ"):
            shutil.copy(template, root)
        for name, content in files.items():
            (root / name).write_bytes(content)
        return _set(
            typst.Compiler(root=root, font_paths=[], ignore_system_fonts=True), root, kind, data, when
        )


def redacted(content: Content) -> Content:
    """The public rendition's content: personal values are gone from every text, and so is the seal."""
    secrets = [f.value for f in content.fields if f.personal]
    secrets += [*content.address, content.pin]
    if content.holder_personal:
        secrets.append(content.holder)
    found = sorted({s.strip() for s in secrets if len(s.strip()) >= LEAST_PERSONAL}, key=len, reverse=True)
    pattern = re.compile("|".join(re.escape(s) for s in found), re.IGNORECASE) if found else None

    def hide(text: str) -> str:
        return pattern.sub(MARK, text) if pattern else text

    fields = tuple(
        replace(f, value=MARK if f.personal and f.value else hide(f.value)) for f in content.fields
    )
    return replace(
        content,
        public=True,
        seal_url=None,
        seal_code="",
        pin="",
        sketch_svg=None,
        sketch_caption="",
        address=tuple(MARK for _line in content.address),
        holder=MARK if content.holder_personal and content.holder else hide(content.holder),
        about=hide(content.about),
        fields=fields,
        text=_hidden(content.text, hide),
        english=_hidden(content.english, hide) if content.english else None,
        copies_to=tuple(hide(line) for line in content.copies_to),
        rows=(),
        photos=(),
        hands=(),
    )


def _hidden(words: Any, hide: Any) -> Any:
    return replace(
        words,
        title=hide(words.title),
        paragraphs=tuple(hide(p) for p in words.paragraphs),
        conditions=tuple(hide(c) for c in words.conditions),
        closing=hide(words.closing),
    )


def _clean(value: Any) -> Any:
    """Without what no printer sets: controls, invisible and direction-changing characters, private ones."""
    if isinstance(value, str):
        text = _UNPRINTED.sub("", unicodedata.normalize("NFC", value))
        return _PRIVATE.sub(lambda found: found[0] if found[0] == MARK else "", text)
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value
