"""Ids that people read aloud and type: base 30, no look-alikes (no 0 O 1 I L U)."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ = str.maketrans("", "", " -.\u00a0\u2010\u2011\u2013\u2014\t\r\n")


def new_id(length: int = 12) -> str:
    """A random id; 12 characters are 58 bits, 26 are 127."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def normalise(text: str) -> str:
    """What somebody typed, as it is stored: upper case, without blanks and hyphens."""
    return text.upper().translate(_READ)


def is_id(text: str, length: int) -> bool:
    return len(text) == length and set(text) <= set(ALPHABET)
