"""Telephone numbers as one text, however they were typed."""

import phonenumbers

REGION = "ID"


def as_international(typed: str) -> str:
    """+6281234567890, or "" for what cannot be a number."""
    try:
        number = phonenumbers.parse(typed, REGION)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
