"""Takes numbers in transactions of its own: argv is process, count, every n-th is rolled back."""

import sys
from datetime import date

import django

django.setup()

from django.db import transaction  # noqa: E402

from permits import numbers  # noqa: E402
from permits.models import Issuing  # noqa: E402

process, count, each = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for n in range(count):
    try:
        with transaction.atomic():
            number = numbers.allocate(
                "{seq:04}/{code}/{month_roman}/{year}", on=date(2026, 11, 24), scope="UJI", code="UJI"
            )
            Issuing.objects.create(
                subject=f"uji:{process}:{n}", kind="permit", number=number, issued_on=date(2026, 11, 24)
            )
            if n % each == 0:
                raise InterruptedError
    except InterruptedError:
        pass
