"""Personal data hidden but for what tells two apart. Who sees the whole: permits.reveals."""

import re
from typing import Final

DOTS: Final = "••••"
_MAIL: Final = re.compile(r"[^\s@<>'\"(),;:]+@[^\s@<>'\"(),;:]+\.\w{2,}")
#: A telephone as it is written here (0 or 62 in front), and what has the length of a NIK or an NPWP.
_NUMBER: Final = re.compile(
    r"(?<![\w/])(?:(?:\+?62|\(?0)(?:[\s.()-]{0,2}\d){8,13}|\d(?:[\s.-]{0,2}\d){14,15})(?![\w/])", re.ASCII
)


def mask(text: str) -> str:
    """As much of a value as tells two apart: the last four signs of a long one, the first of an address."""
    plain = text.strip()
    if "@" in plain:
        name, _at, host = plain.rpartition("@")
        return f"{name[:1]}{DOTS}@{host}"
    return f"{DOTS}{plain[-4:]}" if len(re.sub(r"\W", "", plain)) >= 8 else DOTS if plain else ""


def mask_within(text: str) -> str:
    """What somebody wrote, with the telephone numbers, addresses and NIK in it masked."""
    return _NUMBER.sub(lambda found: mask(found[0]), _MAIL.sub(lambda found: mask(found[0]), text))
