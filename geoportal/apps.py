from django.apps import AppConfig


class GeoportalConfig(AppConfig):
    name = "geoportal"

    def ready(self) -> None:
        from geoportal import checks  # noqa: F401  registers the system checks
