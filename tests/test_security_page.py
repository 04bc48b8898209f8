"""docs/security.md promises nothing that no test holds up."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text()
ROW = re.compile(r"^\| (?P<promise>[^|]+) \| (?P<tests>`tests/[^|]+) \| (?P<items>[^|]*)\|$", re.M)


def test_every_test_that_is_named_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) > 60
    missing = []
    for file, name in named:
        source = (ROOT / file).read_text() if (ROOT / file).is_file() else ""
        if not source or (name and not re.search(rf"^def {name}\(", source, re.M)):
            missing.append(f"{file}::{name}")
    assert not missing


def test_every_promise_names_its_test_and_items_are_written_as_they_are_numbered() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "`tests/" in line]
    found = list(ROW.finditer(PAGE))
    assert len(found) == len(rows)
    for row in found:
        for item in row["items"].split():
            # chapters 1 to 17, sections and items by number; a star for level 3
            assert re.fullmatch(r"(?:[1-9]|1[0-7])\.[1-8]\.(?:[1-9]|1[0-9])(?:\\\*)?", item), item
