from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from geoportal.accounts.rights import ByRole
from geoportal.geography.models import Zone


@admin.register(Zone)
class ZoneAdmin(ByRole, admin.ModelAdmin):  # type: ignore[type-arg]
    """To look at. Boundaries come from a file by load_zones, which checks them."""

    list_display = ("code", "name", "level", "parent", "postal_code", "approximate")
    list_filter = ("level", "approximate")
    search_fields = ("code", "name")
    fields = ("code", "level", "name", "parent", "postal_code", "approximate", "credit")
    writers = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("parent").defer("area", "parent__area")
