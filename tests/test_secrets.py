"""No secret stands in a file of the repository. What ruff's S rules (those of bandit) find, bin/test says."""

import math
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: how secrets begin that somebody else gave out
GIVEN = re.compile(
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|\bgithub_pat_\w{40,}|\bglpat-[\w-]{20}\b|\bxox[abprs]-[\w-]{10,}|\bAIza[\w-]{35}\b"
    r"|\bsk_live_\w{20,}|\beyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{20,}"
    r"|\b[a-z]+://[^/\s:@'\"]+:[^/\s:@'\"{}<>…]{8,}@(?![\w.-]*\bexample\b)[\w.-]+\.\w+"
)
#: a value that looks drawn by lot, of something whose name says what it is
NAMED = re.compile(
    r"(?i)(?:secret|passw|passphrase|token|api_?key|field_keys|private_?key)\w*[\"']?\s*[:=]\s*[\"']?"
    r"(?:\d+:)?([A-Za-z0-9+/_=-]{24,})"
)
LOCKS = {"requirements.txt", "package-lock.json"}  # hashes of packages


def bits(text: str) -> float:
    """Of each character: about 4 in hexadecimal, 5 and more in base 64, below 4 in words."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def secrets_in(text: str) -> list[str]:
    found = [match[0] for match in GIVEN.finditer(text)]
    return found + [match[1] for match in NAMED.finditer(text) if bits(match[1]) > 4.2]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and Path(name).name not in LOCKS]


def test_no_tracked_file_holds_a_secret() -> None:
    found = {}
    for path in tracked():
        try:
            text = path.read_text("utf-8")
        except (UnicodeDecodeError, FileNotFoundError):  # a picture; a file that is being removed
            continue
        if path != Path(__file__) and (secrets := secrets_in(text)):
            found[str(path.relative_to(ROOT))] = secrets
    assert found == {}


@pytest.mark.parametrize(
    "planted",
    [
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----",
        "key = AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "a1B2" * 9,
        'SECRET_KEY = "q8Zk2vN7xRw4LmT9bYc3HdJ6fPs1GuEa"',
        "FIELD_KEYS=1:Zm9vYmFyYmF6cXV4c3RyaW5nd2l0aDMyYnl0ZXM",
        "postgres://sakpore_app:v3ryS3cret9@db.kota.id/sakpore",
    ],
)
def test_a_planted_secret_is_found(planted: str) -> None:
    assert secrets_in(f"x\n{planted}\n")


@pytest.mark.parametrize(
    "harmless",
    ['password="kata sandi uji yang panjang"', "DATABASE_URL=postgis://sakpore_app:PASSWORD@db.example/sakpore",
     "token = get_token(request)", "SECRET_KEY=", "passphrase_of_the_development_certificate"],
)  # fmt: skip
def test_words_are_no_secret(harmless: str) -> None:
    assert secrets_in(harmless) == []
