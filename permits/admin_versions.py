"""Versions of permit types: a draft is written, previewed and put into use by an administrator."""

import json
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from geoportal.accounts.models import User
from geoportal.accounts.rights import ByRole
from geoportal.accounts.roles import Role
from permits import preview, versions
from permits.definitions import Definition, DefinitionError, definition_of
from permits.letters.render import CannotRender
from permits.models import TypeVersion, VersionState
from permits.pages.answers import private

_MOVES = {"pakai": versions.activate, "pensiun": versions.retire}


def _unknown(name: str) -> None:
    raise ValueError(_("%s is no value of JSON.") % name)


class VersionForm(forms.ModelForm):  # type: ignore[type-arg]
    text = forms.CharField(
        label=_("definition"),
        widget=forms.Textarea(attrs={"rows": 30, "cols": 110, "spellcheck": "false"}),
        help_text=_("JSON: questions, documents, service_days, fee, validity_months, letter and so on."),
        strip=False,
    )

    class Meta:
        model = TypeVersion
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "text" in self.fields:
            self.fields["text"].initial = _pretty(self.instance.definition)

    def clean_text(self) -> Any:
        """The definition, read; every problem of it at once."""
        text = str(self.cleaned_data["text"])
        try:
            data = json.loads(text, parse_constant=_unknown)
            Definition.parse(data)
        except json.JSONDecodeError as error:
            where = _("This is no JSON: look at line %(line)d, character %(column)d.")
            raise ValidationError(where % {"line": error.lineno, "column": error.colno}) from error
        except DefinitionError as error:
            raise ValidationError(error.problems) from error
        except (ValueError, RecursionError) as error:
            raise ValidationError(str(error)) from error
        return data


class _Editors(ByRole):
    readers: tuple[Role, ...] = (Role.ADMINISTRATOR,)
    writers: tuple[Role, ...] = (Role.ADMINISTRATOR,)


class VersionInline(_Editors, admin.TabularInline):  # type: ignore[type-arg]
    model = TypeVersion
    fields = ("number", "state", "made_at", "made_by")
    readonly_fields = fields
    writers = ()
    extra = 0
    show_change_link = True


@admin.register(TypeVersion)
class TypeVersionAdmin(_Editors, admin.ModelAdmin):  # type: ignore[type-arg]
    form = VersionForm
    list_display = ("type", "number", "state", "made_at", "made_by")
    list_filter = ("state",)
    list_select_related = ("type", "made_by")
    search_fields = ("type__code", "type__name")
    ordering = ("type__name", "-number")
    change_form_template = "permits/admin/version.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[TypeVersion]:
        return super().get_queryset(request).select_related("type", "made_by")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was in use stays as it was: applications were filed under it."""
        return super().has_change_permission(request, obj) and (
            obj is None or obj.state == VersionState.DRAFT
        )

    def get_fields(self, request: HttpRequest, obj: TypeVersion | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("type",)
        shown = "text" if self.has_change_permission(request, obj) else "as_json"
        return ("type", "number", "state", "made_at", "made_by", shown)

    def get_readonly_fields(self, request: HttpRequest, obj: TypeVersion | None = None) -> tuple[str, ...]:
        return () if obj is None else ("type", "number", "state", "made_at", "made_by", "as_json")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs |= {"form": forms.ModelForm, "fields": ("type",)}
        elif self.has_change_permission(request, obj):
            kwargs["fields"] = ("text",)
        else:
            kwargs |= {"form": forms.ModelForm, "fields": ()}
        return super().get_form(request, obj, change=change, **kwargs)

    @admin.display(description=_("definition"))
    def as_json(self, obj: TypeVersion) -> str:
        return format_html("<pre>{}</pre>", _pretty(obj.definition))

    def save_model(self, request: HttpRequest, obj: TypeVersion, form: Any, change: bool) -> None:
        if not change:
            obj.pk = versions.draft(obj.type, by=_user(request)).pk
            obj.refresh_from_db()
            return
        try:
            versions.change(obj, definition=form.cleaned_data["text"])
        except versions.CannotChange as refusal:
            messages.error(request, str(refusal))

    def response_add(self, request: HttpRequest, obj: TypeVersion, *args: Any) -> HttpResponse:
        """On to writing it."""
        return redirect("admin:permits_typeversion_change", obj.pk)

    def get_urls(self) -> list[URLPattern]:
        def own(view: Any) -> Any:
            return self.admin_site.admin_view(view)

        return [
            path("<int:pk>/langkah/", own(require_POST(self.move)), name="permits_typeversion_move"),
            path("<int:pk>/pratinjau/", own(require_safe(self.preview)), name="permits_typeversion_preview"),
            path("<int:pk>/surat.pdf", own(require_safe(self.letter)), name="permits_typeversion_letter"),
            *super().get_urls(),
        ]

    def _found(self, request: HttpRequest, pk: int) -> TypeVersion:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def move(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._found(request, pk)
        verb = next((made for name, made in _MOVES.items() if name in request.POST), None)
        try:
            if verb is not None:
                verb(version, by=_user(request))
                messages.success(request, f"{version.type}: {version.get_state_display()}")
        except versions.CannotChange as refusal:
            messages.error(request, str(refusal))
        return redirect("admin:permits_typeversion_change", pk)

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._found(request, pk)
        context: dict[str, Any] = {"version": version}
        try:
            definition = definition_of(version)
        except DefinitionError as error:
            context["problems"] = error.problems
            return render(request, "permits/admin/preview.html", context, status=422)
        context |= {
            "definition": definition,
            "screens": preview.screens(version, by=_user(request)),
            "letter": preview.letter_text(version),
        }
        return render(request, "permits/admin/preview.html", context)

    def letter(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._found(request, pk)
        try:
            made = preview.letter_pdf(version)
        except (CannotRender, DefinitionError) as error:
            context = {"version": version, "problems": str(error).split("\n")}
            return render(request, "permits/admin/preview.html", context, status=422)
        return private(made, filename=f"contoh-{version.type.code}.pdf")


def _pretty(definition: Any) -> str:
    return json.dumps(definition, ensure_ascii=False, indent=2)


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
