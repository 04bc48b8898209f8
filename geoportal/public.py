"""The public surface: every route that answers without an account. Nothing else does.

A test walks the URL resolver, asks each route as nobody, and compares with this list; so a page becomes
public only by being written here.
"""

PUBLIC_ROUTES = frozenset(
    {
        "livez",
        "readyz",
        "masuk/",
        "bahasa/",
        "api/v1/permits/",
        "api/v1/permits/<str:public_id>/",
        "api/v1/companies/",
        "api/v1/companies/<slug:slug>/",
        "api/v1/commodities/",
        "api/v1/permit-types/",
        "api/v1/zones/",
        "api/v1/search/",
        "api/v1/validate/<str:seal_id>/",
        "api/schema/",
        "api/docs/",
        "tiles/permits/<int:z>/<int:x>/<int:y>.mvt",
        "tiles/zones/<int:z>/<int:x>/<int:y>.mvt",
        "tiles/permits.json",
        "tiles/zones.json",
        "data/",
        "statistik/",
        "statistik/peta/",
        "peta/",
        "peta/daftar/",
        "peta/sekitar/",
        "peta/izin/<str:public_id>/",
        "",
        "perusahaan/",
        "perusahaan/<slug:slug>/",
        "perusahaan/<slug:slug>/klaim/",
        "perusahaan/<slug:slug>/lapor/",
        "perusahaan/<slug:slug>/terkirim/<str:signed>/",
        "layanan/",
        "layanan/<str:code>/",
        "validasi/",
        "validasi/contoh/",
        "validasi/contoh/<int:n>.svg",
        "validasi/contoh/<int:n>.png",
        "validasi/<str:typed>/",
        "V/",
        "V/<str:typed>",
        "V/<str:typed>/",
        "v/<str:typed>",
        "v/<str:typed>/",
    }
)
