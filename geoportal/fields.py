"""Encrypted text columns for personal data, and blind indexes to look them up.

AES-256-GCM. Stored bytes: one byte key id, 12 bytes nonce, ciphertext with tag. The column's context is
authenticated with it, so a value moved to another column does not decrypt.
"""

import base64
import hashlib
import hmac
import os
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

_NONCE = 12


class CannotDecrypt(ValueError):
    """Written with a key that FIELD_KEYS no longer holds, or for another column, or altered since."""


@cache
def key_ring(spec: tuple[str, ...]) -> dict[int, AESGCM]:
    """The configured keys by id, the encrypting one first.

    Raises ImproperlyConfigured for an entry that is not "1..255:base64 of 32 bytes".
    """
    ring: dict[int, AESGCM] = {}
    for entry in spec:
        number, _, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
            if len(key) != 32 or not 1 <= int(number) <= 255:
                raise ValueError
        except ValueError:
            raise ImproperlyConfigured(
                "FIELD_KEYS: each entry must be id:base64 of 32 bytes, id 1 to 255"
            ) from None
        ring[int(number)] = AESGCM(key)
    if not ring:
        raise ImproperlyConfigured("FIELD_KEYS is empty: personal data could not be stored")
    return ring


def encrypt(text: str, context: str) -> bytes:
    number, key = next(iter(key_ring(tuple(settings.FIELD_KEYS)).items()))
    nonce = os.urandom(_NONCE)
    return bytes([number]) + nonce + key.encrypt(nonce, text.encode(), context.encode())


def decrypt(stored: bytes, context: str) -> str:
    """Raises CannotDecrypt; never returns ciphertext."""
    try:
        key = key_ring(tuple(settings.FIELD_KEYS))[stored[0]]
        return key.decrypt(stored[1 : 1 + _NONCE], stored[1 + _NONCE :], context.encode()).decode()
    except (KeyError, IndexError, InvalidTag) as error:
        raise CannotDecrypt(f"{context}: not readable with the keys in FIELD_KEYS") from error


def blind_index(text: str, context: str) -> bytes | None:
    """16 bytes that are equal for equal texts of one context; None for an empty text."""
    return blind_indexes(text, context)[0] if text else None


def blind_indexes(text: str, context: str) -> list[bytes]:
    """For look-ups: under the key that indexes are written with, and under those that it took over from."""
    return [
        hmac.new(key.encode(), f"{context}\0{text}".encode(), hashlib.sha256).digest()[:16]
        for key in settings.FIELD_INDEX_KEY.split(",")
        if text
    ]


def current_key() -> int:
    """Id of the key that encrypts now: the first byte of what it wrote."""
    return next(iter(key_ring(tuple(settings.FIELD_KEYS))))


class EncryptedTextField(models.Field):  # type: ignore[type-arg]
    """Text that the database holds only encrypted. "" is stored as NULL. Cannot be filtered or ordered by."""

    def __init__(self, *args: Any, context: str, **kwargs: Any) -> None:
        self.context = context
        kwargs |= {"null": True, "blank": True}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["null"], kwargs["blank"]
        return name, path, args, kwargs | {"context": self.context}

    def get_internal_type(self) -> str:
        return "BinaryField"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str:
        return "" if value is None else decrypt(bytes(value), self.context)

    def to_python(self, value: Any) -> str:
        return value or ""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if not value:
            return None
        return connection.Database.Binary(encrypt(str(value), self.context))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise TypeError(f"{self.context} is encrypted: look it up by its blind index")
        return super().get_lookup(lookup_name)

    def formfield(self, **kwargs: Any) -> Any:
        from django import forms

        return super().formfield(form_class=forms.CharField, **kwargs)
