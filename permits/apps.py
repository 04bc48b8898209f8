from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PermitsConfig(AppConfig):
    name = "permits"
    verbose_name = _("Permits")

    def ready(self) -> None:
        from permits import anchors, checks, delivery, notices, online, reminders  # noqa: F401 - they register themselves
