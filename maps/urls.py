"""Public pages and machine interfaces. Everything here reads only geoportal.roles.PUBLIC_RELATIONS."""

from typing import Any

from django.urls import include, path

from maps.api import tiles
from maps.pages import (
    claims,
    company,
    desk,
    directory,
    home,
    open_data,
    rendition,
    services,
    statistics,
    trust,
    validate,
    which,
)
from maps.pages import map as map_pages

urlpatterns: list[Any] = [
    path("api/", include("maps.api.urls")),
    path("tiles/permits/<int:z>/<int:x>/<int:y>.mvt", tiles.permit_tile),
    path("tiles/zones/<int:z>/<int:x>/<int:y>.mvt", tiles.zone_tile),
    path("tiles/permits.json", tiles.permit_tile_json, name="permit-tiles"),
    path("tiles/zones.json", tiles.zone_tile_json, name="zone-tiles"),
    path("data/", open_data.open_data, name="open-data"),
    path("statistik/", statistics.statistics, name="statistics"),
    path("statistik/peta/", statistics.village_map, name="village-map"),
    path("peta/", map_pages.map_page, name="map"),
    path("peta/daftar/", map_pages.map_results, name="map-list"),
    path("peta/sekitar/", map_pages.map_around, name="map-around"),
    path("peta/izin/<str:public_id>/", map_pages.map_card, name="map-card"),
    path("", home.home, name="home"),
    path("perusahaan/", directory.companies, name="companies"),
    path("perusahaan/<slug:slug>/", company.company, name="company"),
    path("perusahaan/<slug:slug>/klaim/", claims.claim, name="claim"),
    path("perusahaan/<slug:slug>/lapor/", claims.report, name="report"),
    path("perusahaan/<slug:slug>/terkirim/<str:signed>/", claims.sent, name="claim-sent"),
    path("layanan/", services.services, name="services"),
    path("layanan/bantu/", which.which, name="services-help"),
    path("layanan/<str:code>/", services.service, name="service"),
    path("petugas/", desk.desk, name="desk"),
    path("validasi/", validate.find, name="validate"),
    path("validasi/pdf/", validate.file, name="validate-file"),
    path("validasi/contoh/", validate.samples, name="samples"),
    path("validasi/contoh/<int:n>.svg", validate.sample_code, {"kind": "svg"}, name="sample-svg"),
    path("validasi/contoh/<int:n>.png", validate.sample_code, {"kind": "png"}, name="sample-png"),
    path("validasi/arti/", trust.trust, name="trust"),
    path("validasi/sertifikat/", trust.certificates, name="certificates"),
    path("validasi/sertifikat/rantai.pem", trust.chain, name="certificate-chain"),
    path("validasi/sertifikat/<str:fingerprint>.pem", trust.certificate, name="certificate"),
    path("validasi/<str:typed>/", validate.entry, name="register"),
    path("validasi/<str:typed>/salinan.pdf", rendition.rendition, name="rendition"),
    path("lama/<path:target>", validate.old, name="old-letter"),
    path("V/", validate.letter_form, name="seal-form"),
    path("V/<str:typed>", validate.letter, name="seal"),
    # what people make of it by hand; each leads to the one above
    path("V/<str:typed>/", validate.letter),
    path("v/<str:typed>", validate.letter),
    path("v/<str:typed>/", validate.letter),
]
