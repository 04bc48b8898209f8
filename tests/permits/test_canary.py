"""Recognisable personal data goes in through the real forms; then all that anybody gets is searched for it.

The addresses come from the written list of public routes, so that a new page is covered by itself.
"""

import json
import logging
import math
import re
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pikepdf
import pytest
from django.contrib.gis.geos import Point
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django.fixtures import Settings

from companies.consent import set_consent
from companies.models import Company, LegalForm, npwp_values
from geoportal import demo
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.discretion import Lines
from geoportal.ids import new_id
from geoportal.public import PUBLIC_ROUTES
from maps import known, tiles
from permits import signatures, workflow
from permits.letters import store
from permits.models import Application, LocationPublic
from permits.seal import issue_letter
from permits.signatures import Chosen
from tests import factories, leaks
from tests.geoportal.test_public_surface import address
from tests.permits.conftest import PASSPHRASE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("signing")]

NIK = "9975014101907731"
NPWP = "991312166091777"
PHONE = "081299917731"
EMAIL = "kenari-rahasia-7731@contoh.example"
SECRET_WORDS = "Kenari Sandi Rahasia 7731"
ADDRESS = "Gang Kenari Tersembunyi 7731"
SENDER = "kenari-pelapor-7731@contoh.example"
HERE = Point(109.6773177, -6.8867731, srid=4326)  # inside factories.village(), far from its label point
SECRETS = {
    "NIK": leaks.words(NIK),
    "NPWP": leaks.words(NPWP),
    "phone": leaks.words(PHONE),
    "e-mail": leaks.words(EMAIL),
    "passphrase": leaks.words(SECRET_WORDS) | leaks.words(PASSPHRASE),
    "address": leaks.words(ADDRESS),
    "sender": leaks.words(SENDER),
    "longitude": leaks.coordinate(HERE.x),
    "latitude": leaks.coordinate(HERE.y),
}
QUESTIONS = [
    {"key": "nik", "kind": "text", "label": "NIK", "personal": True, "format": "nik"},
    {"key": "rumah", "kind": "text", "label": "Alamat rumah", "personal": True},
    {"key": "npwp", "kind": "text", "label": "NPWP", "personal": True},
]
LETTER = {"title": "{type}", "paragraphs": ["Untuk {holder}, NIK {nik}, NPWP {npwp}, {rumah}."]}


@dataclass
class City:
    """`answers`: what the public got, by address. `case`: the application behind it all."""

    case: Application
    code: str
    said: str = ""
    answers: dict[str, bytes] = field(default_factory=dict)

    @property
    def leaks(self) -> dict[str, set[str]]:
        found = {path: leaks.found_in(SECRETS, content) for path, content in self.answers.items()}
        return {path: names for path, names in found.items() if names}


def form(page: str, name: str) -> str:
    match = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page) or re.search(
        rf'value="([^"]*)"[^>]*name="{name}"', page
    )
    assert match, name
    return match[1]


def token(client: Client, path: str) -> str:
    return form(client.get(path).content.decode(), "token")


def picture() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (400, 300), "white").save(out, "JPEG")
    return SimpleUploadedFile(f"{NIK}.jpg", out.getvalue(), content_type="image/jpeg")


def apply(client: Client, code: str) -> Application:
    """Every screen of the form, as a person fills it in."""
    client.post("/permohonan/baru/", {"jenis": code})
    made = Application.objects.latest("pk")
    contact = {"applicant_name": "Contoh Kenari", "applicant_phone": PHONE, "applicant_email": EMAIL}
    holder = {"holder_name": "Contoh Kicau", "holder_form": LegalForm.SOLE_PROPRIETOR}
    screens = {
        "pemegang": contact | holder,
        "isian": {"q-nik": NIK, "q-rumah": ADDRESS, "q-npwp": NPWP},
        "lokasi": {"address_1": ADDRESS, "point_1": f"{HERE.y}, {HERE.x}"},
    }
    for slug, sent in screens.items():
        answer = client.post(reverse("apply-step", args=[made.public_id, slug]), sent)
        assert answer.status_code == 302, (slug, answer.content.decode())
    papers = reverse("apply-papers", args=[made.public_id])
    client.post(papers, {"dokumen": "ktp", "berkas": picture()})
    summary = reverse("apply-summary", args=[made.public_id])
    client.post(summary, {"kunci": form(client.get(summary).content.decode(), "kunci")})
    made.refresh_from_db()
    assert made.status == "submitted"
    return made


