"""Signs one application and is killed on the way: argv: signer, passphrase, head, step, before|after."""

import os
import signal
import sys
from typing import Any
from unittest.mock import patch

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.utils.module_loading import import_string  # noqa: E402

from geoportal.accounts.models import User  # noqa: E402
from permits import signatures  # noqa: E402
from permits.models import Application  # noqa: E402

folder, passphrase, head, step, moment = sys.argv[1:]
settings.PLUGINS["SIGNER"]["OPTIONS"] = {"path": f"{folder}/signer.p12"}
original: Any = import_string(step)


def deadly(*args: Any, **kwargs: Any) -> Any:
    made = original(*args, **kwargs) if moment == "after" else None
    os.kill(os.getpid(), signal.SIGKILL)
    return made


with patch(step, deadly):
    signatures.sign_all(
        [signatures.Chosen(Application.objects.get())],
        by=User.objects.get(pk=int(head)),
        passphrase=passphrase,
        site="https://izin.example",
        second_factor=True,
    )
