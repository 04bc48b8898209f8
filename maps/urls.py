"""Public pages and machine interfaces. Everything here reads only geoportal.roles.PUBLIC_RELATIONS."""

from typing import Any

urlpatterns: list[Any] = []
