from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Who somebody is in the office. A person may hold several; applicants hold none."""

    FRONT_OFFICE = "front_office", _("Front office")
    OFFICIAL = "official", _("Verifying official")
    BACK_OFFICE = "back_office", _("Back office")
    INSPECTOR = "inspector", _("Inspector")
    HEAD = "head", _("Head of office")
    ADMINISTRATOR = "administrator", _("Administrator")


#: What each role may do. Where a page or a move asks for a role, it names one of these.
DUTIES = {
    Role.FRONT_OFFICE: _(
        "Checks that files are complete, returns them with one list, files for people at the counter, "
        "decides requests about company pages."
    ),
    Role.OFFICIAL: _("Verifies files, and later the draft of the letter."),
    Role.BACK_OFFICE: _("Processes files, orders site visits, drafts letters, prints and posts."),
    Role.INSPECTOR: _("Visits sites and writes the report."),
    Role.HEAD: _("Signs, sends back, suspends and revokes. Signing needs a second factor given just before."),
    Role.ADMINISTRATOR: _("Permit types, texts of letters, staff accounts, zones and imports."),
}
