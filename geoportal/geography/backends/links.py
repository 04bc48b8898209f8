from django.utils.translation import gettext as _

from geoportal.geography.routing import NoRoute, Route


class LinksOnly:
    """No road network is loaded: pages offer links to map applications instead."""

    def route(self, start: tuple[float, float], end: tuple[float, float]) -> Route:
        raise NoRoute(_("No road network is loaded here. Use one of the map applications offered."))
