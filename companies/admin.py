"""Companies and the requests about their pages, for staff. Personal data is read here and nowhere else."""

from typing import Any, Literal

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from companies import claims
from companies.consent import set_consent
from companies.models import NPWP_CONTEXT, Claim, Commodity, Company, ConsentRecord, Merger
from geoportal.accounts.models import User
from geoportal.accounts.rights import ByRole
from geoportal.accounts.roles import Role
from geoportal.fields import blind_index
from geoportal.geography.forms import LatLonField

PERSONAL = ("npwp", "phone", "email")


class CompanyForm(forms.ModelForm):  # type: ignore[type-arg]
    point = LatLonField(required=False, label=capfirst(_("place")))
    website = forms.URLField(
        required=False, max_length=200, assume_scheme="https", label=capfirst(_("website"))
    )
    consent_basis = forms.CharField(
        required=False,
        max_length=200,
        label=_("Where consent was given or withdrawn"),
        help_text=_("Needed when a consent changes: form, letter, or the number of a request."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        changed = {"consent_location", "consent_contact"} & set(self.changed_data)
        if changed and not data.get("consent_basis"):
            self.add_error("consent_basis", _("Say where this was said, so that it can be shown later."))
        return data

    def clean_nib(self) -> str | None:
        return self.cleaned_data["nib"] or None  # "" would be one company's NIB


@admin.register(Company)
class CompanyAdmin(ByRole, admin.ModelAdmin):  # type: ignore[type-arg]
    form = CompanyForm
    list_display = ("name", "legal_form", "village", "source", "consent_location", "consent_contact")
    list_filter = ("legal_form", "source", "consent_location", "consent_contact")
    search_fields = ("name", "slug", "nib")
    readonly_fields = ("village",)
    prepopulated_fields = {"slug": ("name",)}
    fields = (
        "name", "slug", "legal_form", "nib", "npwp", "address", "point", "quality", "village",
        "phone", "email", "website", "consent_location", "consent_contact", "consent_basis", "source", "demo",
    )  # fmt: skip
    writers = (Role.ADMINISTRATOR, Role.FRONT_OFFICE)

    def get_fields(self, request: HttpRequest, obj: Company | None = None) -> tuple[str, ...]:
        """Personal columns only to those who keep them."""
        every = type(self).fields
        return (
            every
            if self.has_change_permission(request, obj)
            else tuple(n for n in every if n not in PERSONAL)
        )

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **more: Any) -> HttpResponse:
        """That the form was opened is in the history of the company: it shows what is personal unmasked."""
        company = self.get_object(request, object_id) if request.method == "GET" else None
        if (
            company
            and self.has_change_permission(request, company)
            and any(getattr(company, n) for n in PERSONAL)
        ):
            self.log_change(request, company, str(_("personal data opened")))
        return super().change_view(request, object_id, *args, **more)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Company]:
        return super().get_queryset(request).select_related("village").defer("village__area")

    def save_model(self, request: HttpRequest, obj: Company, form: Any, change: bool) -> None:
        """Consent is changed by its verb, which records it; everything else is saved as it is."""
        kinds: tuple[Literal["location", "contact"], ...] = ("location", "contact")
        wanted = {what: getattr(obj, f"consent_{what}") for what in kinds}
        obj.npwp_index = blind_index(obj.npwp, NPWP_CONTEXT)
        for what in kinds:
            setattr(obj, f"consent_{what}", form.initial.get(f"consent_{what}", False))
        super().save_model(request, obj, form, change)
        basis = form.cleaned_data.get("consent_basis", "")
        for what in kinds:
            if wanted[what] != getattr(obj, f"consent_{what}"):
                set_consent(obj, what=what, given=wanted[what], basis=basis, by=_user(request))


@admin.register(Claim)
class ClaimAdmin(ByRole, admin.ModelAdmin):  # type: ignore[type-arg]
    """Only what was decided can be written, once. What follows is done at the company.

    Who sent it and what they wrote is read at the desk, which asks why.
    """

    list_display = ("reference", "kind", "company", "created_at", "decided_at", "decided_by")
    list_filter = ("kind", ("decided_at", admin.EmptyFieldListFilter))
    search_fields = ("reference", "company__name")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    list_select_related = ("company", "decided_by")
    readers = writers = claims.READERS
    fields = (
        "reference", "desk", "kind", "company_link", "created_at", "nib", "nib_fits", "wants", "proof_sha256",
        "decided_at", "decided_by", "accepted", "decision",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Claim | None = None) -> tuple[str, ...]:
        return self.fields if obj and obj.decided_at else self.fields[:-2]

    def save_model(self, request: HttpRequest, obj: Claim, form: Any, change: bool) -> None:
        try:
            claims.decide(obj, by=_user(request), decision=obj.decision, accepted=obj.accepted)
        except claims.Refused as refusal:
            messages.error(request, str(refusal))

    @admin.display(description=_("company"))
    def company_link(self, obj: Claim) -> str:
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:companies_company_change", args=[obj.company_id]),
            obj.company,
        )

    @admin.display(description=_("NIB fits our register"), boolean=True)
    def nib_fits(self, obj: Claim) -> bool | None:
        """None where one of the two is not known."""
        return obj.nib == obj.company.nib if obj.nib and obj.company.nib else None

    @admin.display(description=_("what was sent"))
    def desk(self, obj: Claim) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("claims-one", args=[obj.reference]), _("At its desk")
        )


@admin.register(Commodity)
class CommodityAdmin(ByRole, admin.ModelAdmin):  # type: ignore[type-arg]
    """To look at: commodities come from fixtures/commodities.toml by load_commodities."""

    list_display = ("name", "slug", "group", "ordinal")
    list_filter = ("group",)
    search_fields = ("name", "slug", "synonyms")
    writers = ()


@admin.register(Merger)
class MergerAdmin(ByRole, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("at", "duplicate", "kept", "reason", "by")
    list_select_related = ("duplicate", "kept", "by")
    search_fields = ("duplicate__name", "kept__name", "reason")
    readers = claims.READERS
    writers = ()


@admin.register(ConsentRecord)
class ConsentRecordAdmin(ByRole, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("at", "company", "what", "given", "basis", "by")
    list_select_related = ("company", "by")
    search_fields = ("company__name", "basis")
    readers = claims.READERS
    writers = ()


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the administration lets nobody else in
    return request.user
