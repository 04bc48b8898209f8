"""A process that dies at a step of its work."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.utils.module_loading import import_string


@contextmanager
def killed_at(step: str, moment: str) -> Iterator[None]:
    """The first call of `step` (a dotted name) within is the end, "before" or "after" its work."""
    original: Any = import_string(step)

    def deadly(*args: Any, **kwargs: Any) -> Any:
        made = original(*args, **kwargs) if moment == "after" else None
        os.kill(os.getpid(), signal.SIGKILL)
        return made

    with patch(step, deadly):
        yield
