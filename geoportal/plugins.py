"""settings.PLUGINS: {"SLOT": {"BACKEND": "dotted.path.Class", "OPTIONS": {…}}} -> one object a slot."""

from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string


@cache
def plugin(slot: str) -> Any:
    """The object configured for `slot`, made once. Raises ImproperlyConfigured naming the slot."""
    try:
        spec = settings.PLUGINS[slot]
        return import_string(spec["BACKEND"])(**spec.get("OPTIONS", {}))
    except (KeyError, ImportError, TypeError) as error:
        raise ImproperlyConfigured(f"PLUGINS[{slot!r}]: {error}") from error
