"""Signs one decision and is killed on the way: argv: signer, passphrase, head, step, before|after."""

import sys

import django

django.setup()

from django.conf import settings  # noqa: E402

from geoportal.accounts.models import User  # noqa: E402
from permits import decisions, signatures  # noqa: E402
from permits.models import Decision  # noqa: E402
from tests.permits.processes.dying import killed_at  # noqa: E402

folder, passphrase, head, step, moment = sys.argv[1:]
settings.PLUGINS["SIGNER"]["OPTIONS"] = {"path": f"{folder}/signer.p12"}
with killed_at(step, moment):
    signatures.sign_all(
        [decisions.Chosen(Decision.objects.get())],
        by=User.objects.get(pk=int(head)),
        passphrase=passphrase,
        site="https://izin.example",
        second_factor=True,
    )
