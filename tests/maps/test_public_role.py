"""Every public page and interface is answered by a database role that may read the public relations only.

So what the public gets cannot come from the tables behind, whatever the Python does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from geoportal import demo
from geoportal.public import PUBLIC_ROUTES
from permits import seal
from permits.letters import store
from permits.models import Letter, Permit
from permits.signing import development, keys
from tests import factories
from tests.geoportal.test_public_surface import address

#: Not asked as the public: what is no page of permits, and why.
EXCEPT = {
    "readyz": "reads the list of migrations, which is the operator's",
    "masuk/": "counts failed tries and opens sessions",
    "bahasa/": "only sets a cookie",
    # accounts are people's, not the public's: sign-up, links to a new password, invitations
    **{route: "reads and makes accounts" for route in PUBLIC_ROUTES if route.startswith("akun/")},
    "V/": "leads on; what it counts is asked below",
    "lama/<path:target>": "leads on; what it counts is asked below",
}


@contextmanager
def as_public() -> Iterator[None]:
    """The test's connection with no more rights than the public has."""
    with transaction.atomic(), connection.cursor() as cursor:  # an error takes the role back, too
        cursor.execute(f"SET LOCAL ROLE {connection.ops.quote_name(configured.DATABASE_PUBLIC_ROLE)}")
        yield
        cursor.execute("RESET ROLE")


@pytest.fixture
def city(db: None, tmp_path: Path, settings: Any) -> dict[str, str]:
    """One of everything, and the addresses of it by route."""
    village = factories.village()
    batik = factories.commodity("batik")
    holder = factories.company("Contoh Batik", slug="contoh-batik")
    permit: Permit = factories.permit(holder, commodities=[batik], demo=True)
    gone = factories.permit(holder, replaced_by=permit)
    code = seal.issue_letter(permit, by=None)
    seal.issue_letter(permit, by=None, seal_id=seal.demo_seal_id(1))
    settings.MEDIA_ROOT = tmp_path
    settings.SIGNER_FOLDER = tmp_path / "signer"
    development.make(settings.SIGNER_FOLDER)
    Letter.objects.filter(permit=permit).update(public_file=store.put(b"%PDF uji"))
    known = {
        "peta/izin/<str:public_id>/": f"/peta/izin/{permit.public_id}/",
        "peta/sekitar/": "/peta/sekitar/?dekat=109.675,-6.889",
        "perusahaan/<slug:slug>/": "/perusahaan/contoh-batik/",
        "perusahaan/<slug:slug>/klaim/": "/perusahaan/contoh-batik/klaim/",
        "perusahaan/<slug:slug>/lapor/": "/perusahaan/contoh-batik/lapor/",
        "perusahaan/<slug:slug>/terkirim/<str:signed>/": "/perusahaan/contoh-batik/terkirim/x/",
        "layanan/<str:code>/": f"/layanan/{permit.type.code}/",
        "validasi/<str:typed>/": f"/validasi/{gone.public_id}/",
        "validasi/sertifikat/<str:fingerprint>.pem": (
            f"/validasi/sertifikat/{keys.pinned()[0].fingerprint}.pem"
        ),
        "validasi/<str:typed>/salinan.pdf": f"/validasi/{permit.public_id}/salinan.pdf",
        "V/<str:typed>": f"/V/{code}",
        "V/<str:typed>/": f"/V/{code}/",
        "v/<str:typed>": f"/v/{code.lower()}",
        "v/<str:typed>/": f"/v/{code.lower()}/",
        "api/v1/validate/<str:seal_id>/": f"/api/v1/validate/{code}/",
        "api/v1/permits/<str:public_id>/": f"/api/v1/permits/{permit.public_id}/",
        "validasi/": f"/validasi/?nomor={permit.number}",
    }
    more = {
        "list": f"/peta/?q=batik&kelurahan={village.code}&komoditas=batik&dekat=109.675,-6.889",
        "fuzzy": "/perusahaan/?q=bathik&urut=cocok",
        "near": "/perusahaan/?dekat=109.675,-6.889&komoditas=batik&bentuk=pt",
        "types": "/layanan/?q=uji",
        "api list": "/api/v1/permits/?q=batik&near=109.675,-6.889&radius=500&commodity=batik",
        "api companies": "/api/v1/companies/?q=bathik",
        "api search": "/api/v1/search/?q=bathik",
        "home": "/",
        "plain": "/validasi/",
    }
    return {route: known.get(route, address(route)) for route in PUBLIC_ROUTES - EXCEPT.keys()} | more


def test_every_public_address_is_answered_from_public_relations(client: Client, city: dict[str, str]) -> None:
    answers: dict[str, int] = {}
    refused = {}
    for path in city.values():
        demo._known = (-60.0, False)
        try:
            with as_public():
                answers[path] = client.get(path).status_code
        except ProgrammingError as error:
            refused[path] = str(error)
    assert refused == {}
    assert {path: code for path, code in answers.items() if code >= 500 or code in (401, 403)} == {}
    told = {path: code for path, code in answers.items() if code not in (200, 302, 304)}
    assert not {path for path in told if path.startswith(("/validasi", "/V", "/layanan", "/perusahaan/?"))}


@pytest.mark.usefixtures("city")
def test_misses_need_nothing_but_the_counter(client: Client) -> None:
    """A code that does not exist is counted: the one thing that validation writes."""
    role = connection.ops.quote_name(configured.DATABASE_PUBLIC_ROLE)
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE ON geoportal_attempt TO {role}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
    for path in (
        "/V/23456789ABCDEFGHJKMNPQRSTV",
        "/validasi/23456789ABCD/",
        "/validasi/?nomor=tidak-ada",
        "/api/v1/validate/23456789ABCDEFGHJKMNPQRSTV/",
        "/lama/tidak-ada",
    ):
        with as_public():
            assert client.get(path).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "table",
    [
        "companies_company",
        "permits_permit",
        "permits_permitsite",
        "permits_letter",
        "companies_claim",
        "maps_name",
        "maps_word",
    ],
)
def test_the_role_cannot_read_the_tables_behind(table: str) -> None:
    with pytest.raises(ProgrammingError), as_public(), connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
