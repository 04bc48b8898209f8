"""Changing the keys of encrypted columns while the site runs: manage.py rotate_keys.

Every stored value begins with the id of its key, so what is left to do is asked of the database itself: a run
that was cut off goes on where it stopped, and one that is repeated changes nothing. The site meanwhile reads
under every key of the ring.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from geoportal.accounts.adapter import SecondFactorAdapter
from geoportal.fields import EncryptedTextField, blind_index, current_key, decrypt, encrypt

BATCH: Final = 500
SECRETS: Final = ("secret", "seed")  # of an authenticator app, of the recovery codes
_adapter: Final = SecondFactorAdapter()


@dataclass(frozen=True)
class Column:
    table: str
    column: str
    context: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


@dataclass(frozen=True)
class Index:
    """A blind index `column` over the encrypted `field` of `model`."""

    model: type[Model]
    field: str
    column: str
    context: str

    def __str__(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"


def columns() -> list[Column]:
    """Every encrypted column there is; a new one is found by itself."""
    return [
        Column(model._meta.db_table, str(field.column), field.context)
        for model in apps.get_models()
        if model._meta.managed  # a view shows what its tables hold
        for field in model._meta.local_fields
        if isinstance(field, EncryptedTextField)
    ]


def indexes() -> list[Index]:
    """By their names: phone_index is over phone. Without its text an index cannot be made anew."""
    found = []
    for model in apps.get_models():
        fields = {field.name: field for field in model._meta.local_fields}
        for name, field in fields.items():
            of = fields.get(name.removesuffix("_index"))
            if name.endswith("_index") and isinstance(of, EncryptedTextField):
                found.append(Index(model, of.name, str(field.column), of.context))
    return found


def waiting(column: Column) -> int:
    """Values under another key than the one that encrypts now."""
    sql = f'SELECT count(*) FROM "{column.table}" WHERE get_byte("{column.column}", 0) <> %s'  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [current_key()])
        return int(cursor.fetchone()[0])


def reencrypt(column: Column) -> Iterator[int]:
    """Yields how many values each batch moved to the key that encrypts now. Raises CannotDecrypt."""
    last = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f'SELECT id, "{column.column}" FROM "{column.table}"'  # noqa: S608  names of models
                f' WHERE get_byte("{column.column}", 0) <> %s AND id > %s ORDER BY id LIMIT {BATCH}'
                " FOR UPDATE",
                [current_key(), last],
            )
            rows = [(pk, bytes(value)) for pk, value in cursor.fetchall()]
            for pk, value in rows:
                fresh = encrypt(decrypt(value, column.context), column.context)
                cursor.execute(
                    f'UPDATE "{column.table}" SET "{column.column}" = %s WHERE id = %s',  # noqa: S608
                    [fresh, pk],
                )
        if not rows:
            return
        last = rows[-1][0]
        yield len(rows)


def reindex(index: Index) -> Iterator[int]:
    """Yields how many indexes each batch made anew under the first key. Without its value one stays."""
    rows = index.model._default_manager.exclude(**{index.column: None}).order_by("pk")
    last = 0
    while True:
        with transaction.atomic():
            batch = list(rows.filter(pk__gt=last).select_for_update(of=("self",))[:BATCH])
            changed = 0
            for row in batch:
                value = blind_index(getattr(row, index.field), index.context)
                if value is not None and value != bytes(getattr(row, index.column)):
                    rows.filter(pk=row.pk).update(**{index.column: value})
                    changed += 1
        if not batch:
            return
        last = batch[-1].pk
        yield changed


def secrets() -> Iterator[int]:
    """As reencrypt, for the secrets of second factors: base64 of the same form, inside of a JSON column."""
    last = 0
    while True:
        with transaction.atomic():
            rows = Authenticator.objects.filter(pk__gt=last).order_by("pk").select_for_update(of=("self",))
            batch = list(rows[:BATCH])
            changed = 0
            for row in batch:
                fresh = {
                    name: _fresh(value) if name in SECRETS else value for name, value in row.data.items()
                }
                if fresh != row.data:
                    Authenticator.objects.filter(pk=row.pk).update(data=fresh)
                    changed += 1
        if not batch:
            return
        last = batch[-1].pk
        yield changed


def _fresh(secret: Any) -> Any:
    if not isinstance(secret, str) or base64.b64decode(secret)[0] == current_key():
        return secret
    return _adapter.encrypt(_adapter.decrypt(secret))
