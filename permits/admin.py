"""Permits and their types, for staff. A status is never edited here: the workflow's verbs move it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Model
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from geoportal.accounts.rights import ByRole
from geoportal.accounts.roles import Role
from geoportal.geography.forms import LatLonField
from permits.admin_versions import VersionInline
from permits.models import ImportRun, Letter, Permit, PermitCommodity, PermitSite, PermitType


@admin.register(PermitType)
class PermitTypeAdmin(ByRole, admin.ModelAdmin):  # type: ignore[type-arg]
    """To look at: names and facts come from files by load_catalogue. What a type asks, costs and writes is
    edited in its versions, and load_catalogue leaves alone what was edited there."""

    list_display = ("code", "name", "sector", "channel", "stage", "official")
    list_filter = ("official", "stage", "channel", "sector")
    search_fields = ("code", "name", "keywords")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}  # as Django 6 will
    inlines = (VersionInline,)
    writers = ()


class SiteForm(forms.ModelForm):  # type: ignore[type-arg]
    point = LatLonField(required=False, label=capfirst(_("place")))


class SiteInline(ByRole, admin.TabularInline):  # type: ignore[type-arg]
    model = PermitSite
    form = SiteForm
    fields = ("ordinal", "label", "address", "point", "quality", "village")
    readonly_fields = ("village",)
    extra = 0

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_change_permission(request, obj)


class CommodityInline(ByRole, admin.TabularInline):  # type: ignore[type-arg]
    model = PermitCommodity
    autocomplete_fields = ("commodity",)
    extra = 0

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_change_permission(request, obj)


class LetterInline(ByRole, admin.TabularInline):  # type: ignore[type-arg]
    model = Letter
    fields = ("issued_on", "withdrawn_on", "withdrawn_reason")
    writers = ()
    extra = 0


@admin.register(Permit)
class PermitAdmin(ByRole, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("number", "type", "company", "valid_until", "source", "published")
    list_filter = ("source", "published", "purpose", "type__sector")
    list_select_related = ("type", "company")
    search_fields = ("number", "public_id", "company__name")
    autocomplete_fields = ("company", "type")
    date_hierarchy = "issued_on"
    readonly_fields = (
        "public_id", "suspended_on", "revoked_on", "replaced_by", "missing_since", "source", "source_ref",
        "registered_only", "created_at",
    )  # fmt: skip
    inlines = (SiteInline, CommodityInline, LetterInline)
    show_full_result_count = False  # counting 10^6 rows twice a page


@admin.register(ImportRun)
class ImportRunAdmin(ByRole, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("command", "file_name", "started_at", "finished_at", "summary")
    readers = (Role.ADMINISTRATOR,)
    writers: Any = ()
