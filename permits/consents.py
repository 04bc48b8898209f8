"""What an applicant is asked to agree to, in the words that are shown, and the record of what they said."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from geoportal.accounts.models import User
from permits.models import Application, Consent, ConsentTo

WORDS: Final = {
    ConsentTo.LOCATION: _("The exact place and address may be shown on the public map"),
    ConsentTo.CONTACT: _("The telephone number and e-mail may be shown on the business's page"),
    ConsentTo.ASSISTED: _("The applicant is here and agrees that I file for them"),
}


def record(application: Application, *, by: User | None) -> None:
    """What the form says when it is sent. A sentence that changes is a new consent: the words are kept."""
    said = {
        ConsentTo.LOCATION: application.consent_location,
        ConsentTo.CONTACT: application.consent_contact,
    }
    if application.assisted:
        said[ConsentTo.ASSISTED] = application.consented_at is not None
    for to, given in said.items():
        newest = application.consents.filter(to=to).order_by("-id").first()
        words = str(WORDS[to])
        if newest is None or (newest.given, newest.text) != (given, words):
            Consent.objects.create(application=application, to=to, given=given, text=words, by=by)
