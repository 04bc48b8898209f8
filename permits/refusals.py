from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from geoportal.accounts.models import User


class Refused(ValueError):
    """It cannot be done; the text says why and what to do. Nothing was changed."""


def too_late(by: User | None, what: str, at: datetime | None) -> Refused:
    """Somebody else was faster; `what` they did of it."""
    return Refused(
        _("%(who)s was here before you: %(what)s, %(when)s. Nothing was changed.")
        % {
            "who": by.called if by else _("Nobody"),
            "what": what,
            "when": date_format(timezone.localtime(at), "j F Y H.i") if at else "",
        }
    )
