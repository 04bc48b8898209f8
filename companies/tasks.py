"""What follows a request, done by the worker."""

from django.conf import settings
from django.core.mail import send_mail
from django.utils import translation
from django.utils.translation import gettext as _
from django_tasks import task

from companies.models import Claim


@task()
def tell_office(claim_id: int) -> None:
    """An e-mail without personal data: what it is about, and where to read it."""
    claim = Claim.objects.select_related("company").get(pk=claim_id)
    with translation.override(settings.LANGUAGE_CODE):
        kind = claim.get_kind_display()
        send_mail(
            subject=_("%(kind)s: request %(reference)s") % {"kind": kind, "reference": claim.reference},
            message=_("About %(company)s. Read and decide it here: %(link)s")
            % {
                "company": claim.company.name,
                "link": f"{settings.SITE_URL}/petugas/klaim/{claim.reference}/",
            },
            from_email=None,
            recipient_list=[settings.OFFICE_EMAIL],
        )
