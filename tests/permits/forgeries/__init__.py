"""Forged and altered letters, one builder each, named in words: what a forger does, and what we must answer.

None of them may ever be called a letter of ours. Each has exactly one right answer (permits.signing.verify).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from permits.signing.verify import Finding


@dataclass(frozen=True)
class Workshop:
    """What a forger has at hand: two genuine letters, the unsigned text, and certificates of every kind.

    `folders`: name -> folder with signer.p12. "ours" signs today; "expired", "future", "retired" and "stolen"
    are pinned, too; "lookalike" bears the same names as ours, "stranger" others; nobody pinned them.
    """

    genuine: bytes
    another: bytes  # a second genuine letter, of two pages
    unsigned: bytes
    changed: bytes  # the same letter with another holder
    folders: dict[str, Path]


Build = Callable[[Workshop], bytes]


@dataclass(frozen=True)
class Forgery:
    words: str
    finding: Finding
    build: Build


FORGERIES: dict[str, Forgery] = {}


def forgery(words: str, finding: Finding) -> Callable[[Build], Build]:
    def known(build: Build) -> Build:
        assert words not in FORGERIES, words
        FORGERIES[words] = Forgery(words, finding, build)
        return build

    return known
