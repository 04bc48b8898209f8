"""Issues one letter and is killed on the way: argv: the signer's folder, passphrase, step, before|after."""

import sys
from datetime import date

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402

from permits.letters import issuing  # noqa: E402
from permits.letters.content import Kind  # noqa: E402
from permits.models import Permit  # noqa: E402
from tests.permits.letters.example import content  # noqa: E402
from tests.permits.processes.dying import killed_at  # noqa: E402

folder, passphrase, step, moment = sys.argv[1:]
settings.PLUGINS["SIGNER"]["OPTIONS"] = {"path": f"{folder}/signer.p12"}
with killed_at(step, moment):
    with transaction.atomic():
        row = issuing.prepare(
            Kind.PERMIT, content(), subject="uji:1", template="{seq:04}/UJI/{year}", scope="UJI", code="UJI",
            on=date(2026, 11, 24), by=None,
        )  # fmt: skip
    issuing.produce(row, passphrase=passphrase, site="https://izin.example")
    with transaction.atomic():
        issuing.finish(row, permit=Permit.objects.get(), by=None)