def issue(made: Application) -> None:
    for name in ("accept", "verify", "draft_permit", "submit_draft", "approve"):
        role = Role(workflow.MOVES[name].actor.value)
        workflow.apply(made, name, by=factories.staff(role), data={"second_factor": True})
    head = factories.staff(Role.HEAD)
    signatures.sign_all(
        [Chosen(made)], by=head, passphrase=PASSPHRASE, site="http://testserver", second_factor=True
    )
    made.refresh_from_db()
    assert made.status == "issued"


def others(client: Client, company: Company) -> None:
    """Complaint, sighting, claim, report of an error; sign-up, and attempts to sign in and to follow."""
    words = {"topic": "delay", "text": f"NIK saya {NIK}, {ADDRESS}", "sender": "Contoh", "contact": SENDER}
    assert client.post("/pengaduan/", words | {"token": token(client, "/pengaduan/")}).status_code == 303
    where = f"/perusahaan/{company.slug}/lapor/"
    wrong = {"topic": "other", "message": f"{NIK} {PHONE}", "sender": "Contoh", "contact": SENDER}
    assert client.post(where, wrong | {"token": token(client, where)}).status_code in (302, 303)
    seen = {"point": f"{HERE.y}, {HERE.x}", "text": f"{PHONE} {ADDRESS}", "contact": SENDER}
    assert client.post("/lapor/", seen | {"token": token(client, "/lapor/")}).status_code == 303
    client.post("/akun/daftar/", {"email": EMAIL, "password1": SECRET_WORDS, "password2": SECRET_WORDS})
    client.post("/masuk/", {"login": EMAIL, "password": SECRET_WORDS + "x"})
    client.post("/akun/lupa-sandi/", {"email": EMAIL})
    client.post("/lacak/", {"nomor": NIK, "pin": "123456"})
    client.get(f"/validasi/?nomor={NIK}")


@pytest.fixture
def city(settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture, client: Client) -> City:
    settings.MEDIA_ROOT = tmp_path / "media"
    caplog.set_level(logging.DEBUG)
    factories.village()
    factories.commodity("batik")
    settings.CITY_ZONE = "99.01"
    kind = factories.permit_type("UJI-RUMAH", name="Izin Usaha Rumah Uji", holder_public=True)
    factories.version(kind, questions=QUESTIONS, documents=[{"key": "ktp", "label": "KTP"}], letter=LETTER)
    hidden = factories.permit_type("UJI-DESA", name="Izin Desa Uji", location_public=LocationPublic.VILLAGE)
    factories.permit(factories.company("Contoh Desa"), type=hidden, point=HERE)
    user = User.objects.create(
        username=new_id(16), email=EMAIL, first_name="Contoh", last_name="Kenari", phone=PHONE
    )
    client.force_login(user)
    made = apply(client, "UJI-RUMAH")
    issue(made)
    assert made.company is not None
    Company.objects.filter(pk=made.company.pk).update(
        phone=PHONE, email=EMAIL, address=ADDRESS, point=HERE, **npwp_values(NPWP)
    )
    others(Client(), made.company)
    assert made.permit is not None
    found = City(made, issue_letter(made.permit, by=None))
    walk(found)
    found.said = "\n".join(f"{one.getMessage()} {one.exc_text or ''}" for one in caplog.records)
    return found


def walk(city: City) -> None:
    """Everything public, asked without an account, as if nothing were remembered."""
    tiles.forget()
    known.forget()
    demo._known = (-60.0, False)
    city.answers = {}
    client = Client(raise_request_exception=False)
    for path in addresses(city):
        answer = client.get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        cookies = answer.cookies.output()
        city.answers[path] = body
        city.answers[f"{path} (headers)"] = f"{head}\n{cookies}".encode()
        if path.endswith(".mvt") and body:
            city.answers[f"{path} (places)"] = places(path, body)


