"""The administration opens for every role what that role needs, and lets nobody edit a status."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.test import Client
from django.utils import translation
from django.utils.functional import Promise

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.geography.forms import LatLonField
from permits import seal
from permits.admin import PermitAdmin
from permits.models import Permit
from tests import factories

pytestmark = pytest.mark.django_db

OURS = ["companies/company", "companies/commodity", "permits/permit", "permits/permittype", "geography/zone"]


# DESIGN's own words, the same in both languages
SAME = {"NIB", "NPWP", "status"}


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("uji", roles=[Role.ADMINISTRATOR]))
    return client


@pytest.mark.parametrize("page", [*OURS, "permits/importrun", "companies/claim", "companies/consentrecord"])
def test_lists_open_and_search(desk: Client, page: str) -> None:
    factories.village()
    factories.permit(commodities=[factories.commodity()])
    assert desk.get(f"/admin/{page}/").status_code == 200
    assert desk.get(f"/admin/{page}/?q=contoh").status_code == 200
    row = admin.site.get_model_admin(apps.get_model(page.replace("/", "."))).model._default_manager.first()
    if row is not None:
        assert desk.get(f"/admin/{page}/{quote(str(row.pk))}/change/").status_code == 200


def test_a_permit_is_opened_with_its_sites_and_letters_but_not_its_status(desk: Client) -> None:
    permit = factories.permit(commodities=[factories.commodity()])
    code = seal.issue_letter(permit, by=None)
    page = desk.get(f"/admin/permits/permit/{permit.pk}/change/").content.decode()
    assert "-6.889000, 109.675000" in page
    assert code not in page
    for name in ("suspended_on", "revoked_on", "replaced_by"):
        assert f'name="{name}"' not in page
        assert name in PermitAdmin.readonly_fields
    assert ">Tempat" in page
    assert "cdn" not in page


@pytest.mark.parametrize("page", [*OURS, "companies/claim"])
def test_nothing_of_the_office_is_deleted(desk: Client, page: str) -> None:
    model = admin.site.get_model_admin(Permit)
    permit = factories.permit()
    assert desk.post(f"/admin/permits/permit/{permit.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.get(f"/admin/{page}/").status_code == 200
    assert not model.has_delete_permission(desk.get("/admin/").wsgi_request)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("-6.889, 109.675", (109.675, -6.889)),
        ("", None),
        ("109.675, -6.889", ValueError),
        ("nan, nan", ValueError),
        ("x", ValueError),
        ("1,2,3", ValueError),
    ],
)
def test_points_are_typed_latitude_first(text: str, wanted: object) -> None:
    from django.core.exceptions import ValidationError

    field = LatLonField(required=False)
    if wanted is ValueError:
        with pytest.raises(ValidationError):
            field.clean(text)
        return
    found = field.clean(text)
    assert (found.coords if found else None) == wanted


@pytest.mark.parametrize("app", ["geography", "companies", "permits"])
def test_every_field_and_record_has_a_name_in_both_languages(app: str) -> None:
    untold: list[str] = []
    for model in apps.get_app_config(app).get_models():
        names: dict[str, object] = {f.name: f.verbose_name for f in model._meta.fields if f.name != "id"}
        names |= {f.name: f.verbose_name for f in model._meta.many_to_many}
        if model._meta.label != "companies.Kbli":  # KBLI is KBLI
            names |= {"": model._meta.verbose_name, "(plural)": model._meta.verbose_name_plural}
        for name, text in names.items():
            with translation.override("id"):
                indonesian = str(text)
            with translation.override("en"):
                english = str(text)
            if not isinstance(text, Promise) or (indonesian == english and english not in SAME):
                untold.append(f"{model._meta.label}.{name}")
    assert untold == []


def test_the_columns_of_a_list_are_indonesian(desk: Client) -> None:
    factories.permit()
    page = desk.get("/admin/permits/permit/").content.decode()
    for word in ("Nomor", "Jenis izin", "Pemegang izin", "Berlaku sampai", "Sumber", "Tampil di peta"):
        assert f">{word}</a>" in page


def test_the_roles_of_a_person_are_told_in_words() -> None:
    User.objects.create_superuser("kepala", roles=[Role.HEAD, Role.FRONT_OFFICE])
    client = Client()
    client.force_login(User.objects.get())
    page = client.get("/admin/accounts/user/").content.decode()
    assert "Kepala DPMPTSP, Front office" in page
