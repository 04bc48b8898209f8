import pytest
from django.db import connection

from companies.models import Company
from maps import search
from maps.models import Place
from maps.suggest import suggest
from permits.models import LocationPublic
from tests import factories

pytestmark = pytest.mark.django_db


def numbers(q: str) -> set[str]:
    return set(search.apply(Place.objects.having_status(), q).values_list("company_name", flat=True))


@pytest.fixture(autouse=True)
def _city() -> None:
    factories.village(name="Medono")
    factories.village("99.01.01.0002", "Krapyak", west=109.68)
    batik = factories.commodity("batik", name="Batik", synonyms=["kain batik"])
    tulis = factories.commodity("batik-tulis", name="Batik tulis")
    fish = factories.commodity("ikan-asin", name="Ikan asin", synonyms=["iwak gereh"])
    factories.permit(factories.company("CV Contoh Sekar Jagad"), commodities=[batik])
    factories.permit(factories.company("Contoh Canting"), commodities=[tulis])
    east = factories.HERE.clone()
    east.x = 109.685
    factories.permit(factories.company("Contoh Laut", point=east), commodities=[fish], point=east)
    factories.permit(factories.company("Contoh Tanpa Titik"), commodities=[batik], point=None)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("batik", {"CV Contoh Sekar Jagad", "Contoh Canting", "Contoh Tanpa Titik"}),
        ("BATIK TULIS", {"Contoh Canting"}),
        ("bathik", {"CV Contoh Sekar Jagad", "Contoh Canting", "Contoh Tanpa Titik"}),
        ("kain batik", {"CV Contoh Sekar Jagad", "Contoh Tanpa Titik"}),
        ("iwak gereh", {"Contoh Laut"}),
        ("ikan assin", {"Contoh Laut"}),
        ("sekar jagad", {"CV Contoh Sekar Jagad"}),
        ("cv. sekar", {"CV Contoh Sekar Jagad"}),
        ("sekar jagat", {"CV Contoh Sekar Jagad"}),
        ("krapyak", {"Contoh Laut"}),
        ("batik di medono", {"CV Contoh Sekar Jagad", "Contoh Canting"}),
        ("batik krapyak", set()),
        ("😀", set()),
        ("<script>alert(1)</script>", set()),
        ("'; DROP TABLE maps_place; --", set()),
        ("%", set()),
        ("__", set()),
    ],
)
def test_what_a_text_means(q: str, found: set[str]) -> None:
    assert numbers(q) == found


def test_a_number_is_found_by_any_part_and_wildcards_are_letters() -> None:
    permit = factories.permit(factories.company("Contoh Nomor"), number="503/12_7/SIP/2026")
    assert numbers("503/12_7") == {"Contoh Nomor"}
    assert numbers("503/1277") == set()
    (line,) = [s for s in suggest("12_7/SIP") if s.kind == "permit"]
    assert line.url == f"/validasi/{permit.public_id}/"


def test_suggestions_name_their_kind_and_show_why() -> None:
    lines = suggest("batik")
    assert [(line.kind, line.label) for line in lines[:2]] == [
        ("commodity", "Batik"),
        ("commodity", "Batik tulis"),
    ]
    assert lines[1].parts == (("Batik", True), (" tulis", False))
    assert lines[1].url == "/peta/?komoditas=batik-tulis"
    (village,) = [line for line in suggest("krap") if line.kind == "village"]
    assert village.label == "Krapyak"
    assert [line.label for line in suggest("sekr jagad") if line.kind == "company"] == [
        "CV Contoh Sekar Jagad"
    ]
    assert suggest("!!") == []


def test_withheld_holders_are_not_found_by_name() -> None:
    kind = factories.permit_type("UJI-RAHASIA", holder_public=False, location_public=LocationPublic.NONE)
    factories.permit(factories.company("Contoh Sembunyi"), type=kind)
    assert search.company_matches("sembunyi") == []
    assert numbers("sembunyi") == set()


def test_company_matches_are_ranked_by_name_then_goods() -> None:
    holder = factories.company("Batik Contoh Kedua")
    factories.permit(holder)
    names = Company.objects.in_bulk(found := search.company_matches("batik"))
    assert [names[pk].name for pk in found] == [
        "Batik Contoh Kedua", "CV Contoh Sekar Jagad", "Contoh Canting", "Contoh Tanpa Titik",
    ]  # fmt: skip


def test_nearest_words_for_a_hint() -> None:
    assert search.nearest_words("batikk")[0] == "Batik"
    assert search.nearest_words("zzzzzz") == []


def test_python_and_sql_fold_alike() -> None:
    texts = [
        "CV. Contoh Jaya",
        "Café Ümbul–Sari",
        "UD.",
        "PT PT Contoh, Tbk",
        "a  b",
        "Udang Segar",
        "",
        "ptcv",
    ]
    with connection.cursor() as cursor:
        for text in texts:
            cursor.execute("SELECT maps_fold(%s)", [text])
            assert cursor.fetchone()[0] == search.fold(text)