def addresses(city: City) -> list[str]:
    permit, company = city.case.permit, city.case.company
    assert permit is not None
    assert company is not None
    values = {
        "<str:public_id>": permit.public_id, "<slug:slug>": company.slug, "<str:code>": permit.type.code,
        "<str:seal_id>": city.code, "<int:n>": "1", "<path:target>": "cek.php?id=1", "<str:signed>": "salah",
        "<str:token>": "salah", "<str:key>": "salah", "<base36:uidb36>": "1",
    }  # fmt: skip
    found = []
    for route in sorted(PUBLIC_ROUTES):
        if "<int:z>" in route:
            found += [f"/{at(route, z)}" for z in range(5, 19)]
            continue
        path = route
        for name, value in values.items():
            path = path.replace(name, value)
        if "<str:typed>" in path:
            typed = [permit.public_id] if path.startswith("validasi/") else [city.code]
            found += ["/" + path.replace("<str:typed>", one) for one in typed]
        else:
            found.append("/" + path if "<" not in path else address(route))
    near = f"near={HERE.x:.1f},{HERE.y:.1f}&radius=20000"
    dekat = f"dekat={HERE.x:.1f},{HERE.y:.1f}"
    return [
        *found,
        *("/perusahaan/?q=Kicau", f"/perusahaan/?{dekat}", f"/peta/?{dekat}", "/peta/daftar/?q=Kicau"),
        *(f"/peta/sekitar/?{dekat}", f"/api/v1/permits/?{near}", f"/api/v1/companies/?{near}"),
        *("/api/v1/search/?q=Kicau", f"/validasi/?nomor={permit.number}", f"/lacak/?nomor={city.case}"),
        *("/data/?format=csv", "/tidak-ada/", "/statistik/peta/?lapisan=izin", "/sitemap.xml", "/robots.txt"),
        *("/ogc/", "/ogc/collections/permits/items", "/ogc/collections/companies/items"),
    ]


def at(route: str, z: int) -> str:
    x = int((HERE.x + 180) / 360 * 2**z)
    y = int((1 - math.asinh(math.tan(math.radians(HERE.y))) / math.pi) / 2 * 2**z)
    return route.replace("<int:z>", str(z)).replace("<int:x>", str(x)).replace("<int:y>", str(y))


def places(path: str, body: bytes) -> bytes:
    """The points of a tile as degrees, where a step of it is finer than ten metres; its texts with them."""
    z, x, y = (int(part) for part in re.findall(r"\d+", path.rpartition("tiles")[2])[:3])
    lines = []
    for layer in mapbox_vector_tile.decode(body, default_options={"y_coord_down": True}).values():
        for one in layer["features"]:
            lines.append(json.dumps(one["properties"]))
            if one["geometry"]["type"] == "Point" and z >= 12:
                px, py = one["geometry"]["coordinates"]
                mx = (x + px / layer["extent"]) / 2**z
                my = (y + py / layer["extent"]) / 2**z
                lon, lat = mx * 360 - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * my))))
                if abs(lon - HERE.x) < 2e-4 and abs(lat - HERE.y) < 2e-4:
                    lines.append(f"{HERE.x} {HERE.y}")  # it is there, whatever its last digit
    return "\n".join(lines).encode()


def test_nothing_personal_leaves_the_house(city: City, settings: Settings, tmp_path: Path) -> None:
    """One city for all of it: it takes half of the time to make."""
    assert len(city.answers) > 2 * len(PUBLIC_ROUTES)
    assert any(content[:5] == b"%PDF-" for content in city.answers.values())
    assert city.leaks == {}
    assert leaks.found_in(SECRETS, city.said.encode()) == set()
    _files_tell_nothing(city)
    _the_database_holds_it_encrypted()
    _errors_tell_nothing(city, settings)
    _an_anchor_tells_nothing(settings, tmp_path)
    _what_is_published_is_found(city)


def _files_tell_nothing(city: City) -> None:
    """The letter names its holder, that is what it is for: but only in its text, never in its metadata."""
    for letter in city.case.permit.letters.exclude(file=""):  # type: ignore[union-attr]
        with pikepdf.open(BytesIO(store.get(letter.file))) as document:
            told = str(dict(document.docinfo.items()))
            with document.open_metadata() as meta:
                told += str(meta)
        assert leaks.found_in(SECRETS, told.encode()) == set()
        assert leaks.found_in(SECRETS, store.get(letter.public_file)) == set()


#: In the clear in the database, by need: accounts sign in by it, the map is made of it.
CLEAR = {
    "e-mail": {"accounts_user", "account_emailaddress"},
    "address": {"permits_applicationsite", "permits_permitsite", "companies_company"},
}


def _the_database_holds_it_encrypted() -> None:
    wanted = {name: words for name, words in SECRETS.items() if "itude" not in name}
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            text = "\n".join(row[0] for row in cursor.fetchall()).encode()
            names = leaks.found_in(wanted, text)
            names -= {name for name, tables in CLEAR.items() if table in tables}
            if names:
                found[table] = names
    assert found == {}


