"""Apart from apps.py, where Django would take it for the configuration of accounts."""

from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AdminConfig):
    default_site = "geoportal.accounts.site.OfficeSite"
