from typing import Literal

from django.db import transaction

from companies.models import Company, ConsentRecord
from geoportal.accounts.models import User


def set_consent(
    company: Company, *, what: Literal["location", "contact"], given: bool, basis: str, by: User | None
) -> None:
    """Gives or withdraws consent and records it, in one transaction. The map follows at once (triggers)."""
    with transaction.atomic():
        Company.objects.filter(pk=company.pk).update(**{f"consent_{what}": given})
        ConsentRecord.objects.create(company=company, what=what, given=given, basis=basis, by=by)
    setattr(company, f"consent_{what}", given)