def _errors_tell_nothing(city: City, settings: Settings) -> None:
    """A page that breaks over a form full of personal data: what the operator is told, mailed and logged."""
    settings.ADMINS = [("", "operator@contoh.example")]
    settings.DEBUG = False
    lines = BytesIO()
    handler = logging.StreamHandler(_Text(lines))
    handler.setFormatter(Lines("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger("django").addHandler(handler)
    mail.outbox.clear()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("permits.complaints.complain", _breaks)
            client = Client(raise_request_exception=False)
            words = {"topic": "delay", "text": f"{NIK} {ADDRESS}", "sender": SENDER, "contact": SENDER}
            words["token"] = token(client, "/pengaduan/")
            answer = client.post(f"/pengaduan/?nik={NIK}", words)
    finally:
        logging.getLogger("django").removeHandler(handler)
    assert answer.status_code == 500
    assert leaks.found_in(SECRETS, answer.content) == set()
    assert [one.to for one in mail.outbox] == [["operator@contoh.example"]]
    told = "\n".join(f"{one.subject}\n{one.body}" for one in mail.outbox)
    assert "IntegrityError" in told
    assert leaks.found_in(SECRETS, told.encode()) == set()
    assert b"IntegrityError" in lines.getvalue()
    assert leaks.found_in(SECRETS, lines.getvalue()) == set()


def _breaks(*_args: Any, **_more: Any) -> None:
    """As PostgreSQL does it: with the row that it refused."""
    kept = f"{NIK} {PHONE}"
    with transaction.atomic(), connection.cursor() as cursor:
        try:
            cursor.execute(
                "INSERT INTO companies_company (slug, name, address) VALUES ('x', %s, %s)", [kept, ADDRESS]
            )
        except IntegrityError as error:
            raise IntegrityError(str(error)) from error


class _Text:
    def __init__(self, out: BytesIO) -> None:
        self.out = out

    def write(self, text: str) -> None:
        self.out.write(text.encode())

    def flush(self) -> None:
        pass


def _an_anchor_tells_nothing(settings: Settings, tmp_path: Path) -> None:
    settings.ANCHOR_DIR, settings.ANCHOR_KEY = tmp_path / "anchors", tmp_path / "key.pem"
    call_command("anchor")
    assert leaks.found_in(SECRETS, b"".join(p.read_bytes() for p in settings.ANCHOR_DIR.iterdir())) == set()


def _what_is_published_is_found(city: City) -> None:
    """The same walk finds it once its owner allows it: so it would have found a leak."""
    company = city.case.company
    assert company is not None
    set_consent(company, what="contact", given=True, basis="uji", by=None)
    set_consent(company, what="location", given=True, basis="uji", by=None)
    walk(city)
    found = city.leaks
    assert {"phone", "e-mail", "address"} <= found[f"/perusahaan/{company.slug}/"]
    near = next(path for path in found if path.startswith("/api/v1/permits/?near"))
    assert {"longitude", "latitude"} <= found[near]
    assert any("(places)" in path and {"longitude", "latitude"} <= names for path, names in found.items())
    assert not {"NIK", "NPWP", "passphrase", "sender"} & set().union(*found.values())


@pytest.mark.parametrize("secret", [NIK, NPWP, PHONE, EMAIL, SECRET_WORDS, ADDRESS])
def test_the_search_finds_a_secret_however_it_is_spelled(secret: str) -> None:
    for spelled in leaks.spellings(secret):
        page = spelled if spelled[:2] == b"\x1f\x8b" else b"<p>x " + spelled + b" y</p>"
        if b"\0" in spelled:
            page = spelled
        assert leaks.found_in({"it": leaks.words(secret)}, page) == {"it"}, spelled
    assert leaks.found_in({"it": leaks.words(secret)}, b"<p>not here, 9975014101907730</p>") == set()


@pytest.mark.parametrize(
    "printed", ["109.67732", "109.6773177", "109.6773", "-6.88677", "6.8867731", "6.8868"]
)
def test_the_search_finds_a_coordinate_at_any_precision(printed: str) -> None:
    wanted = {"it": leaks.coordinate(HERE.x) | leaks.coordinate(HERE.y)}
    assert leaks.found_in(wanted, f'{{"at":[{printed}]}}'.encode()) == {"it"}
    assert leaks.found_in(wanted, b'{"at":[109.675,-6.8893]}') == set()


def test_the_search_looks_into_a_pdf(tmp_path: Path) -> None:
    for place in ("docinfo", "stream", "annotation"):
        document = pikepdf.new()
        document.add_blank_page()
        if place == "docinfo":
            document.docinfo["/Author"] = EMAIL
        elif place == "stream":
            document.pages[0].Contents = document.make_stream(f"BT ({NIK}) Tj ET".encode())
        else:
            document.pages[0].Note = pikepdf.Dictionary(Contents=pikepdf.String(PHONE))
        out = BytesIO()
        document.save(out, compress_streams=True)
        assert len(leaks.found_in(SECRETS, out.getvalue())) == 1, place
