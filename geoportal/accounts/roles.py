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
